import type { HouseSample, Reading } from "./site-sample.ts";

/** Who gets the sun first; `soc_window`: the battery until it is full enough, then the car. */
export const BATTERY_POLICIES = ["car_first", "battery_first", "soc_window"] as const;
export type BatteryPolicy = (typeof BATTERY_POLICIES)[number];

export interface BatteryRules {
  readonly policy: BatteryPolicy;
  /** `soc_window`: from this state of charge on the car comes first, %. */
  readonly carFromSocPct: number;
  /** `soc_window`: below this one the battery does again, %. */
  readonly batteryBelowSocPct: number;
  /** What the battery is left where it comes first, W; undefined: what it takes by itself. */
  readonly maxChargeW: number | undefined;
  /** State of charge at which the battery's own management takes no more, %. */
  readonly fullSocPct: number;
  /** Whether the car may be charged from the battery, down to `reserveSocPct`. */
  readonly mayDischargeIntoCar: boolean;
  readonly reserveSocPct: number;
  /** What a hybrid inverter gives at most to house and grid, from sun and battery together, W. */
  readonly acLimitW: number | undefined;
}

/** What is remembered from pass to pass, so that a state of charge at the edge decides nothing. */
export interface BatteryStance {
  readonly isCarFirst: boolean;
  readonly mayDischarge: boolean;
}

export const NO_STANCE: BatteryStance = { isCarFirst: false, mayDischarge: false };

/** An older reading of the battery counts for nothing that would raise the current, ms. */
const FRESH_MS = 15_000;
/** A battery at its reserve must recover by this much before the car may be charged from it again, %. */
const RESERVE_HYSTERESIS_PCT = 3;
/** A battery takes less and less over this last part of its charge, %. */
const TAPER_PCT = 10;

/** The stance after a pass. With an unknown state of charge the battery is spared. */
export function nextBatteryStance(
  before: BatteryStance,
  { batterySocPct }: HouseSample,
  rules: BatteryRules,
): BatteryStance {
  return {
    isCarFirst: isCarFirst(before.isCarFirst, batterySocPct?.value, rules),
    mayDischarge: mayDischarge(before.mayDischarge, batterySocPct?.value, rules),
  };
}

function isCarFirst(was: boolean, socPct: number | undefined, rules: BatteryRules): boolean {
  switch (rules.policy) {
    case "car_first":
      return true;
    case "battery_first":
      return false;
    case "soc_window":
      if (socPct === undefined) return false;
      return socPct >= rules.carFromSocPct || (was && socPct >= rules.batteryBelowSocPct);
  }
}

function mayDischarge(was: boolean, socPct: number | undefined, rules: BatteryRules): boolean {
  if (!rules.mayDischargeIntoCar || socPct === undefined) return false;
  return socPct >= rules.reserveSocPct + (was ? 0 : RESERVE_HYSTERESIS_PCT);
}

/**
 * What the battery adds to the surplus (above zero) or takes from it, W. A battery that holds the grid at zero hides
 * the sun that it takes and carries a car that has too little; this shows both. Undefined without a battery.
 */
export function batteryOffsetW(
  house: HouseSample,
  stance: BatteryStance,
  rules: BatteryRules,
): Reading<number> | undefined {
  const { batteryPowerW, nowMs } = house;
  if (batteryPowerW === undefined) return undefined;
  const value = offsetW(batteryPowerW.value, house, stance, rules);
  if (isFresh(batteryPowerW, nowMs)) return { value, atMs: batteryPowerW.atMs };
  // An old reading holds nothing up: there is no news to wait for.
  return { value: Math.min(0, value), atMs: nowMs };
}

function offsetW(batteryW: number, house: HouseSample, stance: BatteryStance, rules: BatteryRules): number {
  const chargingW = Math.max(0, -batteryW);
  const dischargingW = Math.max(0, batteryW);
  if (dischargingW > 0 && stance.mayDischarge) return 0;
  const shareW = stance.isCarFirst
    ? Math.min(chargingW, acHeadroomW(batteryW, house, rules))
    : Math.min(0, chargingW - wantedW(house, rules));
  return shareW - dischargingW;
}

/**
 * What a hybrid inverter could still give to the AC side if its battery took less, W. Sun beyond its limit can only go
 * into the battery: counted as surplus it would be imported for the car instead, for as long as the sun is that strong.
 */
function acHeadroomW(batteryW: number, { pvPowerW, nowMs }: HouseSample, { acLimitW }: BatteryRules): number {
  if (acLimitW === undefined) return Number.POSITIVE_INFINITY;
  if (pvPowerW === undefined || !isFresh(pvPowerW, nowMs)) return 0;
  return Math.max(0, acLimitW - pvPowerW.value - batteryW);
}

/** What a battery that comes first takes if it can, W; less towards the end, where it limits itself. */
function wantedW({ batterySocPct }: HouseSample, { maxChargeW = 0, fullSocPct }: BatteryRules): number {
  const missingPct = fullSocPct - (batterySocPct?.value ?? 0);
  return maxChargeW * Math.min(1, Math.max(0, missingPct / TAPER_PCT));
}

function isFresh({ atMs }: Reading<number>, nowMs: number): boolean {
  return nowMs - atMs <= FRESH_MS;
}

/** How the battery keeps surplus from the car: it takes it first, or gives what the car would need. */
export interface BatteryShare {
  readonly kind: "comes_first" | "gives";
  readonly powerW: number;
}

/** Less than this is the battery's own electronics, W. */
const NOTABLE_W = 100;

/** Undefined while the battery keeps nothing from the car. */
export function batteryShare({ batteryPowerW, batteryOffsetW }: HouseSample): BatteryShare | undefined {
  if (batteryPowerW === undefined || batteryOffsetW === undefined) return undefined;
  const chargingW = -batteryPowerW.value;
  const keptW = Math.max(0, chargingW) - batteryOffsetW.value;
  if (keptW < NOTABLE_W || Math.abs(chargingW) < NOTABLE_W) return undefined;
  return chargingW > 0 ? { kind: "comes_first", powerW: chargingW } : { kind: "gives", powerW: -chargingW };
}

/** The house with what its battery adds to the surplus by the policy. */
export function withBatteryPolicy(
  house: HouseSample,
  stance: BatteryStance,
  rules: BatteryRules,
): HouseSample {
  return { ...house, batteryOffsetW: batteryOffsetW(house, stance, rules) };
}
