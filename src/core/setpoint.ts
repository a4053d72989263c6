import { nearestStepA } from "./limits.ts";
import type { MeterTrust, WallboxCapability } from "./site-sample.ts";
import { currentA } from "./units.ts";

/** A change smaller than this is not worth a write to the box's flash, A. */
const DEADBAND_A = 0.6;
/** The most that a following car is assumed to stay below its allowance, A. */
const LARGEST_OFFSET_A = 1;
/** Down fast, up slowly: shortest time from any change to a raise, ms. */
const RAISE_INTERVAL_MS = 30_000;
/** Shortest pause, ms: contactors and cars wear with each start. */
const SHORTEST_PAUSE_MS = 60_000;

export interface FollowContext {
  readonly surplusPowerW: number;
  readonly chargePowerW: number;
  readonly setpointA: number;
  readonly capability: WallboxCapability;
}

/** The current that uses the surplus: nearest step of the box, within its range, with a deadband. */
export function followedCurrentA(context: FollowContext): number {
  const { setpointA, capability } = context;
  const idealA = currentA(context.surplusPowerW, capability.phases) + offsetA(context);
  const inRangeA = Math.min(Math.max(idealA, capability.minCurrentA), capability.maxCurrentA);
  if (setpointA >= capability.minCurrentA && Math.abs(inRangeA - setpointA) <= DEADBAND_A) return setpointA;
  return nearestStepA(inRangeA, capability.stepA);
}

/** A car that follows draws a little less than allowed; without this the difference would stay exported. */
function offsetA({ setpointA, chargePowerW, capability }: FollowContext): number {
  const drawnA = currentA(chargePowerW, capability.phases);
  const belowA = setpointA - drawnA;
  return drawnA > 0 && belowA > 0 && belowA <= LARGEST_OFFSET_A ? belowA : 0;
}

export interface PacingContext {
  readonly nowMs: number;
  readonly setpointA: number;
  readonly lastChangeMs: number;
  readonly isSettled: boolean;
  readonly meterTrust: MeterTrust;
  /** False when the box does not obey: then nothing is raised. */
  readonly isFollowing: boolean;
  /** True when the day's writes are used up: what is left of the box's flash goes to reductions. */
  readonly isBudgetSpent: boolean;
}

/**
 * The set point of this pass on the way to `targetA`: a pause acts at once, a reduction when the last change has
 * shown its effect, a raise also only with good sight, not often, and not for a trifle. Limits are applied after this
 * and wait for nothing.
 */
export function pacedCurrentA(targetA: number, context: PacingContext): number {
  const { setpointA } = context;
  if (targetA > setpointA) return mayRaise(context) && isWorthIt(targetA, setpointA) ? targetA : setpointA;
  return targetA === 0 || context.isSettled ? targetA : setpointA;
}

function mayRaise(context: PacingContext): boolean {
  const { nowMs, setpointA, lastChangeMs } = context;
  if (context.meterTrust !== "good" || !context.isSettled) return false;
  if (!context.isFollowing || context.isBudgetSpent) return false;
  const holdMs = setpointA === 0 ? SHORTEST_PAUSE_MS : RAISE_INTERVAL_MS;
  return nowMs - lastChangeMs >= holdMs;
}

function isWorthIt(targetA: number, setpointA: number): boolean {
  return targetA - setpointA >= DEADBAND_A;
}
