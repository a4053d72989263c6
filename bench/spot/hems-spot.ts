import { daysAsked, shippedDays } from "./day-set.ts";
import { hemsSpotWeek } from "./hems-spot-week.ts";

/** `--days FOLDER` takes other days than the shipped ones. */
const figures = hemsSpotWeek((daysAsked(process.argv) ?? shippedDays()).traces);
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(figures)}\n`);
else {
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(30)}${value}\n`);
}
