import type { DeviceRecord } from "./records.ts";
import type { WireBoostState } from "./wire.ts";

/** How long the command is on its way to the car or the box, ms. */
const TRAVEL_MS = 3_000;

export type BoostOutcome =
  | { readonly ok: true; readonly device: DeviceRecord }
  | { readonly ok: false; readonly state: WireBoostState; readonly reason: string };

export function boostState(device: DeviceRecord, wallMs: number): WireBoostState {
  const { boost, fields } = device;
  if (fields.is_authenticated === false) return "unavailable";
  if (boost.sinceWallMs !== undefined) {
    return wallMs - boost.sinceWallMs < TRAVEL_MS ? "requested" : "ongoing";
  }
  return boost.isArmed ? "requested" : "available";
}

/** Starts a boost at once, or arms it for the next plug-in; arming again changes nothing. */
export function startedBoost(device: DeviceRecord, wallMs: number): BoostOutcome {
  const state = boostState(device, wallMs);
  if (state === "unavailable") return { ok: false, state, reason: "internal_error" };
  if (device.boost.sinceWallMs !== undefined) return { ok: false, state, reason: "already_charging" };
  if (device.fields.is_plugged_in !== true)
    return { ok: true, device: { ...device, boost: { isArmed: true } } };
  if (device.fields.is_fully_charged === true) return { ok: false, state, reason: "fully_charged" };
  return { ok: true, device: { ...device, boost: { isArmed: false, sinceWallMs: wallMs } } };
}

/** A wallbox returns to surplus; a car that charges already cannot be stopped, it is only disarmed. */
export function cancelledBoost(device: DeviceRecord): DeviceRecord {
  const { sinceWallMs } = device.boost;
  const isLive = device.kind === "electric_vehicle" && sinceWallMs !== undefined;
  return { ...device, boost: { isArmed: false, ...(isLive ? { sinceWallMs } : {}) } };
}

/** An armed boost fires once, at the plug-in. */
export function pluggedIn(device: DeviceRecord, wallMs: number): DeviceRecord {
  const { isArmed } = device.boost;
  return {
    ...device,
    fields: { ...device.fields, is_plugged_in: true },
    boost: { isArmed: false, ...(isArmed ? { sinceWallMs: wallMs } : {}) },
  };
}

export function unplugged(device: DeviceRecord): DeviceRecord {
  return {
    ...device,
    fields: { ...device.fields, is_plugged_in: false, is_charging: false, charge_rate_w: 0 },
    boost: { isArmed: false },
  };
}
