import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { closestName } from "../../config/closest-name.ts";
import { type UserUpdate, userUpdateSchema } from "../../partner/users.ts";
import { fieldsOf, typedValue } from "./field-options.ts";
import type { Outcome } from "./profile.ts";

/** One row of the file: what to change of whom. */
export interface BulkRow {
  /** Counts from 1, without the heading. */
  readonly row: number;
  readonly userId: string;
  readonly update: UserUpdate;
}

export interface BulkInput {
  readonly rows: readonly BulkRow[];
  /** Of the file's bytes: a changed file is another job. */
  readonly sha256: string;
}

const LARGEST_FILE_BYTES = 64 * 1_024 * 1_024;
const MOST_ROWS = 200_000;
const MOST_PROBLEMS = 20;

const fields = fieldsOf(userUpdateSchema);

/**
 * A CSV file with a heading, or a JSON list of objects; `user_id` names the user, every other column is a field. An empty
 * cell leaves its field as it is. Every row is checked before anything is sent.
 */
export function readBulkInput(path: string): Outcome<BulkInput> {
  const bytes = bytesOf(path);
  if (bytes === undefined) return { ok: false, detail: `cannot read ${path}, or it is larger than 64 MB` };
  const records = path.endsWith(".json") ? jsonRecords(bytes) : csvRecords(bytes);
  if (!records.ok) return { ok: false, detail: `${path}: ${records.detail}` };
  if (records.value.length > MOST_ROWS)
    return { ok: false, detail: `${path} has more than ${MOST_ROWS} rows` };

  const problems: string[] = [];
  const seen = new Map<string, number>();
  const rows = records.value.flatMap((record, index) => {
    const row = index + 1;
    const read = rowOf(record, row);
    if (!read.ok) {
      problems.push(`row ${row}: ${read.detail}`);
      return [];
    }
    const earlier = seen.get(read.value.userId);
    if (earlier !== undefined) problems.push(`row ${row}: the same user as in row ${earlier}`);
    seen.set(read.value.userId, row);
    return [read.value];
  });
  if (rows.length === 0 && problems.length === 0) problems.push("no rows");
  if (problems.length > 0) return { ok: false, detail: `${path} cannot be used:\n${listed(problems)}` };
  return { ok: true, value: { rows, sha256: createHash("sha256").update(bytes).digest("hex") } };
}

function rowOf(record: Readonly<Record<string, unknown>>, row: number): Outcome<BulkRow> {
  const { user_id: userId, ...rest } = record;
  if (typeof userId !== "string" || userId === "") return { ok: false, detail: "user_id is missing" };
  const unknown = Object.keys(rest).find((name) => fields[name] === undefined);
  if (unknown !== undefined) {
    const meant = closestName(unknown, Object.keys(fields));
    return {
      ok: false,
      detail: `there is no field ${unknown}${meant === undefined ? "" : `, did you mean ${meant}?`}`,
    };
  }
  const given = Object.entries(rest).filter(([, value]) => value !== "");
  const typed = given.map(([name, value]) => [
    name,
    typeof value === "string" ? typedValue(value, fields[name] ?? {}) : value,
  ]);
  const update = userUpdateSchema.safeParse(Object.fromEntries(typed));
  if (update.success) return { ok: true, value: { row, userId, update: update.data } };
  const told = update.error.issues.map(({ path, message }) => `${path.join(".") || "row"}: ${message}`);
  return { ok: false, detail: told.join("; ") };
}

function csvRecords(bytes: Buffer): Outcome<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return {
      ok: true,
      value: parse(bytes, { columns: true, bom: true, skip_empty_lines: true, trim: true }),
    };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : "no CSV" };
  }
}

function jsonRecords(bytes: Buffer): Outcome<readonly Readonly<Record<string, unknown>>[]> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    const isList = Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);
    return isList ? { ok: true, value } : { ok: false, detail: "is no list of objects" };
  } catch {
    return { ok: false, detail: "is no JSON" };
  }
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return statSync(path).size > LARGEST_FILE_BYTES ? undefined : readFileSync(path);
  } catch {
    return undefined;
  }
}

function listed(problems: readonly string[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => `  ${problem}`);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}
