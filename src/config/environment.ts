import type { ConfigPath, Finding } from "./problem.ts";

/** The schema is four levels deep; anything far beyond that is not a config. */
const MAX_DEPTH = 20;
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface Substituted {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** Where text came from the environment, so that the file itself does not hold it. */
  readonly filledIn: readonly ConfigPath[];
}

/**
 * Replaces `${NAME}` inside text by the environment variable NAME; `$${` stands for a plain `${`. Each missing
 * variable is a finding.
 */
export function substituteEnvironment(value: unknown, environment: NodeJS.ProcessEnv): Substituted {
  const findings: Finding[] = [];
  const filledIn: ConfigPath[] = [];

  function text(template: string, at: ConfigPath): string {
    return template.replace(REFERENCE, (reference: string, name: string | undefined, end: string) => {
      if (name === undefined) return "${";
      filledIn.push(at);
      const found = lookUp(name, end === "}", environment);
      if (found.ok) return found.value;
      findings.push({ at, problem: found.problem, remedy: found.remedy });
      return reference;
    });
  }

  function walk(node: unknown, at: ConfigPath): unknown {
    if (at.length > MAX_DEPTH) {
      findings.push({
        at: at.slice(0, 3),
        problem: "is nested too deeply",
        remedy: "compare it with config/example.yaml",
      });
      return undefined;
    }
    if (typeof node === "string") return text(node, at);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...at, index]));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...at, key])]));
  }

  return { value: walk(value, []), findings, filledIn };
}

function lookUp(
  name: string,
  isClosed: boolean,
  environment: NodeJS.ProcessEnv,
): { ok: true; value: string } | { ok: false; problem: string; remedy: string } {
  if (!isClosed) {
    return {
      ok: false,
      problem: `"\${" is never closed`,
      remedy: `write "\${NAME}", or "$\${" for a plain "\${"`,
    };
  }
  if (!VARIABLE_NAME.test(name)) {
    return {
      ok: false,
      problem: `"\${${name}}" does not name an environment variable`,
      remedy: `use letters, digits and underscores, or "$\${" for a plain "\${"`,
    };
  }
  const value = environment[name];
  if (value !== undefined) return { ok: true, value };
  return {
    ok: false,
    problem: `the environment variable ${name} is not set`,
    remedy: `set ${name} where the program starts, or write the value here`,
  };
}
