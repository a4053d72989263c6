import { parseArgs } from "node:util";
import fc from "fast-check";
import { driveScenario } from "../../../src/cli/replay/scenario/run-scenario.ts";
import { createDayWatcher } from "../day-watcher.ts";
import { randomDays } from "../random-day.ts";

/** Simulates random days until a law breaks; prints how many that took and the law, or nothing. */
const { values } = parseArgs({
  options: { days: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});

const days = fc.sample(randomDays("coarse"), { numRuns: Number(values.days), seed: Number(values.seed) });

for (const [index, day] of days.entries()) {
  const watcher = createDayWatcher(day);
  const driven = await driveScenario(day, watcher);
  const [broken] = driven.ok ? watcher.broken() : [driven.problem];
  if (broken === undefined) continue;
  process.stdout.write(JSON.stringify({ days: index + 1, broken }));
  break;
}
