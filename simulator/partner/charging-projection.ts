import { parseIsoMs } from "../../src/core/iso-time.ts";
import { boostState } from "./boost-desk.ts";
import { stateTime } from "./device-view.ts";
import type { DeviceRecord, UnavailableModes, UserRecord } from "./records.ts";
import {
  WIRE_MODES,
  type WireChargingConfig,
  type WireHealthWarning,
  type WireMode,
  type WireModeReason,
  type WireStatus,
  type WireThresholds,
} from "./wire.ts";

/** Data of an inverter that is older than this is called stale. */
const STALE_MS = 2 * 3_600_000;

const isSurplusMode = (mode: WireMode) => mode === "hems" || mode === "hems_and_spot";

/** A user's charging-config as it follows from the user's devices. */
export function chargingConfigOf(
  user: UserRecord,
  devices: readonly DeviceRecord[],
  wallMs: number,
): WireChargingConfig {
  const chargers = chargersOf(devices);
  const primary = primaryActuator(chargers);
  const unavailable = unavailableModes(user, devices);
  const ineligible = unavailable.hems ?? [];
  const thresholds = (primary ?? chargers[0])?.thresholds ?? null;
  return {
    smart_charging_mode: user.mode,
    mode_conflict: chargers.some(({ mode }) => mode !== user.mode),
    config_divergence: isDivergent(chargers),
    devices: chargers.map((device) => ({
      device_id: device.fields.id,
      device_type: device.kind,
      smart_charging_mode: device.mode,
      is_primary_actuator: device === primary,
    })),
    available_modes: WIRE_MODES.map((mode) => ({
      mode,
      available: isAvailable(mode, unavailable),
      reasons: mode === "none" ? [] : [...(unavailable[mode] ?? [])],
    })),
    hems_eligible: ineligible.length === 0,
    hems_ineligible_reasons: [...ineligible],
    thresholds: thresholds && { ...thresholds, min_band_w: largestBandW(chargers) },
    health_warning: healthWarning(user, devices, wallMs),
    status: user.status ?? projectedStatus(user, { primary, isEligible: ineligible.length === 0, wallMs }),
  };
}

export function chargersOf(devices: readonly DeviceRecord[]): readonly DeviceRecord[] {
  return devices.filter(({ kind }) => kind === "electric_vehicle" || kind === "wallbox");
}

/** Why a change cannot be taken, in the server's words; undefined when it can. */
export function changeProblem(
  change: { readonly mode: WireMode | undefined; readonly pair: WireThresholds | null | undefined },
  user: UserRecord,
  devices: readonly DeviceRecord[],
): string | undefined {
  const { mode, pair } = change;
  if (mode !== undefined && !isAvailable(mode, unavailableModes(user, devices))) {
    return `Mode ${mode} is not available for this user.`;
  }
  if (pair === undefined) return undefined;
  if (pair === null) return "None of the user's devices takes thresholds.";
  const bandW = pair.hems_min_export_to_start_w + pair.hems_max_import_before_stopping_w;
  const unserved = chargersOf(devices).find((device) => bandW < device.minBandW);
  if (unserved === undefined) return undefined;
  return `Thresholds span ${bandW} W; device ${unserved.fields.id} needs at least ${unserved.minBandW} W.`;
}

/** The lever: a wallbox that can modulate, else any wallbox, else a car that can be reached. */
function primaryActuator(chargers: readonly DeviceRecord[]): DeviceRecord | undefined {
  const reachable = chargers.filter(({ fields }) => fields.is_authenticated !== false);
  const boxes = reachable.filter(({ kind }) => kind === "wallbox");
  return boxes.find(({ canModulate }) => canModulate) ?? boxes[0] ?? reachable[0];
}

function isAvailable(mode: WireMode, unavailable: UnavailableModes): boolean {
  return mode === "none" || (unavailable[mode] ?? []).length === 0;
}

function unavailableModes(user: UserRecord, devices: readonly DeviceRecord[]): UnavailableModes {
  if (user.forced?.unavailable !== undefined) return user.forced.unavailable;
  const spot = actuatorReasons(devices);
  const hems = [...spot, ...surplusReasons(devices)];
  return { spot, hems, hems_and_spot: hems };
}

