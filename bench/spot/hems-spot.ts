import { readdirSync } from "node:fs";
import { join } from "node:path";
import { listShippedDays, loadDay } from "../../simulator/house/day-trace.ts";
import { hemsSpotWeek } from "./hems-spot-week.ts";

/** `--days FOLDER` takes other days than the shipped ones. */
function dayNames(): readonly string[] {
  const at = process.argv.indexOf("--days");
  const folder = at < 0 ? undefined : process.argv[at + 1];
  if (folder === undefined) return listShippedDays().map(({ name }) => name);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".csv"))
    .sort()
    .map((file) => join(folder, file));
}

const traces = dayNames().map((name) => {
  const loaded = loadDay(name);
  if (!loaded.ok) throw new Error(loaded.problem);
  return loaded.trace;
});
const figures = hemsSpotWeek(traces);
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(figures)}\n`);
else {
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(30)}${value}\n`);
}
