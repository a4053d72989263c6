import type { SiteSample, WallboxCapability } from "./site-sample.ts";
import { currentA, NOMINAL_VOLTAGE_V, type PhaseCount, type PhaseCurrentsA, powerW } from "./units.ts";

/** Every limit on the charge current; the smallest wins and is named. */
export type LimitName =
  | "wallbox_rating"
  | "cable"
  | "main_fuse"
  | "site_import"
  | "grid_operator"
  | "configured_maximum"
  | "user_maximum"
  | "failsafe";

/** A ceiling on the charge current, A per phase. */
export interface Limit {
  readonly name: LimitName;
  readonly maxCurrentA: number;
}

/** What the installation allows; undefined where there is no such limit. */
export interface SiteLimits {
  /** Main fuse, A per phase. */
  readonly mainFuseA: number;
  /** Largest import of the whole house, W. */
  readonly importLimitW: number | undefined;
  /** Grid-operator limit on what the car may take from the grid, W; own surplus comes on top. */
  readonly gridOperatorLimitW: number | undefined;
  readonly cableCurrentA: number | undefined;
  readonly configuredMaxA: number;
  /** What a blind gateway may still allow, A per phase; 0 stops. */
  readonly failsafeCurrentA: number;
}

export interface LimitContext {
  readonly sample: SiteSample;
  readonly limits: SiteLimits;
  readonly userMaxA: number | undefined;
  /** The current the car is allowed at this moment, A per phase. */
  readonly setpointA: number;
  /** Phases for which the limit is asked; where the box charges with others now, what it draws counts for nothing. */
  readonly phases: PhaseCount;
  /** Whether the meter shows the present set point. */
  readonly isMeterSettled: boolean;
  /** Whether meter and wallbox both show it. */
  readonly isSettled: boolean;
}

/** The limit that leaves least to the car now. */
export function smallestLimit(context: LimitContext): Limit {
  const { limits, sample } = context;
  const isBlind = sample.meterTrust === "lost";
  const others: readonly (readonly [LimitName, number | undefined])[] = [
    ["configured_maximum", limits.configuredMaxA],
    ["cable", limits.cableCurrentA],
    ["user_maximum", context.userMaxA],
    ["failsafe", isBlind ? limits.failsafeCurrentA : undefined],
    ["main_fuse", isBlind ? undefined : fuseLimitA(context)],
    ["site_import", isBlind ? undefined : importLimitA(context)],
    ["grid_operator", isBlind ? undefined : gridOperatorLimitA(context)],
  ];
  let smallest: Limit = { name: "wallbox_rating", maxCurrentA: sample.wallbox.capability.maxCurrentA };
  for (const [name, maxCurrentA] of others) {
    if (maxCurrentA !== undefined && maxCurrentA < smallest.maxCurrentA) smallest = { name, maxCurrentA };
  }
  return smallest;
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

/** Main fuse: what its tightest phase leaves to the car. Which phase a one-phase box hangs on is not known. */
function fuseLimitA(context: LimitContext): number | undefined {
  const importsA = gridImportsA(context);
  if (importsA === undefined) return undefined;
  const allowancesA = importsA.map((importA, phase) =>
    allowanceA(context, context.limits.mainFuseA - importA, carPhaseCurrentA(context, phase)),
  );
  return Math.min(...allowancesA);
}

function importLimitA(context: LimitContext): number | undefined {
  const { gridPowerW } = context.sample;
  const { importLimitW } = context.limits;
  if (gridPowerW === undefined || importLimitW === undefined) return undefined;
  return powerAllowanceA(context, importLimitW - gridPowerW.value);
}

/** The operator limits what the car draws from the grid; power the house exports without the car comes on top. */
function gridOperatorLimitA(context: LimitContext): number | undefined {
  const { gridPowerW } = context.sample;
  const { gridOperatorLimitW } = context.limits;
  if (gridPowerW === undefined || gridOperatorLimitW === undefined) return undefined;
  return powerAllowanceA(context, gridOperatorLimitW - Math.min(carPowerW(context), gridPowerW.value));
}

function powerAllowanceA(context: LimitContext, headroomW: number): number {
  const headroomA = currentA(headroomW, context.phases);
  return allowanceA(context, headroomA, carMeanCurrentA(context));
}

/**
 * Current that uses up `headroomA` on top of what the car draws. While the last set point still works its way into
 * the readings nothing is free. A breach comes off what the car draws, and, once the meter shows the set point, off
 * that too where the car draws more; before, that would cut again on each pass.
 */
function allowanceA(context: LimitContext, headroomA: number, carA: number): number {
  const { isSettled, isMeterSettled, setpointA } = context;
  if (context.phases !== context.sample.wallbox.capability.phases) return headroomA;
  if (headroomA < 0) return (isMeterSettled ? Math.min(setpointA, carA) : carA) + headroomA;
  return isSettled ? carA + headroomA : Number.POSITIVE_INFINITY;
}

/** Import on each phase, A: measured, else the house split evenly and the car where it may be. */
function gridImportsA(context: LimitContext): PhaseCurrentsA | undefined {
  const { gridPhaseCurrentsA, gridPowerW } = context.sample;
  if (gridPhaseCurrentsA !== undefined) return gridPhaseCurrentsA.value;
  if (gridPowerW === undefined) return undefined;
  const houseA = (gridPowerW.value - carPowerW(context)) / (3 * NOMINAL_VOLTAGE_V);
  const importA = (phase: number) => houseA + carPhaseCurrentA(context, phase);
  return [importA(0), importA(1), importA(2)];
}

function carPhaseCurrentA(context: LimitContext, phase: number): number {
  const { capability, phaseCurrentsA } = context.sample.wallbox;
  const measuredA = capability.phases === 1 ? undefined : phaseCurrentsA?.value[phase];
  return measuredA ?? carMeanCurrentA(context);
}

/** What the car draws per phase, A. */
function carMeanCurrentA(context: LimitContext): number {
  return currentA(carPowerW(context), context.sample.wallbox.capability.phases);
}

/** What the car draws, W; with nothing measured, what it is allowed. */
function carPowerW({ sample, setpointA }: LimitContext): number {
  const { chargePowerW, capability } = sample.wallbox;
  return chargePowerW === undefined ? powerW(setpointA, capability.phases) : chargePowerW.value;
}
