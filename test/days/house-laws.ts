import type { Evse } from "../../simulator/house/evse.ts";
import { LOAD_SHARES } from "../../simulator/house/house.ts";
import type { Plant } from "../../src/cli/replay/plant.ts";
import type { BoxReport } from "../../src/core/tick-report.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCurrentsA } from "../../src/core/units.ts";
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

/**
 * Where neither meter nor box tells phases apart, a car on one phase looks like a third of it on each: after a change the
 * next report of its power has to show how much is too much.
 */
function guessedS({ scenario, boxes }: Truth): number {
  const guessed = scenario.meter_tells_phases ? [] : boxes.filter(({ knowsPhases }) => !knowsPhases);
  return Math.max(0, ...guessed.map(({ device }) => device.powerS));
}

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
  /** What a pass decided for the boxes, in their order. */
  pass(reports: readonly BoxReport[], plant: Plant, second: number): void;
}

/** What a car draws, or is about to. */
type Draw = Pick<Evse, "powerW" | "phaseCurrentsA">;

function drawAt({ phases, car }: Evse, currentA: number): Draw {
  const used = Math.min(phases, car.phases);
  return {
    powerW: currentA * used * NOMINAL_VOLTAGE_V,
    phaseCurrentsA: [currentA, used > 1 ? currentA : 0, used > 2 ? currentA : 0],
  };
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
  const isShared = boxes.length > 1;
  const windowS = truth.reactionS * (isShared ? 2 : 1);
  const houseW = createLowest(windowS);
  const phasesA = PHASES.map(() => createLowest(windowS));
  const tiltsA = PHASES.map(() => createLowest(windowS));
  /** What each car draws on a phase. */
  const carsA = boxes.map(() => createLowest(windowS));
  const operator = operatorTruth(truth);
  // A car that starts by itself shows in one reading before it does in another, and may be given too much for a moment.
  const breach = (what: string, longestS = windowS) => createBreach(laws, what, longestS);
  const imported = breach("the import limit");
  // What of the grid's power the cars take is known only by what the boxes report.
  const reportedS = Math.max(...boxes.map(({ device }) => device.powerS));
  const operated = breach("the grid operator's limit", windowS + reportedS);
  const fused = PHASES.map(() => breach("the main fuse", windowS + guessedS(truth)));
  // A cut by readings from amid a car's start may be too small, and the next one waits for the delay that is believed.
  const believedS = Math.max(0, control.loop_delay_s - Math.min(...boxes.map(({ device }) => device.deadS)));
  const tilted = PHASES.map(() => breach("one phase above another", windowS + believedS));
  const unbalanceA =
    site.unbalance_limit_va === "off" || isShared || boxes.some(({ knowsPhases }) => !knowsPhases)
      ? undefined
      : site.unbalance_limit_va / NOMINAL_VOLTAGE_V;

  let drawingSinceS = 0;
  let latest: readonly BoxReport[] = [];

  const isUndisturbed = (second: number) =>
    !truth.isDisturbed(second, BLINDING) && !truth.isDisturbed(second, UNRULY);

  function noteHouse({ house }: Plant, second: number): void {
    const { gridW, chargeW, loadW, pvW, batteryW } = house.flow;
    houseW.note(second, gridW - chargeW);
    if (isShared)
      for (const [index, { car }] of house.evses.entries()) carsA[index]?.note(second, car.currentA);
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

  const overImportW = (drawnW: number) =>
    drawnW + houseW.value() - (site.import_limit_w ?? Number.POSITIVE_INFINITY);

  /** The house's own sun comes on top of what the operator allows. */
  function overOperatorW(drawnW: number, second: number): number {
    const allowedW = operator.limitW(second, windowS) ?? Number.POSITIVE_INFINITY;
    return Math.min(drawnW, drawnW + houseW.value()) - allowedW;
  }

  function overFuseA(drawnA: PhaseCurrentsA, phase: (typeof PHASES)[number]): number {
    return drawnA[phase] === 0 ? 0 : drawnA[phase] + houseA(phase) - site.main_fuse_a;
  }

  /** Where the meter does not tell the phases apart, each car counts on every phase. */
  function together(draws: readonly Draw[]): Draw {
    let powerW = 0;
    const sumsA: [number, number, number] = [0, 0, 0];
    for (const draw of draws) {
      powerW += draw.powerW;
      const fullestA = Math.max(...draw.phaseCurrentsA);
      for (const phase of PHASES) sumsA[phase] += isMeasured ? draw.phaseCurrentsA[phase] : fullestA;
    }
    return { powerW, phaseCurrentsA: sumsA };
  }

  function checkLimits({ house }: Plant, second: number): void {
    const { powerW, phaseCurrentsA } = together(house.evses);
    imported.note(overImportW(powerW), TOLERANCE_W, second);
    operated.note(overOperatorW(powerW, second), TOLERANCE_W, second);
    for (const phase of PHASES) fused[phase]?.note(overFuseA(phaseCurrentsA, phase), TOLERANCE_A, second);
    if (unbalanceA !== undefined) checkUnbalance(house.evse.phaseCurrentsA, unbalanceA, second);
  }

  const isTooMuch = ({ powerW, phaseCurrentsA }: Draw, second: number): boolean =>
    overImportW(powerW) > TOLERANCE_W ||
    overOperatorW(powerW, second) > TOLERANCE_W ||
    PHASES.some((phase) => overFuseA(phaseCurrentsA, phase) > TOLERANCE_A);

  /** Others that are told to make room in the same pass come down later than a car goes up. */
  function checkRaise(index: number, { house }: Plant, reports: readonly BoxReport[], second: number): void {
    const toldA = reports.map(({ setpointA }) => setpointA);
    // What a car has begun by itself within a reaction time is not known yet.
    const stillA = toldA.map((boxA, at) => (at === index ? boxA : (carsA[at]?.value() ?? 0)));
    const followedA = stillA.map((boxA, at) => Math.min(boxA, toldA[at] ?? boxA));
    const drawn = (currentsA: readonly number[]) =>
      together(house.evses.map((evse, at) => drawAt(evse, currentsA[at] ?? 0)));
    laws.check(
      !isTooMuch(drawn(stillA), second) || isTooMuch(drawn(followedA), second),
      second,
      "a raise into what other cars still draw",
    );
  }

  /** On how many phases a car charges shows only when it does. */
  function checkUnbalance(phaseCurrentsA: PhaseCurrentsA, limitA: number, second: number): void {
    const isOnAll = phaseCurrentsA.every((drawnA) => drawnA > 0);
    const seenS = windowS + Math.max(...boxes.map(({ device }) => device.powerS));
    if (isOnAll || second - drawingSinceS <= seenS) return;
    for (const phase of PHASES) {
      const carA = phaseCurrentsA[phase];
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
      if (!isUndisturbed(second)) return;
      checkLimits(plant, second);
    },
    pass(reports, plant, second) {
      const before = latest;
      latest = reports;
      if (!isShared || !isUndisturbed(second)) return;
      for (const [index, { setpointA }] of reports.entries()) {
        if (setpointA > (before[index]?.setpointA ?? setpointA)) checkRaise(index, plant, reports, second);
      }
    },
  };
}