function actuatorReasons(devices: readonly DeviceRecord[]): WireModeReason[] {
  const chargers = chargersOf(devices);
  const hasCar = chargers.some(({ kind }) => kind === "electric_vehicle");
  return [
    ...(hasCar ? [] : ["no_ev" as const]),
    ...(primaryActuator(chargers) === undefined ? ["no_actuator" as const] : []),
  ];
}

function surplusReasons(devices: readonly DeviceRecord[]): WireModeReason[] {
  const cars = devices.filter(({ kind }) => kind === "electric_vehicle");
  const boxes = devices.filter(({ kind }) => kind === "wallbox");
  const inverters = devices.filter(({ kind }) => kind === "inverter");
  const hasCapacity = cars.some(({ fields }) => typeof fields.battery_capacity_kwh === "number");
  const hasExport = inverters.some(({ fields }) => typeof fields.current_power_to_grid_w === "number");
  return [
    ...(cars.length > 0 && !hasCapacity ? ["no_battery_capacity" as const] : []),
    ...(boxes.length > 0 && !boxes.some(({ canModulate }) => canModulate)
      ? ["wallbox_not_modulating" as const]
      : []),
    ...(inverters.length === 0 ? ["no_inverter" as const] : []),
    ...(inverters.length > 0 && !hasExport ? ["inverter_no_export_data" as const] : []),
  ];
}

function isDivergent(chargers: readonly DeviceRecord[]): boolean {
  return new Set(chargers.map(({ thresholds }) => JSON.stringify(thresholds))).size > 1;
}

/** One at a time; what blinds control comes first. */
function healthWarning(
  user: UserRecord,
  devices: readonly DeviceRecord[],
  wallMs: number,
): WireHealthWarning | null {
  if (user.forced?.healthWarning !== undefined) return user.forced.healthWarning;
  const lost = (kind: string) =>
    devices.find((device) => device.kind === kind && device.fields.is_authenticated === false);
  const stateTimeOf = (device: DeviceRecord) => stateTime(device, wallMs);

  const inverter = lost("inverter");
  if (inverter !== undefined) return { code: "inverter_disconnected", since: stateTimeOf(inverter) };
  const stale = devices.find(
    (device) =>
      device.kind === "inverter" && wallMs - (parseIsoMs(stateTimeOf(device) ?? "") ?? 0) > STALE_MS,
  );
  if (stale !== undefined) return { code: "inverter_data_stale", since: stateTimeOf(stale) };
  const box =
    lost("wallbox") ??
    devices.find(({ kind, fields }) => kind === "wallbox" && fields.is_ocpp_connected === false);
  if (box !== undefined) return { code: "wallbox_disconnected", since: stateTimeOf(box) };
  return isDivergent(chargersOf(devices)) ? { code: "config_divergence", since: null } : null;
}

/** What the cloud itself would show, before any gateway told more. */
function projectedStatus(
  user: UserRecord,
  context: {
    readonly primary: DeviceRecord | undefined;
    readonly isEligible: boolean;
    readonly wallMs: number;
  },
): WireStatus {
  const { primary, isEligible, wallMs } = context;
  const fields = primary?.fields;
  return {
    ux_phase: projectedPhase(user, primary, isEligible, wallMs),
    mechanism: primary === undefined || user.mode === "none" ? null : mechanismOf(primary),
    charge_power_w: fields?.charge_rate_w ?? null,
    boost: primary === undefined ? null : boostState(primary, wallMs),
    solar_kwh_today: null,
    as_of: primary === undefined ? null : stateTime(primary, wallMs),
  };
}

function mechanismOf(primary: DeviceRecord): "wallbox" | "smartcar" {
  return primary.kind === "wallbox" ? "wallbox" : "smartcar";
}

function projectedPhase(
  user: UserRecord,
  primary: DeviceRecord | undefined,
  isEligible: boolean,
  wallMs: number,
): WireStatus["ux_phase"] {
  if (!isSurplusMode(user.mode)) return "off";
  if (!isEligible) return "unavailable";
  if ((parseIsoMs(primary?.fields.pause_power_until ?? "") ?? 0) > wallMs) return "paused";
  switch (user.hemsState) {
    case "idle":
      return "idle";
    case "commitment":
      return "starting";
    case "active":
      return "active";
  }
}

function largestBandW(devices: readonly DeviceRecord[]): number {
  return Math.max(0, ...devices.map((device) => device.minBandW));
}
