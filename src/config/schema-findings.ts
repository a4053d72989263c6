import type { z } from "zod";
import { closestName } from "./closest-name.ts";
import { configJsonSchema, type JsonSchema, keysAt, nodesAt } from "./json-schema.ts";
import type { ConfigPath, Finding } from "./problem.ts";
import { pathText } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** What zod found wrong with `value`, in words for the person who wrote the file. Values are never repeated. */
export function schemaFindings(issues: readonly Issue[], value: unknown): readonly Finding[] {
  const schema = configJsonSchema();
  const findings = withoutSizesOfStrangers(issues).flatMap((issue) => findingsOf(issue, [], value, schema));
  return withoutMistyped(findings);
}

/** Zod measures whatever has a length: a list in the place of a text is no text that is too short. */
function withoutSizesOfStrangers(issues: readonly Issue[]): readonly Issue[] {
  const placeOf = ({ path }: Issue) =>
    pathText(path.map((part) => (typeof part === "number" ? part : String(part))));
  const mistyped = new Set(issues.filter(({ code }) => code === "invalid_type").map(placeOf));
  const isSize = ({ code }: Issue) => code === "too_small" || code === "too_big";
  return issues.filter((issue) => !(isSize(issue) && mistyped.has(placeOf(issue))));
}

interface Described extends Finding {
  /** For an unknown key: the key it was probably meant to be. */
  readonly meant?: string;
  readonly isMissing?: boolean;
}

function findingsOf(
  issue: Issue,
  above: ConfigPath,
  root: unknown,
  schema: JsonSchema,
): readonly Described[] {
  const at = [...above, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, at, schema));
    case "invalid_union":
      return unionFindings(issue, at, root, schema);
    case "invalid_type":
      return [typeFinding(issue.expected, at, root, schema)];
    case "invalid_value":
      return [choiceFinding(issue.values.map(String), at, root)];
    case "too_small":
      return [boundFinding("at least", Number(issue.minimum), issue.origin, at, schema)];
    case "too_big":
      return [boundFinding("at most", Number(issue.maximum), issue.origin, at, schema)];
    case "invalid_format":
      return [formatFinding(issue.format, issue.message, at, schema)];
    case "custom":
      return [customFinding(issue, at)];
    default:
      return [{ at, problem: "is not valid", remedy: issue.message }];
  }
}

/** A check of our own says what is wrong in its parameters and the remedy in its message. */
function customFinding({ message, params }: Extract<Issue, { code: "custom" }>, at: ConfigPath): Described {
  const problem = typeof params?.problem === "string" ? params.problem : "is not valid";
  return { at, problem, remedy: message, isMissing: problem === "is missing" };
}

function unknownKey(key: string, at: ConfigPath, schema: JsonSchema): Described {
  const known = keysAt(schema, at);
  const meant = closestName(key, known);
  const finding = { at: [...at, key], problem: "is not a known key" };
  if (meant !== undefined) return { ...finding, meant, remedy: `did you mean ${meant}?` };
  return { ...finding, remedy: `remove it; known here: ${known.join(", ")}` };
}

/** A typing mistake is one problem, not also a missing key. */
function withoutMistyped(findings: readonly Described[]): readonly Finding[] {
  const meant = new Set(
    findings.flatMap(({ at, meant: name }) =>
      name === undefined ? [] : [pathText([...at.slice(0, -1), name])],
    ),
  );
  return findings
    .filter(({ at, isMissing }) => !(isMissing && meant.has(pathText(at))))
    .map(({ at, problem, remedy }) => ({ at, problem, remedy }));
}

function unionFindings(
  issue: Extract<Issue, { code: "invalid_union" }>,
  at: ConfigPath,
  root: unknown,
  schema: JsonSchema,
): readonly Described[] {
  if (issue.errors.length === 0) {
    const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    return [choiceFinding(options, at, root)];
  }
  const choices = literalChoices(issue.errors);
  if (choices !== undefined) return [choiceFinding(choices, at, root)];
  const branch = nearestBranch(issue.errors);
  return branch.flatMap((inner) => findingsOf(inner, at, root, schema));
}

