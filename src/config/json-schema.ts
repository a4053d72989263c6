import { z } from "zod";
import type { ConfigPath } from "./problem.ts";
import { configFileSchema } from "./schema.ts";

/** The part of JSON Schema that the config's schema uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The config file's shape as JSON Schema, made from the zod schema: what a person may write. */
export function configJsonSchema(): JsonSchema {
  jsonSchema ??= z.toJSONSchema(configFileSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return jsonSchema;
}

let jsonSchema: JsonSchema | undefined;

/** Alternatives of a node, itself included, without the nodes that only branch. */
export function alternatives(node: JsonSchema): readonly JsonSchema[] {
  const branches = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return branches.length === 0 ? [node] : branches.flatMap(alternatives);
}

/** All nodes that may stand at `path`; several where the schema has alternatives. */
export function nodesAt(root: JsonSchema, path: ConfigPath): readonly JsonSchema[] {
  return path.reduce<readonly JsonSchema[]>(
    (nodes, part) =>
      nodes.flatMap(alternatives).flatMap((node) => {
        const next = typeof part === "number" ? node.items : ownProperty(node.properties, part);
        return next === undefined ? [] : [next];
      }),
    [root],
  );
}

/** Keys that may stand in the object at `path`. */
export function keysAt(root: JsonSchema, path: ConfigPath): readonly string[] {
  const keys = nodesAt(root, path)
    .flatMap(alternatives)
    .flatMap((node) => Object.keys(node.properties ?? {}));
  return [...new Set(keys)];
}

function ownProperty(properties: JsonSchema["properties"], key: string): JsonSchema | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
