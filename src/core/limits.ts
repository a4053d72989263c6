import type { OthersLoad } from "./boxes/box-share.ts";
import { allowanceA, carPowerW, headroomCurrentA, meanCarCurrentA } from "./car-load.ts";
import type { CarRange } from "./car-range.ts";
import { fuseLimitA, unbalanceLimitA } from "./phase-limits.ts";
import type { SiteSample, WallboxCapability } from "./site-sample.ts";
import { currentA, type PhaseCount } from "./units.ts";

/** Every limit on the charge current; the smallest wins and is named. */
export const LIMIT_NAMES = [
  "wallbox_rating",
  "cable",
  "main_fuse",
  "unbalance",
  "site_import",
  "grid_operator",
  "configured_maximum",
  "user_maximum",
  "failsafe",
  "safe_mode",
  "other_wallboxes",
  "no_fallback",
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** A ceiling on the charge current, A per phase. */
export interface Limit {
  readonly name: LimitName;
  readonly maxCurrentA: number;
}

/** Those that are in force, each name once; the rating of the box always is. */
export type Limits = readonly [Limit, ...Limit[]];

/** The phase of the house, 0 to 2, on which the wallbox's own L1, L2 and L3 hang. */
export type PhaseRotation = readonly [Phase, Phase, Phase];
export type Phase = 0 | 1 | 2;

/** What the installation allows; undefined where there is no such limit. */
export interface SiteLimits {
  /** Main fuse, A per phase. */
  readonly mainFuseA: number;
  /** Largest import of the whole house, W. */
  readonly importLimitW: number | undefined;
  /** Largest difference between two phases at the house connection that the car may cause, A. */
  readonly unbalanceLimitA: number | undefined;
  /** Which phases of the house the wallbox hangs on. */
  readonly phaseRotation: PhaseRotation | undefined;
  readonly cableCurrentA: number | undefined;
  readonly configuredMaxA: number;
  /** What a blind gateway may still allow, A per phase; 0 stops. */
  readonly failsafeCurrentA: number;
  /** What wallboxes may draw together that nobody can turn down when the gateway is gone, A per phase. */
  readonly unattendedMaxA: number;
}

export interface LimitContext {
  readonly sample: SiteSample;
  /** What the grid readings of the sample contain of other wallboxes; undefined where there are none. */
  readonly others?: OthersLoad;
  readonly limits: SiteLimits;
  readonly userMaxA: number | undefined;
  /** True after too many restarts: nothing beyond the failsafe current. */
  readonly isSafeMode?: boolean | undefined;
  /** What the grid operator lets the cars of the house take from the grid, W; own surplus comes on top. */
  readonly operatorLimitW: number | undefined;
  /** The current the car is allowed at this moment, A per phase. */
  readonly setpointA: number;
  /** Phases for which the limit is asked; where the box charges with others now, what it draws counts for nothing. */
  readonly phases: PhaseCount;
  /** Whether the meter shows the present set point. */
  readonly isMeterSettled: boolean;
  /** Whether meter and wallbox both show it. */
  readonly isSettled: boolean;
  /** Whether the meter shows all that the car has begun to take, by a set point or by itself. */
  readonly isCarMetered: boolean;
  /** What the meter may contain of the car; undefined while nothing was measured. */
  readonly carRange: CarRange | undefined;
  /** True while the set point is only what a car that was found charging drew. */
  readonly isAdopting: boolean;
}

export const NO_LOAD: OthersLoad = { powerW: 0, currentA: 0, unattendedA: 0 };

/** Every limit that is in force now; infinite while nothing can be told of it, because the last change is on its way. */
export function limitsInForce(context: LimitContext): Limits {
  const { limits, sample } = context;
  const isBlind = sample.meterTrust === "lost";
  const inForce: [Limit, ...Limit[]] = [
    { name: "wallbox_rating", maxCurrentA: sample.wallbox.capability.maxCurrentA },
  ];
  const add = (name: LimitName, maxCurrentA: number | undefined) => {
    if (maxCurrentA !== undefined) inForce.push({ name, maxCurrentA });
  };
  add("configured_maximum", limits.configuredMaxA);
  add("cable", limits.cableCurrentA);
  add("user_maximum", context.userMaxA);
  add("no_fallback", unattendedLimitA(context));
  add("failsafe", isBlind ? limits.failsafeCurrentA : undefined);
  add("safe_mode", context.isSafeMode === true ? limits.failsafeCurrentA : undefined);
  add("main_fuse", isBlind ? undefined : fuseLimitA(context));
  add("unbalance", unbalanceLimitA(context));
  add("site_import", isBlind ? undefined : importLimitA(context));
  add("grid_operator", operatorLimitA(context));
  return inForce;
}

/** The limit that leaves least to the car now. */
export function smallestLimit(context: LimitContext): Limit {
  return smallestOf(limitsInForce(context));
}

/** The smallest, and of equal ones the first. */
export function smallestOf([first, ...others]: Limits): Limit {
  return others.reduce(smaller, first);
}

/** The smaller one, and of equal ones the first. */
export function smaller(one: Limit, other: Limit): Limit {
  return other.maxCurrentA < one.maxCurrentA ? other : one;
}

/** The wanted current under the limit: whole steps of the box, and 0 instead of less than its minimum. */
export function limitedCurrentA(
  wantedA: number,
  limit: Limit,
  capability: WallboxCapability,
): { readonly currentA: number; readonly limitedBy: LimitName | undefined } {
  const allowedA = Math.max(0, limit.maxCurrentA);
  const steppedA = floorToStepA(Math.min(wantedA, allowedA), capability.stepA);
  return {
    currentA: steppedA < capability.minCurrentA ? 0 : steppedA,
    limitedBy: wantedA > allowedA ? limit.name : undefined,
  };
}

/** Largest multiple of `stepA` not above `valueA`; tolerant of binary fractions. */
export function floorToStepA(valueA: number, stepA: number): number {
  return roundedA(Math.floor(valueA / stepA + 1e-6) * stepA);
}

/** Smallest multiple of `stepA` not below `valueA`; tolerant of binary fractions. */
export function ceilToStepA(valueA: number, stepA: number): number {
  return roundedA(Math.ceil(valueA / stepA - 1e-6) * stepA);
}

/** Nearest multiple of `stepA`. */
export function nearestStepA(valueA: number, stepA: number): number {
  return roundedA(Math.round(valueA / stepA) * stepA);
}

function roundedA(valueA: number): number {
  return Math.round(valueA * 10) / 10;
}

/** A box that does not come down by itself is raised only to what the fuse stands for good beside house and other boxes. */
function unattendedLimitA({ sample, limits, others = NO_LOAD }: LimitContext): number | undefined {
  if (sample.wallbox.capability.fallsBackTo === "failsafe") return undefined;
  return limits.unattendedMaxA - others.unattendedA;
}

function importLimitA(context: LimitContext): number | undefined {
  const { gridPowerW } = context.sample;
  const { importLimitW } = context.limits;
  if (gridPowerW === undefined || importLimitW === undefined) return undefined;
  return powerAllowanceA(context, importLimitW - gridPowerW.value);
}

/**
 * The operator limits what the car draws from the grid; power the house exports without the car comes on top. Nothing
 * comes on top while the grid is out of sight, or before it is known what the car was told at the last.
 */
function operatorLimitA(context: LimitContext): number | undefined {
  const { sample, operatorLimitW, phases } = context;
  if (operatorLimitW === undefined) return undefined;
  const { powerW: othersW } = context.others ?? NO_LOAD;
  const alwaysA = currentA(operatorLimitW - othersW, phases);
  if (sample.gridPowerW === undefined || sample.meterTrust === "lost") return alwaysA;
  if (context.isAdopting && !context.isSettled) return alwaysA;
  const carsW = carPowerW(context) + othersW;
  const headroomW = operatorLimitW - Math.min(carsW, sample.gridPowerW.value);
  const allowedA = powerAllowanceA({ ...context, isCarMetered: true }, headroomW);
  // Readings from before the last change show a breach that is mended already: it is not taken off twice.
  if (!context.isSettled) return Math.max(allowedA, alwaysA);
  // What the car has only begun to take, and the meter does not show yet, would look like sun.
  return context.isCarMetered ? allowedA : Math.min(allowedA, Math.max(context.setpointA, alwaysA));
}

function powerAllowanceA(context: LimitContext, headroomW: number): number {
  return allowanceA(context, headroomCurrentA(context, headroomW), meanCarCurrentA(context));
}
