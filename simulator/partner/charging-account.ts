import type {
  WireChargingConfig,
  WireHealthWarning,
  WireMode,
  WireModeReason,
  WireStatus,
  WireThresholds,
} from "./wire.ts";
import { WIRE_MODES } from "./wire.ts";

/** One charging device of the simulated user, as the cloud keeps it. */
export interface AccountDevice {
  readonly deviceId: string;
  readonly deviceType: string;
  /** The account's mode by default. */
  readonly mode?: WireMode;
  /** Smallest sum of both thresholds with which the device does not flap, W. */
  readonly minBandW: number;
  readonly isPrimaryActuator: boolean;
}

export interface AccountSeed {
  readonly mode?: WireMode;
  /** Null: the user has none, and none can be set. */
  readonly thresholds?: WireThresholds | null;
  readonly devices?: readonly AccountDevice[];
  /** Why a mode cannot be chosen; a mode that is not named is available. */
  readonly unavailable?: Partial<Record<Exclude<WireMode, "none">, readonly WireModeReason[]>>;
  readonly healthWarning?: WireHealthWarning | null;
}

/** What may be changed; null and absent both leave it as it is. */
export interface AccountUpdate {
  readonly smart_charging_mode?: WireMode | null | undefined;
  readonly hems_min_export_to_start_w?: number | null | undefined;
  readonly hems_max_import_before_stopping_w?: number | null | undefined;
}

export type UpdateOutcome = { readonly ok: true } | { readonly ok: false; readonly detail: string };

export interface ChargingAccount {
  config(): WireChargingConfig;
  /** All devices take the whole change, or nothing changes. */
  update(change: AccountUpdate): UpdateOutcome;
  takeStatus(status: WireStatus): void;
  lastStatus(): WireStatus | undefined;
}

const DEFAULT_DEVICE: AccountDevice = {
  deviceId: "6f1c1a52-9d0e-4c57-8a9e-4f6f5e0f2b11",
  deviceType: "wallbox",
  minBandW: 1_380,
  isPrimaryActuator: true,
};

const DEFAULT_THRESHOLDS: WireThresholds = {
  hems_min_export_to_start_w: 1_500,
  hems_max_import_before_stopping_w: 200,
};

/** One user's charging-config with the rules that the published schema states. */
export function createChargingAccount(seed: AccountSeed): ChargingAccount {
  const unavailable = seed.unavailable ?? {};
  const ineligibleReasons = unavailable.hems ?? [];
  let mode = seed.mode ?? "hems";
  let devices = (seed.devices ?? [DEFAULT_DEVICE]).map((device) => ({ mode, ...device }));
  let thresholds = seed.thresholds === undefined ? DEFAULT_THRESHOLDS : seed.thresholds;
  let status: WireStatus | undefined;

  const isAvailable = (wanted: WireMode) => wanted === "none" || unavailable[wanted] === undefined;

  function refusal(
    wanted: WireMode,
    pair: WireThresholds | null,
    isPairChanged: boolean,
  ): string | undefined {
    if (!isAvailable(wanted)) return `Mode ${wanted} is not available for this user.`;
    if (!isPairChanged) return undefined;
    if (pair === null) return "None of the user's devices takes thresholds.";
    const bandW = pair.hems_min_export_to_start_w + pair.hems_max_import_before_stopping_w;
    const unserved = devices.find((device) => bandW < device.minBandW);
    if (unserved === undefined) return undefined;
    return `Thresholds span ${bandW} W; device ${unserved.deviceId} needs at least ${unserved.minBandW} W.`;
  }

  return {
    config: () => ({
      smart_charging_mode: mode,
      mode_conflict: devices.some((device) => device.mode !== mode),
      config_divergence: false,
      devices: devices.map((device) => ({
        device_id: device.deviceId,
        device_type: device.deviceType,
        smart_charging_mode: device.mode,
        is_primary_actuator: device.isPrimaryActuator,
      })),
      available_modes: WIRE_MODES.map((candidate) => ({
        mode: candidate,
        available: isAvailable(candidate),
        reasons: candidate === "none" ? [] : (unavailable[candidate] ?? []),
      })),
      hems_eligible: ineligibleReasons.length === 0,
      hems_ineligible_reasons: ineligibleReasons,
      thresholds: thresholds && { ...thresholds, min_band_w: largestBandW(devices) },
      health_warning: seed.healthWarning ?? null,
      status: status ?? statusBeforeAny(mode, ineligibleReasons.length === 0),
    }),
    update(change) {
      const wanted = change.smart_charging_mode ?? mode;
      const pair = mergedThresholds(thresholds, change);
      const isModeChanged = change.smart_charging_mode !== undefined && change.smart_charging_mode !== null;
      const isPairChanged =
        typeof change.hems_min_export_to_start_w === "number" ||
        typeof change.hems_max_import_before_stopping_w === "number";
      const detail = refusal(isModeChanged ? wanted : "none", pair, isPairChanged);
      if (detail !== undefined) return { ok: false, detail };
      mode = wanted;
      thresholds = pair;
      if (isModeChanged) devices = devices.map((device) => ({ ...device, mode: wanted }));
      return { ok: true };
    },
    takeStatus(taken) {
      status = taken;
    },
    lastStatus: () => status,
  };
}

function mergedThresholds(thresholds: WireThresholds | null, change: AccountUpdate): WireThresholds | null {
  return (
    thresholds && {
      hems_min_export_to_start_w: change.hems_min_export_to_start_w ?? thresholds.hems_min_export_to_start_w,
      hems_max_import_before_stopping_w:
        change.hems_max_import_before_stopping_w ?? thresholds.hems_max_import_before_stopping_w,
    }
  );
}

function largestBandW(devices: readonly AccountDevice[]): number {
  return Math.max(0, ...devices.map((device) => device.minBandW));
}

function statusBeforeAny(mode: WireMode, isEligible: boolean): WireStatus {
  const isSurplusMode = mode === "hems" || mode === "hems_and_spot";
  const phase = !isSurplusMode ? "off" : isEligible ? "idle" : "unavailable";
  return {
    ux_phase: phase,
    mechanism: null,
    charge_power_w: null,
    boost: null,
    solar_kwh_today: null,
    as_of: null,
  };
}
