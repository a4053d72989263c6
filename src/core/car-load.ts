import type { LimitContext, Phase } from "./limits.ts";
import { NOMINAL_VOLTAGE_V, powerW } from "./units.ts";

/** A phase that carries less of the car than this is not one that it charges on, A. */
const DRAWING_A = 1;

/** What the car draws on L1, L2, L3, A; undefined where it draws nothing and will not. */
export type CarCurrentsA = readonly [number | undefined, number | undefined, number | undefined];

/**
 * Current that uses up `headroomA` on top of what the car draws. While the last set point still works its way into
 * the readings nothing is free; while the meter does not show all that the car has begun to take, only what is free
 * beside all of it. A breach comes off what the car draws, and, once the meter shows the set point, off that too where the car
 * draws more; before, it comes off the most of the car that the meter may show, or each pass would cut again.
 */
export function allowanceA(context: LimitContext, headroomA: number, carA: number): number {
  const { isSettled, isMeterSettled, isCarMetered, setpointA } = context;
  if (isSwitchingPhases(context)) return headroomA;
  if (headroomA < 0)
    return (isMeterSettled ? Math.min(setpointA, carA) : carA + fallenA(context)) + headroomA;
  if (!isSettled) return Number.POSITIVE_INFINITY;
  const freeA = carA + headroomA;
  return isCarMetered ? freeA : Math.min(freeA, Math.max(setpointA, freeA - risenA(context)));
}

/** What the meter may still show of the car beyond what it draws, A on each phase that it charges on. */
function fallenA(context: LimitContext): number {
  const carW = carPowerW(context);
  return headroomCurrentA(context, (context.carRange?.mostW ?? carW) - carW);
}

/** What the meter may not show yet of what the car draws, A on each phase that it charges on. */
function risenA(context: LimitContext): number {
  const carW = carPowerW(context);
  return headroomCurrentA(context, carW - (context.carRange?.leastW ?? carW));
}

/** True when the limit is asked for phases that the box does not use now. */
export function isSwitchingPhases({ phases, sample }: LimitContext): boolean {
  return phases !== sample.wallbox.capability.phases;
}

/** What the car draws, W; with nothing measured, what it is allowed. */
export function carPowerW({ sample, setpointA }: LimitContext): number {
  const { chargePowerW, capability } = sample.wallbox;
  return chargePowerW === undefined ? powerW(setpointA, capability.phases) : chargePowerW.value;
}

/** What the car draws on each phase that it charges on, A. */
export function meanCarCurrentA(context: LimitContext): number {
  return carPowerW(context) / (drawingPhases(context) * NOMINAL_VOLTAGE_V);
}

/** Current on each phase of the car that makes `headroomW`, A. */
export function headroomCurrentA(context: LimitContext, headroomW: number): number {
  const count = isSwitchingPhases(context) ? context.phases : drawingPhases(context);
  return headroomW / (count * NOMINAL_VOLTAGE_V);
}

/** By the box's own order of phases: measured where it charges on more than one, else its power evenly. */
export function carCurrentsA(context: LimitContext): CarCurrentsA {
  if (isSwitchingPhases(context)) return context.phases === 1 ? [0, undefined, undefined] : [0, 0, 0];
  const meanA = meanCarCurrentA(context);
  if (context.phases === 1) return [meanA, undefined, undefined];
  const measured = measuredCurrentsA(context);
  if (measured === undefined) return [meanA, meanA, meanA];
  const drawnA = (phase: Phase) => (measured[phase] >= DRAWING_A ? measured[phase] : undefined);
  return [drawnA(0), drawnA(1), drawnA(2)];
}

/** Phases that the car charges on; all that the box gives while nobody knows better. */
function drawingPhases(context: LimitContext): number {
  const measured = measuredCurrentsA(context);
  if (measured === undefined) return context.sample.wallbox.capability.phases;
  return measured.filter((currentA) => currentA >= DRAWING_A).length;
}

/** Undefined while a three-phase box does not tell its phases apart, and for a car that draws nothing. */
function measuredCurrentsA({ sample }: LimitContext): readonly [number, number, number] | undefined {
  const { capability, phaseCurrentsA } = sample.wallbox;
  if (capability.phases === 1 || phaseCurrentsA === undefined) return undefined;
  return phaseCurrentsA.value.some((currentA) => currentA >= DRAWING_A) ? phaseCurrentsA.value : undefined;
}
