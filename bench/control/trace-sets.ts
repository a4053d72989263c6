import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type DayTrace, listShippedDays, loadDay } from "../../simulator/house/day-trace.ts";

/** Days that are reported together. */
export interface TraceSet {
  readonly name: string;
  readonly traces: readonly DayTrace[];
}

/** Measured days beside the checkout, where there are any: never part of the product. */
const BESIDE = join(import.meta.dirname, "../../../shared/data/traces");

/** The shipped days, the sets beside the checkout, and those named as `NAME=FOLDER`. */
export function traceSets(named: readonly string[]): readonly TraceSet[] {
  const shipped = { name: "shipped", traces: listShippedDays().map(({ name }) => loaded(name)) };
  const beside = ["open", "tune"]
    .filter((name) => existsSync(join(BESIDE, name)))
    .map((name) => folderSet(name, join(BESIDE, name)));
  const more = named.map((text) => {
    const [name = "", folder = ""] = text.split("=");
    if (name === "" || folder === "") throw new Error(`--set takes NAME=FOLDER, not "${text}"`);
    return folderSet(name, folder);
  });
  return [shipped, ...beside, ...more];
}

function folderSet(name: string, folder: string): TraceSet {
  const files = readdirSync(folder).filter((file) => file.endsWith(".csv"));
  return { name, traces: files.sort().map((file) => loaded(join(folder, file))) };
}

function loaded(nameOrPath: string): DayTrace {
  const result = loadDay(nameOrPath);
  if (!result.ok) throw new Error(result.problem);
  return result.trace;
}
