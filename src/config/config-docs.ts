import { alternatives, type JsonSchema } from "./json-schema.ts";

const INTRODUCTION = `# Config

One YAML file. \`hems-edge check --config FILE\` reports every problem in it at once, with line and remedy. A complete,
commented file is [config/example.yaml](../config/example.yaml); editors complete and check keys with
[config/schema.json](../config/schema.json). Text may take parts from the environment as \`\${NAME}\`; \`$\${\` stands for a
plain \`\${\`. Unknown keys are errors. \`[]\` in a key stands for each entry of a list.

This page is generated from the schema: \`npm run generate\`.
`;

const SECRET_NOTE = "text, or `{ file: PATH }`, or `{ credential: NAME }`";

/** The reference of all config keys as Markdown, one table for each top-level part. */
export function configDocs(schema: JsonSchema): string {
  const parts = Object.entries(schema.properties ?? {});
  const groups = parts.filter(([, node]) => isGroup(node));
  const single = parts.filter(([, node]) => !isGroup(node));
  const sections = groups.map(([key, node], index) => {
    const twin = groups.slice(0, index).find(([, earlier]) => isListOf(node, earlier));
    if (twin !== undefined) return listSection(key, node, twin[0]);
    return section(
      `\`${key}\``,
      node.description,
      rowsBelow(key, node),
      schema.required?.includes(key) ?? false,
    );
  });
  const rest = single.map(([key, node]) => row(key, node, false));
  return `${[INTRODUCTION, ...sections, section("Other keys", undefined, rest, false)].join("\n")}`;
}

function section(
  title: string,
  about: string | undefined,
  rows: readonly string[],
  isRequired: boolean,
): string {
  const lead = [about, isRequired ? "Required." : undefined].filter((text) => text !== undefined).join(" ");
  return [
    `## ${title}\n`,
    ...(lead === "" ? [] : [`${lead}\n`]),
    "| key | value | default | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** A list of what stands alone in another part needs no table of its own. */
function isListOf(node: JsonSchema, earlier: JsonSchema): boolean {
  const keys = (properties: JsonSchema["properties"]) => Object.keys(properties ?? {}).join();
  return node.items?.properties !== undefined && keys(node.items.properties) === keys(earlier.properties);
}

function listSection(key: string, { description = "" }: JsonSchema, twin: string): string {
  return `## \`${key}\`\n\n${description} Keys of each entry: see [\`${twin}\`](#${twin}).\n`;
}

function isGroup(node: JsonSchema): boolean {
  return node.type === "object" || node.type === "array" || node.oneOf !== undefined;
}

function rowsBelow(path: string, node: JsonSchema): readonly string[] {
  if (node.items !== undefined && isGroup(node.items)) return rowsBelow(`${path}[]`, node.items);
  const branches = alternatives(node);
  return branches.flatMap((branch) => {
    const variant = branches.length > 1 ? variantOf(branch) : "";
    return Object.entries(branch.properties ?? {}).flatMap(([key, value]) =>
      rowsFor(`${path}.${key}${variant}`, value, branch.required?.includes(key) ?? false),
    );
  });
}

/** What tells the alternatives of one group apart: its key with a fixed value. */
function variantOf(branch: JsonSchema): string {
  const fixed = Object.entries(branch.properties ?? {}).find(([, node]) => node.const !== undefined);
  return fixed === undefined ? "" : ` (${fixed[0]}: ${String(fixed[1].const)})`;
}

function rowsFor(path: string, node: JsonSchema, isRequired: boolean): readonly string[] {
  if (isSecret(node)) return [row(path, node, isRequired)];
  const isNested = alternatives(node).some((branch) => branch.properties !== undefined);
  return isNested ? [row(path, node, isRequired), ...rowsBelow(path, node)] : [row(path, node, isRequired)];
}

function row(path: string, node: JsonSchema, isRequired: boolean): string {
  const fallback = isRequired ? "required" : node.default === undefined ? "" : code(node.default);
  return `| \`${path}\` | ${valueText(node)} | ${fallback} | ${cell(node.description ?? "")} |`;
}

/** A list that is longer has a page of its own. */
const MANY_NAMES = 20;

function valueText(node: JsonSchema): string {
  if (isSecret(node)) return SECRET_NOTE;
  const branches = alternatives(node);
  if (branches.length > 1) return [...new Set(branches.map(valueText))].join(" or ");
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined && node.enum.length > MANY_NAMES) return "a name of [devices.md](devices.md)";
  if (node.enum !== undefined) return node.enum.map(code).join(", ");
  if (node.items !== undefined) return `list of ${valueText(node.items)}`;
  return `${KINDS[node.type ?? ""] ?? node.type ?? ""}${rangeText(node)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  object: "group",
  integer: "whole number",
  string: "text",
  boolean: "`true`, `false`",
};

function rangeText({ minimum, maximum, format }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum} to ${maximum}`;
  return format === "uri" ? ", a URL" : format === "uuid" ? ", a UUID" : "";
}

/** A secret is text or a group that names where the text is. */
function isSecret(node: JsonSchema): boolean {
  return node.anyOf?.some((branch) => branch.properties?.credential !== undefined) ?? false;
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
