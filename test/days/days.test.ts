import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { driveScenario } from "../../src/cli/replay/scenario/run-scenario.ts";
import type { Scenario } from "../../src/cli/replay/scenario/scenario-schema.ts";
import { createDayWatcher } from "./day-watcher.ts";
import { randomDays } from "./random-day.ts";

/** `npm run test:nightly` asks for more days, of passes closer together, and for others each time. */
const { HEMS_EDGE_DAYS, HEMS_EDGE_DAYS_SEED } = process.env;
const DAYS = Number(HEMS_EDGE_DAYS ?? 500);
const IS_NIGHTLY = HEMS_EDGE_DAYS !== undefined;
const FIXED_SEED = 20_261_125;
const SEED = Number(HEMS_EDGE_DAYS_SEED ?? (IS_NIGHTLY ? Date.now() % 2 ** 31 : FIXED_SEED));
const FOLDER = "counter-examples";
/** A day takes a fifth of a second; what is found is made smaller for a few minutes at most. */
const LONGEST_MS = 600_000 + DAYS * 2_000;

async function brokenLaws(scenario: Scenario): Promise<readonly string[]> {
  const watcher = createDayWatcher(scenario);
  const result = await driveScenario(scenario, watcher);
  return result.ok ? watcher.broken() : [result.problem];
}

/** The smallest day on which a law broke, as a scenario file that breaks it again. */
function writtenScenario(scenario: Scenario, seed: number): string {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `day-${seed}.yaml`);
  writeFileSync(path, stringify(scenario));
  return path;
}

describe("on random days", () => {
  it(
    `no law of control breaks on any of ${DAYS}`,
    async () => {
      const details = await fc.check(
        fc.asyncProperty(randomDays(IS_NIGHTLY ? "fine" : "coarse"), async (scenario) => {
          expect(await brokenLaws(scenario)).toEqual([]);
        }),
        { numRuns: DAYS, seed: SEED },
      );
      process.stdout.write(`${details.numRuns} random days, seed ${details.seed}\n`);
      const [scenario] = details.counterexample ?? [];
      if (scenario === undefined) return;
      const broken = await brokenLaws(scenario);
      const path = writtenScenario(scenario, details.seed);
      throw new Error(
        `${broken.join("\n")}\nseed ${details.seed}, ${details.numShrinks} times made smaller: ${path}\n` +
          "Once it is mended, move the file to test/scenarios.",
      );
    },
    LONGEST_MS,
  );
});
