import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type DayTrace, listShippedDays, loadDay } from "../../simulator/house/day-trace.ts";
import type { DaySet } from "./price-docs.ts";

export function shippedDays(): DaySet {
  return { name: "shipped", traces: listShippedDays().map(({ name }) => traceOf(name)) };
}

/** The CSV files of a folder, under its name. */
export function daysIn(folder: string): DaySet {
  const files = readdirSync(folder).filter((file) => file.endsWith(".csv"));
  return { name: basename(folder), traces: files.sort().map((file) => traceOf(join(folder, file))) };
}

/** The folder behind `--days`, if there is one. */
export function daysAsked(argv: readonly string[]): DaySet | undefined {
  const at = argv.indexOf("--days");
  const folder = at < 0 ? undefined : argv[at + 1];
  return folder === undefined ? undefined : daysIn(folder);
}

function traceOf(name: string): DayTrace {
  const loaded = loadDay(name);
  if (!loaded.ok) throw new Error(loaded.problem);
  return loaded.trace;
}
