import { isoUtc, parseIsoMs } from "../../src/core/iso-time.ts";
import { boostState } from "./boost-desk.ts";
import type { DeviceRecord, UserRecord } from "./records.ts";

/** What the answer depends on beside the device. */
export interface ViewContext {
  readonly user: UserRecord;
  readonly wallMs: number;
  /** Where the Connect UI of this server stands. */
  readonly connectUrl: string;
  /** Field names of an earlier state of the same version of the API. */
  readonly isOlder: boolean;
}

/** Manufacturers report every five minutes, unless a test says when one last did. */
const REPORT_INTERVAL_MS = 300_000;

export function stateTime({ fields }: DeviceRecord, wallMs: number): string | null {
  const latest = isoUtc(Math.floor(wallMs / REPORT_INTERVAL_MS) * REPORT_INTERVAL_MS);
  return fields.current_state_last_updated_at === undefined ? latest : fields.current_state_last_updated_at;
}

/** A device as the API shows it. */
export function deviceView(device: DeviceRecord, context: ViewContext): Readonly<Record<string, unknown>> {
  const { fields, kind } = device;
  const { user, wallMs, connectUrl, isOlder } = context;
  const isPaused = (parseIsoMs(fields.pause_power_until ?? "") ?? 0) > wallMs;
  const link = fields.is_authenticated === false ? `${connectUrl}/reconnect/${fields.id}` : undefined;
  const view = {
    ...fields,
    current_state_last_updated_at: stateTime(device, wallMs),
    owner: ownerOf(user),
    is_pause_power_active: isPaused,
    action_needed: link !== undefined,
    actions: link === undefined ? [] : [{ code: "reauthenticate", resolution_link: link }],
    ...(kind === "electric_vehicle" || kind === "wallbox" ? { boost_state: boostState(device, wallMs) } : {}),
    ...(kind === "electric_vehicle" ? device.thresholds : {}),
    ...(kind === "wallbox" ? wallboxState(device) : {}),
    ...(kind === "inverter" ? { solar_surplus_w: solarSurplusW(device) } : {}),
  };
  return isOlder ? olderNames(view, link) : view;
}

function ownerOf({ wire }: UserRecord) {
  const { id, email, first_name, last_name, external_user_id } = wire;
  return { id, email, first_name, last_name, external_id: external_user_id };
}

function wallboxState({ fields }: DeviceRecord) {
  const isOnline = fields.is_ocpp_connected === true;
  const mode = fields.is_charging ? "CHARGING" : fields.is_plugged_in ? "PLUGGED_IN" : "READY";
  return {
    mode: fields.is_authenticated === false ? "UNKNOWN" : isOnline ? mode : "UNAVAILABLE",
    connection: fields.is_authenticated === false ? "never_connected" : isOnline ? "online" : "offline",
  };
}

function solarSurplusW({ fields }: DeviceRecord): number | null {
  const { current_solar_production_w: pvW, household_consumption_w: loadW } = fields;
  return typeof pvW === "number" && typeof loadW === "number" ? pvW - loadW : null;
}

function olderNames(view: Readonly<Record<string, unknown>>, link: string | undefined) {
  const { actions: _actions, current_state_last_updated_at: updatedAt, ...rest } = view;
  return { ...rest, charge_state_last_updated_at: updatedAt, authorization_url: link ?? null };
}

/** End of the next day, UTC: until then a link of the Connect UI is good. */
export function endOfNextDay(wallMs: number): string {
  const dayMs = 86_400_000;
  return isoUtc((Math.floor(wallMs / dayMs) + 2) * dayMs - 1_000);
}
