import type { LawConstants } from "./law-constants.ts";
import type { LimitName } from "./limits.ts";
import type { MeterTrust } from "./site-sample.ts";
import type { PhaseCount } from "./units.ts";

export interface PacingContext {
  readonly nowMs: number;
  readonly setpointA: number;
  readonly lastChangeMs: number;
  /** What left the car no more than the set point. */
  readonly limitedBy: LimitName | undefined;
  readonly isSettled: boolean;
  /** False while the box does not tell what the car draws. */
  readonly isCarSeen: boolean;
  readonly meterTrust: MeterTrust;
  /** False when the box does not obey: then nothing is raised. */
  readonly isFollowing: boolean;
  /** True when the day's writes are used up: what is left of the box's flash goes to reductions. */
  readonly isBudgetSpent: boolean;
  readonly constants: LawConstants;
}

/** What these leave moves with each lamp of the house: a raise to the last ampere is cut a moment later, again and again. */
const RESTLESS_LIMITS: ReadonlySet<LimitName> = new Set([
  "main_fuse",
  "unbalance",
  "site_import",
  "grid_operator",
]);
/** What a kettle or an oven gives back, A. */
const APPLIANCE_A = 2;
/** Under such a limit, shortest time from any change to a raise by an appliance's worth, and by less, ms. */
const APPLIANCE_HOLD_MS = 60_000;
const TRIFLE_HOLD_MS = 300_000;

/**
 * The set point of this pass on the way to `targetA`: a pause acts at once, a reduction when the last change has shown
 * its effect or nothing shows, a raise also not often and not for a trifle, and only with good sight or, where the meter is
 * lost for good, on the way to a target that the failsafe limit has capped. Limits are applied after this and wait for
 * nothing.
 */
export function pacedCurrentA(targetA: number, context: PacingContext): number {
  const { setpointA } = context;
  if (targetA > setpointA)
    return mayRaise(targetA, context) && isWorthIt(targetA, context) ? targetA : setpointA;
  return targetA === 0 || context.isSettled || isBlind(context) ? targetA : setpointA;
}

/** Phases change only with good sight of a box that obeys; otherwise they stay. */
export function pacedPhases(target: PhaseCount, present: PhaseCount, context: PacingContext): PhaseCount {
  return seesWell(context) ? target : present;
}

/** Grid or car are out of sight: there is nothing to wait for. */
function isBlind({ meterTrust, isCarSeen }: PacingContext): boolean {
  return meterTrust === "lost" || !isCarSeen;
}

function seesWell({ meterTrust, isSettled, isFollowing, isBudgetSpent }: PacingContext): boolean {
  return meterTrust === "good" && isSettled && isFollowing && !isBudgetSpent;
}

/** What the failsafe limit leaves needs no meter, only a box that tells and obeys. */
function mayGoBlind({ meterTrust, isCarSeen, isFollowing, isBudgetSpent }: PacingContext): boolean {
  return meterTrust === "lost" && isCarSeen && isFollowing && !isBudgetSpent;
}

function mayRaise(targetA: number, context: PacingContext): boolean {
  if (!seesWell(context) && !mayGoBlind(context)) return false;
  return context.nowMs - context.lastChangeMs >= raiseHoldMs(targetA, context);
}

function raiseHoldMs(targetA: number, { setpointA, limitedBy, constants }: PacingContext): number {
  if (setpointA === 0) return constants.shortestPauseMs;
  if (limitedBy === undefined || !RESTLESS_LIMITS.has(limitedBy)) return constants.raiseIntervalMs;
  return targetA - setpointA >= APPLIANCE_A ? APPLIANCE_HOLD_MS : TRIFLE_HOLD_MS;
}

function isWorthIt(targetA: number, { setpointA, constants }: PacingContext): boolean {
  return targetA - setpointA >= constants.smallestRaiseA;
}
