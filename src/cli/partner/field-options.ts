import { z } from "zod";
import type { CommandInput, OptionSpec } from "../command.ts";

interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One option for every field of a schema: `first_name` is `--first-name VALUE`. */
export function fieldOptions(schema: z.ZodType): Readonly<Record<string, OptionSpec>> {
  return Object.fromEntries(
    Object.entries(fieldsOf(schema)).map(([name, field]) => [
      optionName(name),
      { summary: summaryOf(name, field), placeholder: placeholderOf(field) },
    ]),
  );
}

/** The fields that were given, with numbers and flags as such; what is wrong is left for the schema to say. */
export function givenFields(schema: z.ZodType, { texts }: CommandInput): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fieldsOf(schema)).flatMap(([name, field]) => {
      const text = texts[optionName(name)];
      return text === undefined ? [] : [[name, typedValue(text, field)]];
    }),
  );
}

/** What is wrong with the given fields, by the names of their options. */
export function fieldProblems(
  error: z.ZodError,
  nameOf: (field: string) => string = (field) => `--${optionName(field)}`,
): string {
  const foreign = error.issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : []));
  if (foreign.length > 0) return `takes no ${foreign.map(nameOf).join(", ")}`;
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${nameOf(path.join("."))}: ${message}`))
    .join("; ");
}

export function typedValue(text: string, { type }: FieldSchema): unknown {
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  const isNumber = (type === "integer" || type === "number") && text.trim() !== "";
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function fieldsOf(schema: z.ZodType): Readonly<Record<string, FieldSchema>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as {
    readonly properties?: Readonly<Record<string, FieldSchema>>;
  };
  return properties;
}

function optionName(field: string): string {
  return field.replaceAll("_", "-");
}

function summaryOf(name: string, { type, enum: members, minimum, maximum }: FieldSchema): string {
  const words = name.replaceAll("_", " ");
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  if (members !== undefined) return `${sentence}: ${members.join(", ")}.`;
  if (type === "boolean") return `${sentence}: true or false.`;
  if (minimum !== undefined && maximum !== undefined) return `${sentence}, ${minimum} to ${maximum}.`;
  return `${sentence}.`;
}

function placeholderOf({ type }: FieldSchema): string {
  if (type === "boolean") return "BOOL";
  return type === "integer" || type === "number" ? "N" : "TEXT";
}
