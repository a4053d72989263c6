/** What the gateway's local API answers, as far as the page looks at it; `null` is "none" or "not known". */

export type Mode = "none" | "spot" | "hems" | "hems_and_spot";
export const MODES: readonly Mode[] = ["none", "hems", "spot", "hems_and_spot"];

export interface ThresholdPair {
  readonly hems_min_export_to_start_w: number;
  readonly hems_max_import_before_stopping_w: number;
}

export interface PlanView {
  readonly stance: string;
  readonly energy_needed_kwh: number;
  readonly expected_sun_kwh: number;
  readonly expected_cost_ct: number | null;
  readonly deadline_text: string;
  readonly next_start: string | null;
  readonly next_start_text: string | null;
  readonly next_end_text: string | null;
  readonly next_price_ct_kwh: number | null;
}

export interface State {
  readonly mode: Mode;
  readonly boost: "off" | "armed" | "ongoing";
  readonly phase: "idle" | "commitment" | "active";
  readonly ux_phase: string;
  readonly reason_text: string;
  readonly reason_text_de: string;
  readonly setpoint_a: number;
  readonly phases: 1 | 3;
  readonly limited_by: string | null;
  /** The user's own maximum, A per phase. */
  readonly max_current_a: number | null;
  readonly grid_operator: { readonly state: string; readonly limit_w: number | null } | null;
  readonly thresholds: ThresholdPair & { readonly effective: ThresholdPair; readonly is_widened: boolean };
  readonly plan: PlanView | null;
  readonly valid: boolean;
  readonly ts: string;
}

export interface Telemetry {
  readonly grid_w: number | null;
  /** Import on each phase of the house connection, A. */
  readonly grid_phases_a: readonly number[] | null;
  readonly pv_w: number | null;
  readonly battery_w: number | null;
  readonly battery_soc_pct: number | null;
  readonly load_w: number | null;
  readonly charge_w: number | null;
  readonly surplus_w: number | null;
  readonly ages_ms: Readonly<Record<"grid" | "pv" | "battery" | "charge", number | null>>;
}

/** A limit in force and the current that it leaves the car, A per phase; `null` while nothing can be told of it. */
export interface LimitSlot {
  readonly name: string;
  readonly max_a: number | null;
}

export interface BoxView {
  readonly name: string;
  readonly boost: State["boost"];
  readonly reason_text: string;
  readonly reason_text_de: string;
  readonly setpoint_a: number;
  readonly charge_w: number | null;
  readonly is_connected: boolean;
  readonly vehicle: string;
}

/** `GET /api/state` and each server-sent event. */
export interface View {
  readonly site: string;
  readonly version: string;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly status: { readonly solar_kwh_today: number };
  readonly min_band_w: number;
  readonly limits: readonly LimitSlot[];
  readonly connection: { readonly main_fuse_a: number; readonly import_limit_w: number | null };
  readonly meter: "good" | "suspect" | "lost";
  readonly wallbox: {
    readonly is_connected: boolean;
    readonly vehicle: string;
    readonly is_following: boolean;
    readonly writes_today: number;
  };
  readonly wallboxes: readonly BoxView[];
  readonly health_warning: { readonly code: string; readonly since: string } | null;
  readonly available_modes: readonly {
    readonly mode: Mode;
    readonly available: boolean;
    readonly reasons: readonly string[];
  }[];
  readonly partner: {
    readonly is_online: boolean;
    readonly error: string | null;
    readonly token: string | null;
    readonly age_ms: number | null;
    readonly rejected: string | null;
    readonly mode_conflict: boolean | null;
    readonly health_warning: { readonly code: string } | null;
    readonly last_decision: {
      readonly part: string;
      readonly local: string | number;
      readonly remote: string | number;
      readonly winner: string;
    } | null;
  } | null;
  readonly mqtt: { readonly is_connected: boolean } | null;
}

/** One stretch of the recorded past; energies in Wh. */
export interface HistoryRow {
  readonly start: string;
  readonly seen_s: number;
  readonly import_wh: number | null;
  readonly export_wh: number | null;
  readonly pv_wh: number | null;
  readonly load_wh: number | null;
  readonly charge_wh: number | null;
  readonly solar_wh: number | null;
  readonly state: string | null;
}

export interface Session {
  readonly wallbox: string;
  readonly start: string;
  readonly end: string | null;
  readonly energy_wh: number;
  readonly solar_wh: number;
  readonly solar_share_pct: number | null;
  readonly max_power_w: number;
  readonly cost_ct: number | null;
  readonly id_tag: string | null;
}

export interface PastEvent {
  readonly ts: string;
  readonly event: string;
  readonly reason_text?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface WallboxCard {
  readonly name: string;
  readonly is_connected: boolean;
  readonly protocol: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly advice: string | null;
  readonly dead_man: {
    readonly variant: string;
    readonly is_proven: boolean;
    readonly sentence: string;
    readonly self_test: { readonly at: string; readonly outcome: string; readonly detail: string } | null;
  };
  readonly security: { readonly sentence: string };
  readonly phases: {
    readonly installed: 1 | 3;
    readonly claims_switching: boolean;
    readonly can_switch: boolean;
    readonly test: { readonly at: string; readonly can_switch: boolean; readonly detail: string } | null;
  };
  readonly writes_today: number;
}

export interface Goal {
  readonly days: Readonly<Record<string, { readonly charge_deadline: string } | null>>;
  readonly energy_kwh: number;
}
