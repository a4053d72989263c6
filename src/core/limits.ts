import type { SiteSample, WallboxCapability } from "./site-sample.ts";
import { currentA, NOMINAL_VOLTAGE_V, type PhaseCurrentsA } from "./units.ts";

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
  /** Whether meter and wallbox both show the present set point. */
  readonly isSettled: boolean;
}

/** The limits that hold now, smallest first. */
export function activeLimits(context: LimitContext): readonly Limit[] {
  const { limits, sample } = context;
  const found: Limit[] = [
    { name: "wallbox_rating", maxCurrentA: sample.wallbox.capability.maxCurrentA },
    { name: "configured_maximum", maxCurrentA: limits.configuredMaxA },
  ];
  add(found, "cable", limits.cableCurrentA);
  add(found, "user_maximum", context.userMaxA);
  if (sample.meterTrust === "lost") {
    found.push({ name: "failsafe", maxCurrentA: limits.failsafeCurrentA });
  } else {
    add(found, "main_fuse", fuseLimitA(context));
    add(found, "site_import", importLimitA(context));
    add(found, "grid_operator", gridOperatorLimitA(context));
  }
  return found.sort((a, b) => a.maxCurrentA - b.maxCurrentA);
}

/** The wanted current under the limits: whole steps of the box, and 0 instead of less than its minimum. */
export function limitedCurrentA(
  wantedA: number,
  limits: readonly Limit[],
  capability: WallboxCapability,
): { readonly currentA: number; readonly limitedBy: LimitName | undefined } {
  const smallest = limits[0];
  if (smallest === undefined || wantedA <= smallest.maxCurrentA)
    return { currentA: wantedA, limitedBy: undefined };
  const steppedA = floorToStepA(Math.max(smallest.maxCurrentA, 0), capability.stepA);
  return { currentA: steppedA < capability.minCurrentA ? 0 : steppedA, limitedBy: smallest.name };
}

/** Largest multiple of `stepA` not above `valueA`; tolerant of binary fractions. */
export function floorToStepA(valueA: number, stepA: number): number {
  return roundedA(Math.floor(valueA / stepA + 1e-6) * stepA);
}

/** Nearest multiple of `stepA`. */
export function nearestStepA(valueA: number, stepA: number): number {
  return roundedA(Math.round(valueA / stepA) * stepA);
}

function roundedA(valueA: number): number {
  return Math.round(valueA * 10) / 10;
}

function add(found: Limit[], name: LimitName, maxCurrentA: number | undefined): void {
  if (maxCurrentA !== undefined) found.push({ name, maxCurrentA });
}

/** Main fuse: what its tightest phase leaves to the car. Which phase a one-phase box hangs on is not known. */
function fuseLimitA(context: LimitContext): number | undefined {
  const importsA = gridImportsA(context.sample);
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
  const headroomA = currentA(importLimitW - gridPowerW.value, context.sample.wallbox.capability.phases);
  return allowanceA(context, headroomA, carMeanCurrentA(context));
}

/** The operator limits what the car draws from the grid; power the house exports without the car comes on top. */
function gridOperatorLimitA(context: LimitContext): number | undefined {
  const { gridOperatorLimitW } = context.limits;
  const { gridPowerW, wallbox } = context.sample;
  if (gridOperatorLimitW === undefined) return undefined;
  if (gridPowerW === undefined || wallbox.chargePowerW === undefined || !context.isSettled) {
    return currentA(gridOperatorLimitW, context.sample.wallbox.capability.phases);
  }
  const ownW = Math.max(0, wallbox.chargePowerW.value - gridPowerW.value);
  return currentA(gridOperatorLimitW + ownW, context.sample.wallbox.capability.phases);
}

/**
 * Current that uses up `headroomA` on top of what the car draws. While the last set point still works its way into
 * the readings they cannot be combined: then a breach lowers the set point by its excess, and nothing raises it.
 */
function allowanceA(context: LimitContext, headroomA: number, carA: number): number {
  if (context.isSettled) return carA + headroomA;
  return headroomA >= 0 ? Number.POSITIVE_INFINITY : Math.min(context.setpointA, carA) + headroomA;
}

/** Import on each phase, A: measured, else an even split of the power. */
function gridImportsA(sample: SiteSample): PhaseCurrentsA | undefined {
  if (sample.gridPhaseCurrentsA !== undefined) return sample.gridPhaseCurrentsA.value;
  if (sample.gridPowerW === undefined) return undefined;
  const evenA = sample.gridPowerW.value / (3 * NOMINAL_VOLTAGE_V);
  return [evenA, evenA, evenA];
}

function carPhaseCurrentA(context: LimitContext, phase: number): number {
  if (context.sample.wallbox.capability.phases === 1) return carMeanCurrentA(context);
  return context.sample.wallbox.phaseCurrentsA?.value[phase] ?? carMeanCurrentA(context);
}

/** What the car draws per phase, A; with nothing measured, what it is allowed. */
function carMeanCurrentA({ sample, setpointA }: LimitContext): number {
  const { chargePowerW, capability } = sample.wallbox;
  return chargePowerW === undefined ? setpointA : currentA(chargePowerW.value, capability.phases);
}
