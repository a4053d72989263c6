import { nearestStepA } from "./limits.ts";
import type { MeterTrust, WallboxCapability } from "./site-sample.ts";
import { currentA, type PhaseCount } from "./units.ts";

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
  readonly phases: PhaseCount;
  readonly setpointA: number;
  /** Mean current that the car draws per phase, A; undefined when not measured. */
  readonly drawnCurrentA: number | undefined;
  readonly capability: WallboxCapability;
}

/** The current that uses the surplus: nearest step of the box, within its range, with a deadband. */
export function followedCurrentA(context: FollowContext): number {
  const { setpointA, capability } = context;
  const idealA = currentA(context.surplusPowerW, context.phases) + offsetA(context);
  const inRangeA = Math.min(Math.max(idealA, capability.minCurrentA), capability.maxCurrentA);
  if (setpointA >= capability.minCurrentA && Math.abs(inRangeA - setpointA) <= DEADBAND_A) return setpointA;
  return nearestStepA(inRangeA, capability.stepA);
}

/** A car that follows draws a little less than allowed; without this the difference would stay exported. */
function offsetA({ setpointA, drawnCurrentA }: FollowContext): number {
  if (drawnCurrentA === undefined || drawnCurrentA <= 0) return 0;
  const belowA = setpointA - drawnCurrentA;
  return belowA > 0 && belowA <= LARGEST_OFFSET_A ? belowA : 0;
}

export interface PacingContext {
  readonly nowMs: number;
  readonly setpointA: number;
  readonly lastChangeMs: number | undefined;
  readonly isSettled: boolean;
  readonly meterTrust: MeterTrust;
  /** False when the box does not obey: then nothing is raised. */
  readonly isFollowing: boolean;
  /** True when the day's writes are used up: what is left of the box's flash goes to reductions. */
  readonly isBudgetSpent: boolean;
}

/**
 * The set point of this pass on the way to `targetA`: a pause acts at once, a reduction when the last change has
 * shown its effect, a raise also only with good sight and not often. Limits are applied after this and wait for
 * nothing.
 */
export function pacedCurrentA(targetA: number, context: PacingContext): number {
  const { setpointA } = context;
  if (targetA > setpointA) return mayRaise(context) ? targetA : setpointA;
  return targetA === 0 || context.isSettled ? targetA : setpointA;
}

function mayRaise({
  nowMs,
  setpointA,
  lastChangeMs,
  isSettled,
  meterTrust,
  isFollowing,
}: PacingContext): boolean {
  if (meterTrust !== "good" || !isSettled || !isFollowing) return false;
  const holdMs = setpointA === 0 ? SHORTEST_PAUSE_MS : RAISE_INTERVAL_MS;
  return lastChangeMs === undefined || nowMs - lastChangeMs >= holdMs;
}
