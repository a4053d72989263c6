import type { JsonRecord } from "./box-link.ts";

/** The object, or an empty one for anything else: OCPP-J 4.2.1 allows `null` for an empty payload. */
export function recordOf(value: unknown): JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

/** The list, cut to `limit`; empty for anything else. */
export function listOf(value: unknown, limit: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, limit) : [];
}

/** Trimmed text of at most 255 characters; numbers and booleans as text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.slice(0, 255).trim();
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

const LONGEST_VALUE = 2_500;

/** Trimmed text as long as a value of a configuration may be (OCPP 2.0.1, VariableAttributeType); else as `textOf`. */
export function longTextOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, LONGEST_VALUE).trim() : textOf(value);
}

/** A finite number from a number or from text with spaces or a decimal comma. */
export function numberOf(value: unknown): number | undefined {
  const text = textOf(value)?.replace(",", ".");
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export function integerOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}
