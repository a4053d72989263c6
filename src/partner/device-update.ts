import { z } from "zod";
import type { DeviceKind } from "./device-kind.ts";

const LARGEST_THRESHOLD_W = 50_000;

const flag = z.boolean().exactOptional();
const percent = z.int().min(0).max(100).exactOptional();
const thresholdW = z.int().min(0).max(LARGEST_THRESHOLD_W).exactOptional();
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "takes a time of the day, e.g. 07:30")
  .exactOptional();

const charging = {
  is_smart_optimization_active: flag,
  is_charge_policy_enabled: flag,
  charge_deadline_at: timeOfDay,
  minimum_charge_limit: percent,
  hems_min_export_to_start_w: thresholdW,
  hems_max_import_before_stopping_w: thresholdW,
};

function isChange(update: object): boolean {
  return Object.keys(update).length > 0;
}

const electricVehicleUpdateSchema = z.strictObject(charging).refine(isChange, "nothing to change");

const {
  hems_min_export_to_start_w: _start,
  hems_max_import_before_stopping_w: _stop,
  ...plugging
} = charging;
const wallboxUpdateSchema = z
  .strictObject({ ...plugging, external_device_id: z.string().min(1).max(100).exactOptional() })
  .refine(isChange, "nothing to change");

const inverterUpdateSchema = z
  .strictObject({
    is_smart_optimization_active: flag,
    solar_power_rating_kw: z.number().min(0).max(1_000).exactOptional(),
    is_battery_connected: flag,
    battery_capacity_kwh: z.number().min(0).max(1_000).exactOptional(),
    min_battery_charge: z.number().min(0).max(100).exactOptional(),
    max_battery_charge: z.number().min(0).max(100).exactOptional(),
  })
  .refine(isChange, "nothing to change")
  .refine(
    ({ is_battery_connected, battery_capacity_kwh }) =>
      is_battery_connected !== true || battery_capacity_kwh !== undefined,
    { path: ["battery_capacity_kwh"], message: "is needed with a battery" },
  )
  .refine(
    ({ min_battery_charge: low, max_battery_charge: high }) =>
      low === undefined || high === undefined || low <= high,
    { path: ["min_battery_charge"], message: "must not be above max_battery_charge" },
  );

const heatPumpUpdateSchema = z
  .strictObject({
    is_smart_optimization_active: flag,
    optimization_level: z.enum(["Low", "Mid", "Max"]).exactOptional(),
  })
  .refine(isChange, "nothing to change");

/** What may be changed of a device, by kind: only the fields that are meant to change, never null. */
export const deviceUpdateSchemas = {
  electric_vehicle: electricVehicleUpdateSchema,
  inverter: inverterUpdateSchema,
  wallbox: wallboxUpdateSchema,
  heat_pump: heatPumpUpdateSchema,
} as const satisfies Record<DeviceKind, z.ZodType>;

export type DeviceUpdate = z.infer<(typeof deviceUpdateSchemas)[DeviceKind]>;

/** The one body with a null, and only here: it is the documented way to end a pause. */
export const deviceResetSchema = z.strictObject({
  is_smart_optimization_active: z.literal(true),
  pause_power_until: z.null(),
});
