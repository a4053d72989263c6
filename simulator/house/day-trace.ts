import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { parseIsoMs } from "../../src/core/iso-time.ts";

/** Measured or modelled powers of a house without its car, as means over equal steps. */
export interface DayTrace {
  readonly name: string;
  readonly stepMs: number;
  /** Start of the first step, ms since 1970. */
  readonly startWallMs: number;
  /** W, one value per step, >= 0. */
  readonly pvW: Float64Array;
  /** W, one value per step, >= 0. */
  readonly loadW: Float64Array;
}

/** `problem` is a sentence that names the file, the line where there is one, and the remedy. */
export type DayTraceResult =
  | { readonly ok: true; readonly trace: DayTrace }
  | { readonly ok: false; readonly problem: string };

export const DEFAULT_DAY = "2022-03-19_golden_clear";

/** A year of minutes is 527 040 rows and about 16 MB. */
const MAX_FILE_BYTES = 24 * 1024 * 1024;
const LONGEST_STEP_MS = 15 * 60_000;
const HEADER = "time,pv_w,load_w";
const UTC_END = /(?:Z|\+00:?00)$/;
const DAYS_FOLDER = join(import.meta.dirname, "..", "days");

const shippedDaySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["clear", "broken", "winter"]),
  place: z.string(),
  time_zone: z.string(),
  pv_kwh: z.number(),
  load_kwh: z.number(),
  surplus_kwh: z.number(),
  source: z.string(),
  licence: z.string(),
  attribution: z.string(),
  notes: z.string().optional(),
});

/** One of the days that come with the product; energies in kWh, `surplus_kwh` is the sum of max(0, PV - load). */
export type ShippedDay = z.infer<typeof shippedDaySchema>;

export function listShippedDays(): readonly ShippedDay[] {
  return z.array(shippedDaySchema).parse(JSON.parse(readFileSync(join(DAYS_FOLDER, "index.json"), "utf8")));
}

/** Reads a shipped day by its name; an unknown name is a problem that lists the known ones. */
export function loadShippedDay(name: string = DEFAULT_DAY): DayTraceResult {
  const known = listShippedDays().map((day) => day.name);
  if (known.includes(name)) return loadTraceFile(join(DAYS_FOLDER, `${name}.csv`));
  return { ok: false, problem: `There is no shipped day "${name}": use one of ${known.join(", ")}.` };
}

/** What a person names on the command line: a shipped day, or else the path of a CSV file. */
export function loadDay(nameOrPath: string): DayTraceResult {
  const isPath = nameOrPath.includes("/") || nameOrPath.endsWith(".csv");
  return isPath ? loadTraceFile(nameOrPath) : loadShippedDay(nameOrPath);
}

/** Reads a CSV file of the form `time,pv_w,load_w`; see `parseDayTrace`. */
export function loadTraceFile(path: string): DayTraceResult {
  const name = basename(path).replace(/\.csv$/, "");
  try {
    const bytes = statSync(path).size;
    if (bytes > MAX_FILE_BYTES) {
      const limitMb = MAX_FILE_BYTES / 1024 / 1024;
      return { ok: false, problem: `${path} is larger than ${limitMb} MB: split it into days.` };
    }
    return parseDayTrace(readFileSync(path, "utf8"), name);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    return { ok: false, problem: `${path} cannot be read (${code}): name an existing CSV file.` };
  }
}

/**
 * Parses `time,pv_w,load_w`: ISO 8601 times in UTC in one fixed step of whole seconds up to 15 min, powers in
 * W as means over the step, none negative.
 */
export function parseDayTrace(text: string, name: string): DayTraceResult {
  const fail = (line: number, what: string): DayTraceResult => ({
    ok: false,
    problem: `${name}, line ${line}: ${what}`,
  });
  if (text.length > MAX_FILE_BYTES) return fail(1, "the file is too large: split it into days.");
  const lines = text
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  const header = (lines[0] ?? "").replaceAll(" ", "");
  if (header !== HEADER) return fail(1, `the header must be "${HEADER}", not "${shorten(header)}".`);
  const count = lines.length - 1;
  if (count < 2) return fail(lines.length, "at least two rows are needed to know the step: add rows.");

  const rows = lines.slice(1);
  const first = parseRow(rows[0] ?? "");
  if (typeof first === "string") return fail(2, first);
  const second = parseRow(rows[1] ?? "");
  if (typeof second === "string") return fail(3, second);
  const stepMs = second.wallMs - first.wallMs;
  const badStep = stepProblem(stepMs);
  if (badStep !== undefined) return fail(3, badStep);

  const trace = {
    name,
    stepMs,
    startWallMs: first.wallMs,
    pvW: new Float64Array(count),
    loadW: new Float64Array(count),
  };
  for (const [index, line] of rows.entries()) {
    const problem = addRow(trace, index, line);
    if (problem !== undefined) return fail(index + 2, problem);
  }
  return { ok: true, trace };
}

function addRow(trace: DayTrace, index: number, line: string): string | undefined {
  const row = parseRow(line);
  if (typeof row === "string") return row;
  const offGridMs = row.wallMs - trace.startWallMs - index * trace.stepMs;
  if (offGridMs > 0) return `a gap of ${offGridMs / 1_000} s before this row: fill in the missing rows.`;
  if (offGridMs < 0) return "this row comes too early for the step: sort the rows and remove doubles.";
  trace.pvW[index] = row.pvW;
  trace.loadW[index] = row.loadW;
  return undefined;
}

function stepProblem(stepMs: number): string | undefined {
  if (stepMs <= 0) return "time does not move on: sort the rows and remove doubles.";
  if (stepMs > LONGEST_STEP_MS) return `a step of ${stepMs / 60_000} min is too long: use up to 15 min.`;
  if (stepMs % 1_000 !== 0) return "the step must be whole seconds: resample the file.";
  return undefined;
}

function parseRow(line: string): { wallMs: number; pvW: number; loadW: number } | string {
  const cells = line.split(",");
  if (cells.length !== 3) return `three values are needed (${HEADER}), not "${shorten(line)}".`;
  const [time = "", pv = "", load = ""] = cells.map((cell) => cell.trim());
  const wallMs = UTC_END.test(time) ? parseIsoMs(time) : undefined;
  if (wallMs === undefined) return `"${shorten(time)}" is no UTC time such as 2022-03-19T06:00:00Z.`;
  const pvW = watts(pv, "pv_w");
  if (typeof pvW === "string") return pvW;
  const loadW = watts(load, "load_w");
  if (typeof loadW === "string") return loadW;
  return { wallMs, pvW, loadW };
}

function watts(text: string, column: string): number | string {
  const value = text === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return `${column} "${shorten(text)}" is no number: write watts, such as 1250.`;
  if (value < 0) return `${column} ${text} is negative: PV and load are counted from 0 upward.`;
  if (value > 1e7) return `${column} ${text} is beyond any house: write watts.`;
  return value;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
