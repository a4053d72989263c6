import { LOAD_SHARES } from "../../simulator/house/house.ts";
import type { Plant } from "../../src/cli/replay/plant.ts";
import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";
import type { LawBook } from "./law-book.ts";
import { createLowest } from "./lowest.ts";
import { operatorTruth } from "./operator-truth.ts";
import { BLINDING, RAMP_S, type Truth, UNRULY } from "./truth.ts";

/** A limit is kept in steps of the box, with readings in whole watts and of real voltages. */
const TOLERANCE_W = 60;
const TOLERANCE_A = 0.4;
/** Blind, everything may go on this long; then the failsafe current is the most (F2). */
const LOST_S = 30;
const PHASES = [0, 1, 2] as const;
const LEAST_SHARE = Math.min(...LOAD_SHARES);

/** Counts for how long something has been too much without a break. */
function createBreach(laws: LawBook, what: string, longestS: number) {
  let sinceS: number | undefined;
  let notedS = 0;
  return {
    note(over: number, tolerance: number, second: number): void {
      if (second > notedS + 1) sinceS = undefined;
      notedS = second;
      sinceS = over > tolerance ? (sinceS ?? second) : undefined;
      const lastsS = second - (sinceS ?? second);
      laws.check(lastsS <= longestS, second, `${what} by ${over.toFixed(1)} too much for ${lastsS} s`);
    },
  };
}

/** Laws on what flows, judged by what is true of the house. */
export interface HouseLaws {
  see(plant: Plant, second: number): void;
}

/**
 * No limit is ever exceeded by more than the house itself changed within a reaction time: in each second the cars draw
 * no more than some second of that time would have left them.
 */
export function createHouseLaws(truth: Truth, laws: LawBook): HouseLaws {
  const { config, scenario, boxes } = truth;
  const isMeasured = scenario.meter_tells_phases;
  const { site, control } = config;
  // Where one box makes room for another, two reactions follow each other.
  const windowS = truth.reactionS * (boxes.length > 1 ? 2 : 1);
  const houseW = createLowest(windowS);
  const phasesA = PHASES.map(() => createLowest(windowS));
  const tiltsA = PHASES.map(() => createLowest(windowS));
  const operator = operatorTruth(truth);
  // A car that starts by itself shows in one reading before it does in another, and may be given too much for a moment.
  const breach = (what: string) => createBreach(laws, what, windowS);
  const imported = breach("the import limit");
  const operated = breach("the grid operator's limit");
  const fused = PHASES.map(() => breach("the main fuse"));
  const tilted = PHASES.map(() => breach("one phase above another"));
  const unbalanceA =
    site.unbalance_limit_va === "off" || boxes.length > 1 || boxes.some(({ knowsPhases }) => !knowsPhases)
      ? undefined
      : site.unbalance_limit_va / NOMINAL_VOLTAGE_V;

  let drawingSinceS = 0;

  function noteHouse({ house }: Plant, second: number): void {
    const { gridW, chargeW, loadW, pvW, batteryW } = house.flow;
    houseW.note(second, gridW - chargeW);
    if (!isMeasured) return;
    const sunA = (pvW + batteryW) / (3 * NOMINAL_VOLTAGE_V);
    const loadA = loadW / NOMINAL_VOLTAGE_V;
    for (const phase of PHASES) {
      phasesA[phase]?.note(second, loadA * LOAD_SHARES[phase] - sunA);
      if (unbalanceA !== undefined) tiltsA[phase]?.note(second, loadA * (LOAD_SHARES[phase] - LEAST_SHARE));
    }
  }

  /** What the house left the phase when it left it most, A. */
  function houseA(phase: (typeof PHASES)[number]): number {
    return isMeasured ? (phasesA[phase]?.value() ?? 0) : houseW.value() / (3 * NOMINAL_VOLTAGE_V);
  }

  function checkLimits({ house }: Plant, second: number): void {
    const drawnW = house.evses.reduce((sum, { powerW }) => sum + powerW, 0);
    const importW = drawnW + houseW.value();
    const overW = importW - (site.import_limit_w ?? Number.POSITIVE_INFINITY);
    imported.note(overW, TOLERANCE_W, second);
    const operatorW = operator.limitW(second, windowS) ?? Number.POSITIVE_INFINITY;
    const beyondW = Math.min(drawnW, importW) - operatorW;
    operated.note(beyondW, TOLERANCE_W, second);
  }

  function checkPhases({ house }: Plant, second: number): void {
    const carsA = PHASES.map((phase) =>
      house.evses.reduce((sum, { phaseCurrentsA }) => sum + phaseCurrentsA[phase], 0),
    );
    // Where the meter does not tell them apart, each car counts on every phase.
    const fullestA = house.evses.reduce((sum, { phaseCurrentsA }) => sum + Math.max(...phaseCurrentsA), 0);
    for (const phase of PHASES) {
      const carA = isMeasured ? (carsA[phase] ?? 0) : fullestA;
      const overA = carA === 0 ? 0 : carA + houseA(phase) - site.main_fuse_a;
      fused[phase]?.note(overA, TOLERANCE_A, second);
    }
    if (unbalanceA !== undefined) checkUnbalance(carsA, unbalanceA, second);
  }

  /** On how many phases a car charges shows only when it does. */
  function checkUnbalance(carsA: readonly number[], limitA: number, second: number): void {
    const isOnAll = carsA.every((drawnA) => drawnA > 0);
    const seenS = windowS + Math.max(...boxes.map(({ device }) => device.powerS));
    if (isOnAll || second - drawingSinceS <= seenS) return;
    for (const phase of PHASES) {
      const carA = carsA[phase] ?? 0;
      const overA = carA === 0 ? 0 : carA + (tiltsA[phase]?.value() ?? 0) - limitA;
      tilted[phase]?.note(overA, TOLERANCE_A, second);
    }
  }

  function checkBlind({ house }: Plant, second: number): void {
    const goneS = truth.meterGoneS(second);
    for (const [index, { phaseCurrentsA }] of house.evses.entries()) {
      const box = boxes[index];
      if (box === undefined || truth.isDisturbed(second, UNRULY, { box: index })) continue;
      const { deadS } = box.device;
      const lateS = goneS - LOST_S - truth.intervalS - 1 - deadS - RAMP_S;
      const drawnA = Math.max(...phaseCurrentsA);
      laws.check(
        lateS <= 0 || drawnA <= control.failsafe_current_a + TOLERANCE_A,
        second,
        `${drawnA.toFixed(1)} A drawn long after the meter was gone`,
      );
    }
  }

  return {
    see(plant, second) {
      truth.see(plant, second);
      operator.see(second);
      noteHouse(plant, second);
      const isDrawing = plant.house.evses.some(({ powerW }) => powerW > 0);
      if (!isDrawing) {
        drawingSinceS = second;
        return;
      }
      checkBlind(plant, second);
      if (truth.isDisturbed(second, BLINDING) || truth.isDisturbed(second, UNRULY)) return;
      checkLimits(plant, second);
      checkPhases(plant, second);
    },
  };
}
