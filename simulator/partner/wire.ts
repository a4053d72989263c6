/** Enumerations of the Partner API's charging-config, written down a second time on purpose: the simulator must not share the daemon's mistakes. */
export const WIRE_MODES = ["none", "spot", "hems", "hems_and_spot"] as const;
export type WireMode = (typeof WIRE_MODES)[number];

export type WireModeReason =
  | "no_ev"
  | "no_battery_capacity"
  | "no_actuator"
  | "wallbox_not_modulating"
  | "no_inverter"
  | "inverter_no_export_data";

export const UX_PHASES = ["off", "unavailable", "idle", "starting", "active", "paused"] as const;
export const MECHANISMS = ["wallbox", "smartcar"] as const;
export const BOOST_STATES = ["available", "requested", "unavailable", "ongoing"] as const;

export interface WireStatus {
  readonly ux_phase: (typeof UX_PHASES)[number];
  readonly mechanism: (typeof MECHANISMS)[number] | null;
  readonly charge_power_w: number | null;
  readonly boost: (typeof BOOST_STATES)[number] | null;
  readonly solar_kwh_today: number | null;
  readonly as_of: string | null;
}

export interface WireThresholds {
  readonly hems_min_export_to_start_w: number;
  readonly hems_max_import_before_stopping_w: number;
}

export interface WireHealthWarning {
  readonly code:
    | "inverter_disconnected"
    | "inverter_data_stale"
    | "wallbox_disconnected"
    | "config_divergence";
  readonly since: string | null;
}

/** The answer to GET and PUT; every key is always there. */
export interface WireChargingConfig {
  readonly smart_charging_mode: WireMode;
  readonly mode_conflict: boolean;
  readonly config_divergence: boolean;
  readonly devices: readonly {
    readonly device_id: string;
    readonly device_type: string;
    readonly smart_charging_mode: WireMode;
    readonly is_primary_actuator: boolean;
  }[];
  readonly available_modes: readonly {
    readonly mode: WireMode;
    readonly available: boolean;
    readonly reasons: readonly WireModeReason[];
  }[];
  readonly hems_eligible: boolean;
  readonly hems_ineligible_reasons: readonly WireModeReason[];
  readonly thresholds: (WireThresholds & { readonly min_band_w: number }) | null;
  readonly health_warning: WireHealthWarning | null;
  readonly status: WireStatus;
}
