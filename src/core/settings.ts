/** Mode names as the Partner API has them. */
export const CHARGING_MODES = ["none", "spot", "hems", "hems_and_spot"] as const;
export type ChargingMode = (typeof CHARGING_MODES)[number];

/** The hysteresis of surplus charging on the grid axis, both as magnitudes in W, integers 0..50000. */
export interface Thresholds {
  /** E: grid export at which charging may start. */
  readonly minExportToStartW: number;
  /** I: grid import above which charging stops. */
  readonly maxImportBeforeStoppingW: number;
}

/** Charge-now override: `armed` waits for the next plug-in. */
export type BoostState = "off" | "armed" | "ongoing";

/** What the user or the partner asked for. Local limits are not here: nothing remote can raise them. */
export interface Settings {
  readonly mode: ChargingMode;
  readonly thresholds: Thresholds;
  /** A user's own cap, A per phase, below the configured maximum. */
  readonly maxCurrentA: number | undefined;
}
