import { z } from "zod";
import { boostStateSchema } from "./wire.ts";

export const DEVICE_KINDS = ["electric_vehicle", "inverter", "wallbox", "heat_pump"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export const KIND_NAMES: Readonly<
  Record<DeviceKind, { readonly path: string; readonly short: string; readonly long: string }>
> = {
  electric_vehicle: { path: "electric-vehicles", short: "ev", long: "Electric Vehicle" },
  inverter: { path: "inverters", short: "iv", long: "Inverter" },
  wallbox: { path: "wallboxes", short: "wb", long: "Wallbox" },
  heat_pump: { path: "heat-pumps", short: "hp", long: "Heat Pump" },
};

const uuid = z.string().meta({ format: "uuid" });
const time = z.string().meta({ format: "date-time" });
const condition = z.enum(["ok", "warning", "error", "unknown"]);
const textOrNull = z.string().nullable();
const numberOrNull = z.number().nullable();

/** What every kind has; the last five are computed when somebody asks. */
const shared = {
  id: uuid,
  created_at: time,
  updated_at: time,
  deleted_at: time.nullable(),
  building: uuid.nullable(),
  device_model: z.object({
    manufacturer: z.string(),
    model: z.string(),
    year: numberOrNull,
    device_type: z.object({ short_name: z.string(), long_name: z.string() }),
  }),
  price_zone: z.string(),
  connection_status: condition,
  monitoring_status: condition,
  steering_status: condition,
  lifecycle_state: z.string(),
  lifecycle_error: textOrNull,
  is_authenticated: z.boolean(),
  is_smart_optimization_active: z.boolean(),
  optimization_score: numberOrNull,
  current_mode: textOrNull,
  comment: textOrNull,
  external_device_id: textOrNull,
  pause_power_until: time.nullable(),
  current_state_last_updated_at: time.nullable(),
  consumption_last_day_kwh: numberOrNull,
  consumption_last_month_kwh: numberOrNull,
  owner: z.object({
    id: uuid,
    email: z.string(),
    first_name: textOrNull,
    last_name: textOrNull,
    external_id: textOrNull,
  }),
  is_pause_power_active: z.boolean(),
  action_needed: z.boolean(),
  actions: z.array(z.object({ code: z.string(), resolution_link: z.string() })),
};

const charging = {
  is_plugged_in: z.boolean(),
  is_charging: z.boolean(),
  is_fully_charged: z.boolean(),
  charge_rate_w: z.int(),
  boost_state: boostStateSchema,
  is_charge_policy_enabled: z.boolean(),
  charge_policy_last_updated_at: time.nullable(),
  charge_deadline_at: textOrNull,
  minimum_charge_limit: z.int(),
  charge_target_min: z.int(),
  charge_target_max: z.int(),
};

export const electricVehicleSchema = z
  .object({
    ...shared,
    ...charging,
    battery_level: z.int().nullable(),
    battery_capacity_kwh: numberOrNull,
    driving_range: z.int().nullable(),
    hems_min_export_to_start_w: z.int().nullable(),
    hems_max_import_before_stopping_w: z.int().nullable(),
  })
  .meta({ id: "ElectricVehicleOutput" });

export const wallboxSchema = z
  .object({
    ...shared,
    ...charging,
    charge_power_max_w: z.int(),
    is_ocpp_connected: z.boolean(),
    mode: z.enum(["READY", "PLUGGED_IN", "CHARGING", "UNAVAILABLE", "UNKNOWN"]),
    connection: z.enum(["online", "offline", "never_connected"]),
  })
  .meta({ id: "WallboxOutput" });

export const inverterSchema = z
  .object({
    ...shared,
    current_power_to_grid_w: z.int().nullable(),
    current_solar_production_w: z.int().nullable(),
    household_consumption_w: z.int().nullable(),
    solar_surplus_w: z.int().nullable(),
    battery_charge_level_percent: z.int().nullable(),
    battery_charge_discharge_power_w: z.int().nullable(),
    solar_power_rating_kw: numberOrNull,
    is_battery_connected: z.boolean(),
    battery_capacity_kwh: numberOrNull,
    min_battery_charge: numberOrNull,
    max_battery_charge: numberOrNull,
  })
  .meta({ id: "InverterOutput" });

export const heatPumpSchema = z
  .object({
    ...shared,
    optimization_level: z.enum(["Low", "Mid", "Max"]),
    current_power_consumption_w: z.int().nullable(),
  })
  .meta({ id: "HeatPumpOutput" });

export const deviceSchemas = {
  electric_vehicle: electricVehicleSchema,
  wallbox: wallboxSchema,
  inverter: inverterSchema,
  heat_pump: heatPumpSchema,
} as const;

type Computed = "owner" | "is_pause_power_active" | "action_needed" | "actions";

/** What is kept of a device; the rest follows from it, the time and its user. */
export type StoredFields = Partial<
  Omit<
    z.infer<typeof electricVehicleSchema> &
      z.infer<typeof wallboxSchema> &
      z.infer<typeof inverterSchema> &
      z.infer<typeof heatPumpSchema>,
    Computed | "boost_state" | "mode" | "connection" | "solar_surplus_w"
  >
>;
