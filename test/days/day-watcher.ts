import type { Plant } from "../../src/cli/replay/plant.ts";
import { houseTrace } from "../../src/cli/replay/scenario/house-trace.ts";
import type { ScenarioWatcher } from "../../src/cli/replay/scenario/run-scenario.ts";
import type { Scenario } from "../../src/cli/replay/scenario/scenario-schema.ts";
import type { BoxReport } from "../../src/core/tick-report.ts";
import { createBoxLaws } from "./box-laws.ts";
import { createHouseLaws } from "./house-laws.ts";
import { createLawBook } from "./law-book.ts";
import { createSunLaws } from "./sun-laws.ts";
import { truthOf } from "./truth.ts";

/** Watches a scenario and notes the first break of each law, as a sentence with the second in which it happened. */
export interface DayWatcher extends ScenarioWatcher {
  broken(): readonly string[];
}

export function createDayWatcher(scenario: Scenario): DayWatcher {
  const loaded = houseTrace(scenario.house, scenario.title);
  if (!loaded.ok) throw new Error(loaded.problem);
  const { trace } = loaded;
  const truth = truthOf(scenario);
  const laws = createLawBook();
  const house = createHouseLaws(truth, laws);
  const sun = createSunLaws(truth, trace, laws);
  const boxes = truth.boxes.map((_, index) => createBoxLaws(truth, index, laws));
  let plant: Plant | undefined;
  let reports: readonly BoxReport[] = [];
  let pass = 0;

  return {
    onSecond(given) {
      plant = given;
      const second = Math.round(given.view.nowMs / 1_000) - 1;
      house.see(given, second);
      sun.see(given, reports, second);
    },
    onReport(now) {
      const second = Math.round(now.monotonicMs / 1_000);
      if (now.pass !== pass + 1) truth.boot(second);
      pass = now.pass;
      reports = now.wallboxes;
      laws.check(now.wallMs - now.monotonicMs === trace.startWallMs, second, "two clocks that do not fit");
      if (plant !== undefined) house.pass(reports, plant, second);
      const goneS = truth.meterGoneS(second);
      for (const [index, report] of now.wallboxes.entries()) {
        boxes[index]?.pass(report, { second, goneS, plant });
      }
    },
    broken: laws.broken,
  };
}
