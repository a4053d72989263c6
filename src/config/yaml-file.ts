import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { ConfigPath, ConfigProblem, Finding } from "./problem.ts";
import { pathText } from "./problem.ts";

/** Bounds against files that are not configs: the largest sensible one has a few kilobytes. */
export const MAX_CONFIG_BYTES = 256 * 1024;
const MAX_ALIASES = 100;
const MAX_SYNTAX_PROBLEMS = 20;

export interface YamlText {
  /** The content as plain values; undefined when the syntax is too broken to go on. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Gives a finding the line of its key, or of the nearest key above it that exists. */
  locate(finding: Finding): ConfigProblem;
}

/** Reads one YAML 1.2 document. Duplicate keys, unknown tags and alias bombs are problems; never throws. */
export function parseYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: "1.2",
    uniqueKeys: true,
    prettyErrors: false,
  });
  const locate = (finding: Finding): ConfigProblem => ({
    path: pathText(finding.at),
    problem: finding.problem,
    remedy: finding.remedy,
    line: lineAt(document, lines, finding.at),
  });
  const flaws = [...document.errors, ...document.warnings];
  const problems: ConfigProblem[] = flaws.slice(0, MAX_SYNTAX_PROBLEMS).map((flaw) => ({
    path: "",
    problem: flaw.message,
    remedy: remedyFor(flaw.code),
    line: lines.linePos(flaw.pos[0]).line,
  }));
  if (document.errors.some((error) => error.code !== "DUPLICATE_KEY")) {
    return { value: undefined, problems, locate };
  }
  const plain = plainValue(document);
  if (!plain.ok) problems.push(locate(plain.finding));
  return { value: plain.ok ? plain.value : undefined, problems, locate };
}

function plainValue(document: Document): { ok: true; value: unknown } | { ok: false; finding: Finding } {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {} };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      finding: { at: [], problem: detail, remedy: "write the values out, without aliases" },
    };
  }
}

function remedyFor(code: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "keep one of the two";
    case "MULTIPLE_DOCS":
      return "keep one document: remove the line with ---";
    case "TAB_AS_INDENT":
      return "indent with spaces";
    case "TAG_RESOLVE_FAILED":
      return "remove the tag: plain YAML is enough";
    case "RESOURCE_EXHAUSTION":
      return "nest less deeply";
    default:
      return "check indentation, quotes and brackets on this line and the one before";
  }
}

function lineAt(document: Document, lines: LineCounter, path: ConfigPath): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next = child(node, part);
    if (next === undefined) break;
    node = next.node;
    offset = next.offset ?? offset;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function child(node: unknown, part: string | number) {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    return pair === undefined ? undefined : { node: pair.value, offset: startOf(pair.key) };
  }
  if (isSeq(node) && typeof part === "number") {
    const item = node.items[part];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
