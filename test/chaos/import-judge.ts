import type { HouseReadings } from "../../simulator/house/house.ts";
import { powerW } from "../../src/core/units.ts";
import { CHAOS_LIMITS } from "./chaos-house.ts";
import type { Disturbances } from "./disturbance.ts";
import type { GridOperator } from "./grid-operator.ts";
import type { LawBook } from "./law-book.ts";

/** A meter that is renewed each 5 s and shows it a second later, two passes, 5 s of the box and the car's ramp. */
const REACTION_S = 25;
/** F1 and F2: a suspect meter holds the current for 60 s before it counts as lost. */
const METER_S = 90;
/** F3 and F4: without a link the box keeps its set point until the horizon of 90 s, then the car ramps down. */
const WALLBOX_S = 120;
/** Until trust has returned after a fault, ms. */
const AFTERMATH_MS = 150_000;
/** Readings in whole watts, steps of a whole ampere, a voltage that is not 230 V. */
const TOLERANCE_W = 250;
const TOLERANCE_A = 1;
/** A house that draws so much more than when a breach began has begun another one, W. */
const WORSE_W = 300;
const LEAST_CAR_W = 100;

/**
 * No import above a limit for longer than its reaction time, by what the house really draws. What the house draws without
 * the car is nobody's fault, and neither is the failsafe current that a blind gateway gives.
 */
export function createImportJudge(deps: {
  readonly laws: LawBook;
  readonly disturbances: Disturbances;
  readonly operator: Pick<GridOperator, "limitW">;
}) {
  const { disturbances, operator } = deps;
  const fuse = createBreach("the main fuse", deps.laws);
  const site = createBreach("the import limit", deps.laws);
  const grid = createBreach("the operator's limit", deps.laws);

  function reactionS(atMs: number): { readonly seconds: number; readonly isBlind: boolean } {
    const isMeterBad = disturbances.isDisturbed("meter", atMs, AFTERMATH_MS);
    const isBoxBad = disturbances.isDisturbed("wallbox", atMs, AFTERMATH_MS);
    return {
      seconds: REACTION_S + (isMeterBad ? METER_S : 0) + (isBoxBad ? WALLBOX_S : 0),
      isBlind: isMeterBad || isBoxBad,
    };
  }

  return (readings: HouseReadings): void => {
    const { atMs, chargePowerW, gridPowerW, loadPowerW, pvPowerW } = readings;
    const { seconds, isBlind } = reactionS(atMs);
    const allowedCarW = isBlind ? powerW(CHAOS_LIMITS.failsafeCurrentA, 3) : 0;
    const isCarToBlame = chargePowerW > allowedCarW + LEAST_CAR_W;
    const houseW = loadPowerW - pvPowerW;
    const at = { atMs, houseW, seconds };
    const highestA = Math.max(...readings.gridPhaseCurrentsA);
    fuse.see(isCarToBlame && highestA > CHAOS_LIMITS.mainFuseA + TOLERANCE_A, at);
    site.see(isCarToBlame && gridPowerW > CHAOS_LIMITS.importLimitW + TOLERANCE_W, at);
    const limitW = operator.limitW ?? Number.POSITIVE_INFINITY;
    grid.see(isCarToBlame && Math.min(chargePowerW, gridPowerW) > limitW + TOLERANCE_W, at);
  };
}

/** Counts the seconds of one breach, and says when they are too many. */
function createBreach(name: string, laws: LawBook) {
  let overS = 0;
  let overHouseW = 0;
  return {
    see(isOver: boolean, { atMs, houseW, seconds }: { atMs: number; houseW: number; seconds: number }): void {
      const isWorse = isOver && houseW > overHouseW + WORSE_W;
      if (overS === 0 || isWorse) overHouseW = houseW;
      overS = isOver && !isWorse ? overS + 1 : 0;
      if (overS === seconds + 1) laws.broken(atMs, `import above ${name} for more than ${seconds} s`);
    },
  };
}
