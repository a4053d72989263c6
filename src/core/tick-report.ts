import type { OperatorStatus } from "./grid-operator.ts";
import type { Limit, LimitName } from "./limits.ts";
import type { PlanAdvice } from "./planner/plan-advice.ts";
import type { Reason } from "./reasons.ts";
import type { BoostState, ChargingMode, Thresholds } from "./settings.ts";
import type { ChargeTransaction, MeterTrust, VehicleState } from "./site-sample.ts";
import type { PhaseCount, PhaseCurrentsA } from "./units.ts";

/** State of the surplus machine. */
export const CHARGE_STATES = ["idle", "commitment", "active"] as const;
export type ChargeState = (typeof CHARGE_STATES)[number];

/** User-facing phase of solar charging, in the Partner API's words; of several boxes the first of these is told of the house. */
export const UX_PHASES = ["active", "starting", "paused", "idle", "unavailable", "off"] as const;
export type UxPhase = (typeof UX_PHASES)[number];

/** What matters most stands first. */
export const HEALTH_WARNING_CODES = [
  "inverter_disconnected",
  "wallbox_disconnected",
  "inverter_data_stale",
  "config_divergence",
] as const;
export type HealthWarningCode = (typeof HEALTH_WARNING_CODES)[number];

/** The one warning that matters most, with the wall time in ms since when it holds. */
export interface HealthWarning {
  readonly code: HealthWarningCode;
  readonly sinceWallMs: number;
}

/** Powers of the pass, W, signs of `units.ts`; undefined where not known. */
export interface SitePowers {
  readonly gridPowerW: number | undefined;
  readonly pvPowerW: number | undefined;
  readonly batteryPowerW: number | undefined;
  readonly batterySocPct: number | undefined;
  /** The house with the car. */
  readonly loadPowerW: number | undefined;
  readonly chargePowerW: number | undefined;
  readonly surplusPowerW: number | undefined;
}

/** Age of each reading at the pass, ms; undefined where there is none. */
export interface SampleAges {
  readonly gridAgeMs: number | undefined;
  readonly pvAgeMs: number | undefined;
  readonly batteryAgeMs: number | undefined;
  readonly chargeAgeMs: number | undefined;
}

/** What a pass yields for one wallbox. */
export interface BoxReport {
  /** Number of the pass since the daemon started, from 1. */
  readonly pass: number;
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly mode: ChargingMode;
  readonly boost: BoostState;
  readonly state: ChargeState;
  readonly uxPhase: UxPhase;
  /** What the car is allowed, A per phase; 0 is a pause. */
  readonly setpointA: number;
  readonly phases: PhaseCount;
  /** The limit that binds the set point, if one does. */
  readonly limitedBy: LimitName | undefined;
  /** Every limit in force, the smallest of which holds; infinite while the last change is on its way into the readings. */
  readonly limits: readonly Limit[];
  /** The user's own maximum, A per phase; undefined where none is set. */
  readonly userMaxA: number | undefined;
  /** Undefined where no grid operator limits the site. */
  readonly gridOperator: OperatorStatus | undefined;
  readonly reason: Reason;
  readonly thresholds: {
    readonly asked: Thresholds;
    readonly effective: Thresholds;
    /** True when the asked pair is too narrow for the local wallbox and the start was raised. */
    readonly isWidened: boolean;
  };
  readonly powers: SitePowers;
  /** Import on each phase of the house connection, A; undefined where it is not measured. */
  readonly gridPhaseCurrentsA: PhaseCurrentsA | undefined;
  readonly ages: SampleAges;
  readonly meterTrust: MeterTrust;
  readonly wallbox: {
    readonly isConnected: boolean;
    readonly vehicle: VehicleState;
    readonly isFollowing: boolean;
    readonly writesToday: number;
    /** The charge that the box itself keeps an account of; undefined while none runs. */
    readonly transaction: ChargeTransaction | undefined;
  };
  readonly healthWarning: HealthWarning | undefined;
  /** Time that a change of the set point takes until meter and wallbox show it, as learned so far, ms. */
  readonly loopDelayMs: number;
  /** Energy charged from surplus since local midnight, Wh. */
  readonly solarEnergyTodayWh: number;
  /** What the charge plan says; undefined where no plan is wanted. */
  readonly plan: PlanAdvice | undefined;
}

export interface NamedBoxReport extends BoxReport {
  readonly name: string;
}

/**
 * The one value that a pass yields: everything that is told to anybody comes from here. Where the members of a box
 * stand at the top, they speak for the house: see `site-report.ts`.
 */
export interface TickReport extends BoxReport {
  /** Every wallbox, in the order of the config. */
  readonly wallboxes: readonly NamedBoxReport[];
  /** Name of the box whose current and reason stand at the top. */
  readonly leadingWallbox: string;
}
