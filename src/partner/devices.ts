import { z } from "zod";
import { type DeviceKind, PATH_OF_KIND } from "./device-kind.ts";
import { type DeviceUpdate, deviceResetSchema, deviceUpdateSchemas } from "./device-update.ts";
import { getCall, type PartnerCall, putCall, userPath } from "./partner-call.ts";
import { code, looseText, optional, readable, readableItems } from "./wire-reading.ts";

const MOST_DEVICES = 1_000;

const actionSchema = z.looseObject({ code: optional(code), resolution_link: optional(z.string()) });

const modelSchema = z.looseObject({
  manufacturer: optional(z.string()),
  model: optional(z.string()),
  year: optional(looseText),
});

const wireFields = z.looseObject({
  id: z.string().min(1),
  created_at: optional(z.string()),
  updated_at: optional(z.string()),
  deleted_at: optional(z.string()),
  building: optional(z.string()),
  device_model: optional(modelSchema),
  external_device_id: optional(looseText),
  price_zone: optional(code),
  connection_status: optional(code),
  lifecycle_state: optional(code),
  lifecycle_error: optional(z.string()),
  is_authenticated: optional(z.boolean()),
  is_smart_optimization_active: optional(z.boolean()),
  actions: readable(actionSchema),
  authorization_url: optional(z.string()),
  current_state_last_updated_at: optional(z.string()),
  charge_state_last_updated_at: optional(z.string()),
  charge_state_last_updated: optional(z.string()),
  pause_power_until: optional(z.string()),
  pause_power_until_utc: optional(z.string()),
  is_pause_power_active: optional(z.boolean()),
  pause_power_active: optional(z.boolean()),
  current_mode: optional(code),
  consumption_last_day_kwh: optional(z.number()),
  consumption_last_month_kwh: optional(z.number()),
  // Vehicles and wallboxes
  is_plugged_in: optional(z.boolean()),
  is_charging: optional(z.boolean()),
  is_fully_charged: optional(z.boolean()),
  charge_rate_w: optional(z.number()),
  battery_level: optional(z.number()),
  boost_state: optional(code),
  is_charge_policy_enabled: optional(z.boolean()),
  charge_deadline_at: optional(z.string()),
  minimum_charge_limit: optional(z.number()),
  charge_target_min: optional(z.number()),
  charge_target_max: optional(z.number()),
  charge_limit_min: optional(z.number()),
  charge_limit_max: optional(z.number()),
  is_ocpp_connected: optional(z.boolean()),
  hems_min_export_to_start_w: optional(z.number()),
  hems_max_import_before_stopping_w: optional(z.number()),
  // Vehicles and inverters
  battery_capacity_kwh: optional(z.number()),
  // Inverters; export is positive
  current_power_to_grid_w: optional(z.number()),
  current_solar_production_w: optional(z.number()),
  household_consumption_w: optional(z.number()),
  is_battery_connected: optional(z.boolean()),
  battery_connected: optional(z.boolean()),
  min_battery_charge: optional(z.number()),
  max_battery_charge: optional(z.number()),
  // Heat pumps
  current_power_consumption_w: optional(z.number()),
  optimization_level: optional(code),
});

/**
 * A device of any kind as we read it. Fields that changed their name are filled under the present one, whichever the
 * server sends; unknown fields and enum members stay.
 */
export const deviceSchema = wireFields.transform((device) => ({
  ...device,
  /** Where the user reconnects the device; undefined while nothing is to be done. */
  resolution_link:
    device.actions.find(({ resolution_link }) => resolution_link !== undefined)?.resolution_link ??
    device.authorization_url,
  current_state_last_updated_at:
    device.current_state_last_updated_at ??
    device.charge_state_last_updated_at ??
    device.charge_state_last_updated,
  pause_power_until: device.pause_power_until ?? device.pause_power_until_utc,
  is_pause_power_active: device.is_pause_power_active ?? device.pause_power_active,
  charge_target_min: device.charge_target_min ?? device.charge_limit_min,
  charge_target_max: device.charge_target_max ?? device.charge_limit_max,
  is_battery_connected: device.is_battery_connected ?? device.battery_connected,
}));

export type PartnerDevice = z.infer<typeof deviceSchema>;

export interface DeviceAddress {
  readonly userId: string;
  readonly kind: DeviceKind;
  readonly deviceId: string;
}

export function devicePath({ userId, kind, deviceId }: DeviceAddress, ...rest: readonly string[]): string {
  return userPath(userId, PATH_OF_KIND[kind], deviceId, ...rest);
}

export function listDevices(userId: string, kind: DeviceKind): PartnerCall<PartnerDevice[]> {
  return getCall(userPath(userId, PATH_OF_KIND[kind]), readableItems(deviceSchema, MOST_DEVICES));
}

export function getDevice(address: DeviceAddress): PartnerCall<PartnerDevice> {
  return getCall(devicePath(address), deviceSchema);
}

/** Sends only the fields of `update`: a record that was read is never echoed, its `deleted_at` could be taken for a wish. */
export function updateDevice(address: DeviceAddress, update: DeviceUpdate): PartnerCall<PartnerDevice> {
  const body = { value: update, schema: deviceUpdateSchemas[address.kind] };
  return putCall(devicePath(address), body, deviceSchema);
}

/** Smart optimisation on and a pause ended. */
export function resetDevice(address: DeviceAddress): PartnerCall<PartnerDevice> {
  const value = { is_smart_optimization_active: true, pause_power_until: null };
  return putCall(devicePath(address), { value, schema: deviceResetSchema }, deviceSchema);
}
