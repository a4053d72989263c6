import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { crossFindings, soundParts } from "./cross-checks.ts";
import { substituteEnvironment } from "./environment.ts";
import { type ConfigProblem, type Finding, pathText, startsWithPath } from "./problem.ts";
import { type Config, configSchema } from "./schema.ts";
import { schemaFindings } from "./schema-findings.ts";
import { exposedSecrets, secretFindings, secretsOf } from "./secret-checks.ts";
import { warningFindings } from "./warnings.ts";
import { MAX_CONFIG_BYTES, parseYaml } from "./yaml-file.ts";

export const DEFAULT_CONFIG_PATH = "/etc/hems-edge/config.yaml";

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  | {
      readonly ok: false;
      readonly problems: readonly ConfigProblem[];
      readonly warnings: readonly ConfigProblem[];
    };

export interface LoadConfigOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** False for a check by hand, where systemd credentials cannot be read; default true. */
  readonly isService?: boolean;
}

/** Where the config is: as asked, else `$HEMS_EDGE_CONFIG`, else the place of the package. */
export function configPath(asked: string | undefined, environment: NodeJS.ProcessEnv): string {
  return asked ?? environment.HEMS_EDGE_CONFIG ?? DEFAULT_CONFIG_PATH;
}

/** Reads and checks a config file. All problems come at once, in the order of the file; never throws. */
export function loadConfig(path: string, options: LoadConfigOptions): ConfigOutcome {
  const file = readBounded(path);
  if (!file.ok) return { ok: false, problems: [file.problem], warnings: [] };
  return parseConfig(file.text, { ...options, path });
}

/** As `loadConfig`, on text; `path` serves the check of the file's own permissions. */
export function parseConfig(
  text: string,
  options: LoadConfigOptions & { readonly path?: string },
): ConfigOutcome {
  const yaml = parseYaml(text);
  if (yaml.value === undefined) return { ok: false, problems: yaml.problems, warnings: [] };

  const { value, findings: missing, filledIn } = substituteEnvironment(yaml.value, options.environment);
  const parsed = configSchema.safeParse(value);
  const parts = soundParts(value);
  const isUnfilled = (finding: Finding) => missing.some(({ at }) => startsWithPath(finding.at, at));
  const invalid = parsed.success ? [] : schemaFindings(parsed.error.issues, value);

  const secrets = secretsOf(parts).filter(
    ({ at }) => !missing.some((finding) => startsWithPath(at, finding.at)),
  );
  const unreadable = secretFindings(secrets, options.environment, options.isService ?? true);
  const written = secrets.filter(({ at }) => !filledIn.some((place) => startsWithPath(place, at)));
  const exposed = options.path === undefined ? [] : exposedSecrets(written, options.path);

  const problems = [
    ...yaml.problems,
    ...[
      ...missing,
      ...invalid.filter((finding) => !isUnfilled(finding)),
      ...crossFindings(parts),
      ...unreadable.problems,
    ].map(yaml.locate),
  ];
  const warnings = inFileOrder(
    [...warningFindings(parts), ...unreadable.warnings, ...exposed].map(yaml.locate),
  );
  if (problems.length > 0 || !parsed.success) return { ok: false, problems: inFileOrder(problems), warnings };
  return { ok: true, config: parsed.data, warnings };
}

function inFileOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** The text of a config file, or why it cannot be one. */
export function readBounded(
  path: string,
): { ok: true; text: string } | { ok: false; problem: ConfigProblem } {
  const refuse = (problem: string, remedy: string) => ({
    ok: false as const,
    problem: { path: pathText([]), problem, remedy, line: undefined },
  });
  let file: number | undefined;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return refuse(`${path} is not a file`, "name a YAML file with --config");
    if (stat.size > MAX_CONFIG_BYTES) {
      return refuse(`${path} is larger than ${MAX_CONFIG_BYTES / 1024} KiB`, "is it really a config file?");
    }
    return { ok: true, text: readFileSync(file, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    return refuse(
      `cannot read ${path} (${code})`,
      code === "ENOENT"
        ? "copy config/example.yaml there, or name another file with --config"
        : "check its permissions",
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
