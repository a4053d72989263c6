import { parseArgs } from "node:util";
import fc from "fast-check";
import { driveScenario } from "../../../src/cli/replay/scenario/run-scenario.ts";
import type { Scenario } from "../../../src/cli/replay/scenario/scenario-schema.ts";
import { createDayWatcher } from "../day-watcher.ts";
import { randomDays } from "../random-day.ts";

/** Simulates random days until a law breaks; prints how many that took and the law, or nothing. */
const { values } = parseArgs({
  options: { days: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});

const days = fc.sample(randomDays("coarse"), { numRuns: Number(values.days), seed: Number(values.seed) });

/** The law of a day that broke first; a gateway that throws has broken them all. */
async function brokenLaw(day: Scenario): Promise<string | undefined> {
  const watcher = createDayWatcher(day);
  try {
    const driven = await driveScenario(day, watcher);
    return driven.ok ? watcher.broken()[0] : driven.problem;
  } catch (error) {
    return String(error);
  }
}

for (const [index, day] of days.entries()) {
  const broken = await brokenLaw(day);
  if (broken === undefined) continue;
  process.stdout.write(JSON.stringify({ days: index + 1, broken }));
  break;
}