/** The allowed values, when every branch of a union is one literal. */
function literalChoices(branches: readonly (readonly Issue[])[]): readonly string[] | undefined {
  const values = branches.map(([first]) =>
    first?.code === "invalid_value" && first.path.length === 0 ? first.values.map(String) : undefined,
  );
  return values.every((value) => value !== undefined) ? values.flat() : undefined;
}

/** The branch that the person probably meant: the right kind of value first, then the fewest complaints. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const isWrongKind = (issue: Issue) =>
    issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
  const score = (branch: readonly Issue[]) => (branch.some(isWrongKind) ? 100 : 0) + branch.length;
  return [...branches].sort((a, b) => score(a) - score(b))[0] ?? [];
}

function typeFinding(expected: string, at: ConfigPath, root: unknown, schema: JsonSchema): Described {
  const value = valueAt(root, at);
  const [node] = nodesAt(schema, at);
  const about = node?.description ?? "see docs/config.md";
  if (value === undefined) return { at, problem: "is missing", remedy: `add it: ${about}`, isMissing: true };
  const wanted = KIND_NAMES[expected] ?? expected;
  const isQuoted = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  if (expected === "number" && isQuoted) {
    return {
      at,
      problem: "must be a number, not text",
      remedy: "write it without quotes; numbers do not come from the environment",
    };
  }
  if (value === null)
    return { at, problem: "is empty", remedy: `write ${wanted}, or remove the key: ${about}` };
  return { at, problem: `must be ${wanted}`, remedy: about };
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  object: "a group of keys",
  array: "a list",
};

function choiceFinding(choices: readonly string[], at: ConfigPath, root: unknown): Described {
  const value = valueAt(root, at);
  if (value === undefined)
    return { at, problem: "is missing", remedy: `add it: ${shortChoice(choices)}`, isMissing: true };
  const meant = typeof value === "string" ? closestName(value, choices) : undefined;
  if (choices.length > MANY_CHOICES) return { at, ...unknownName(meant) };
  const problem = choices.length === 1 ? `must be ${choices[0]}` : `must be one of ${choices.join(", ")}`;
  return { at, problem, remedy: meant === undefined ? "choose one of these" : `did you mean ${meant}?` };
}

/** More than a person wants to read in an error. */
const MANY_CHOICES = 20;

function shortChoice(choices: readonly string[]): string {
  return choices.length > MANY_CHOICES ? "docs/devices.md lists the names" : `one of ${choices.join(", ")}`;
}

function unknownName(meant: string | undefined) {
  const remedy = meant === undefined ? "docs/devices.md lists them" : `did you mean ${meant}?`;
  return { problem: "is not a known name", remedy };
}

function boundFinding(
  relation: string,
  bound: number,
  origin: string,
  at: ConfigPath,
  schema: JsonSchema,
): Described {
  const [node] = nodesAt(schema, at);
  const remedy = node?.description ?? "see docs/config.md";
  if (origin === "string" && bound === 1) return { at, problem: "must not be empty", remedy };
  if (origin === "array") {
    return { at, problem: `must have ${relation} ${bound} ${bound === 1 ? "entry" : "entries"}`, remedy };
  }
  const unit = origin === "string" ? " characters" : "";
  return { at, problem: `must be ${relation} ${bound}${unit}`, remedy };
}

function formatFinding(format: string, message: string, at: ConfigPath, schema: JsonSchema): Described {
  const [node] = nodesAt(schema, at);
  const about = node?.description;
  switch (format) {
    case "url":
      return {
        at,
        problem: "is not an http:// or https:// address",
        remedy: about ?? "write a complete address",
      };
    case "uuid":
      return {
        at,
        problem: "is not a UUID",
        remedy: "copy it from the partner's pages: 8-4-4-4-12 hexadecimal digits",
      };
    case "starts_with":
      return { at, problem: "must be an absolute path", remedy: about ?? "start it with /" };
    default:
      return { at, problem: "has a form that is not allowed", remedy: message };
  }
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((node, part) => {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, part)) return undefined;
    return (node as Record<string | number, unknown>)[part];
  }, root);
}
