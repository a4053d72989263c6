import type { PhaseCurrentsA } from "./units.ts";

/** A value from outside with the monotonic time, in ms, at which it was received. */
export interface Reading<T> {
  readonly value: T;
  readonly atMs: number;
}

/**
 * How far the grid meter may be believed: `good`; `suspect` (silent, frozen or implausible: hold, no
 * increase); `lost` (blind: surplus modes stop).
 */
export type MeterTrust = "good" | "suspect" | "lost";

/** What the car does, as far as the wallbox tells. */
export const VEHICLE_STATES = [
  "absent",
  "connected",
  "charging",
  "suspended_by_vehicle",
  "suspended_by_wallbox",
  "finishing",
  "faulted",
  "unknown",
] as const;
export type VehicleState = (typeof VEHICLE_STATES)[number];

/**
 * What a wallbox may draw for good when nobody speaks to it any more: its failsafe current, because its limits expire;
 * the set point that it was told last; or all that it is rated for.
 */
export type FallsBackTo = "failsafe" | "setpoint" | "rating";

/** What a wallbox can do: fixed by its type and the installation. */
export interface WallboxCapability {
  /** Smallest current at which it charges, A per phase; at least 6. */
  readonly minCurrentA: number;
  /** Largest current it is rated for, A per phase. */
  readonly maxCurrentA: number;
  /** Step in which it can really set the current, A: 0.1 or 1. */
  readonly stepA: number;
  /** Phases it charges with now. */
  readonly phases: 1 | 3;
  /** True where it can be told to charge with one phase or three. */
  readonly canSwitchPhases: boolean;
  /** False where the box refuses a current limit. */
  readonly isModulating: boolean;
  readonly fallsBackTo: FallsBackTo;
  /** What it is rated for, A per phase, where it may not be given as much now. */
  readonly ratedCurrentA?: number;
}

/** The charge that runs, as the wallbox told it. */
export interface ChargeTransaction {
  readonly id: number;
  /** Who charges, where a card or an app said so. */
  readonly idTag: string | undefined;
  /** Undefined for a transaction that was found running. */
  readonly startedWallMs: number | undefined;
  /** Charged since its start by the wallbox's own register, Wh. */
  readonly energyWh: number | undefined;
}

/** The latest that is known of one wallbox; every part may be missing. */
export interface WallboxSample {
  readonly isConnected: boolean;
  readonly vehicle: VehicleState;
  /** Charging power in W. A box that is not charging draws 0 W as of now. */
  readonly chargePowerW: Reading<number> | undefined;
  /** Measured current of each phase, A. */
  readonly phaseCurrentsA: Reading<PhaseCurrentsA> | undefined;
  /** The current the box says it offers the car, A per phase. */
  readonly offeredCurrentA: Reading<number> | undefined;
  /** False after the box took a set point and was measured above it, retries included. */
  readonly isFollowing: boolean;
  /** True while somebody else changes the limit of the box again and again. */
  readonly isContested?: boolean | undefined;
  readonly capability: WallboxCapability;
  readonly transaction?: ChargeTransaction | undefined;
}

/** Everything that one pass knows of the house. `undefined` is "not known", never a number. */
export interface HouseSample {
  /** Monotonic time of the pass, ms. */
  readonly nowMs: number;
  readonly gridPowerW: Reading<number> | undefined;
  readonly gridPhaseCurrentsA: Reading<PhaseCurrentsA> | undefined;
  readonly pvPowerW: Reading<number> | undefined;
  readonly batteryPowerW: Reading<number> | undefined;
  readonly batterySocPct: Reading<number> | undefined;
  /** What the battery's policy adds to the surplus (above zero) or takes from it; absent without a policy. */
  readonly batteryOffsetW?: Reading<number> | undefined;
  readonly meterTrust: MeterTrust;
}

/** The house with one wallbox. */
export interface SiteSample extends HouseSample {
  readonly wallbox: WallboxSample;
}
