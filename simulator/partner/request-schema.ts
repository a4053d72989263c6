import { z } from "zod";
import { BOOST_STATES, MECHANISMS, modeSchema, USER_ROLES, UX_PHASES } from "./wire.ts";
import type { DeviceKind } from "./wire-devices.ts";

const thresholdW = z.int().min(0).max(50_000).nullish();

/** Unknown keys are ignored, null leaves a field as it is. */
export const updateSchema = z
  .object({
    smart_charging_mode: modeSchema.nullish(),
    hems_min_export_to_start_w: thresholdW,
    hems_max_import_before_stopping_w: thresholdW,
  })
  .meta({ id: "SmartChargingConfigUpdate" });

/** `SmartChargingStatusOutput`, which the published API only sends. */
export const statusSchema = z.object({
  ux_phase: z.enum(UX_PHASES),
  mechanism: z.enum(MECHANISMS).nullable(),
  charge_power_w: z.number().nullable(),
  boost: z.enum(BOOST_STATES).nullable(),
  solar_kwh_today: z.number().nullable(),
  as_of: z.iso.datetime({ offset: true }).nullable(),
});

const line = z.string().max(100).nullish();

const userFields = {
  external_user_id: line,
  first_name: line,
  last_name: line,
  street_and_number: line,
  street_add_info: line,
  zip_code: z.union([z.string().max(20), z.int().transform(String)]).nullish(),
  town: line,
  country: z.string().min(2).max(3).nullish(),
  latitude: z.number().min(-90).max(90).nullish(),
  longitude: z.number().min(-180).max(180).nullish(),
};

export const userCreateSchema = z
  .object({ role: z.enum(USER_ROLES), email: z.email(), ...userFields })
  .meta({ id: "UserCreate" });
export const userPatchSchema = z
  .object({ role: z.enum(USER_ROLES).optional(), email: z.email().optional(), ...userFields })
  .meta({ id: "UserUpdate" });

const buildingFields = {
  property_type: z
    .enum(["Detached", "Semi-detached", "Bungalow", "Terraced", "End-terrace", "Flat"])
    .nullish(),
  occupant_type: z.string().max(50).nullish(),
  space_heating: z.string().max(50).nullish(),
  water_heating: z.string().max(50).nullish(),
  property_size_m2: z.int().nullish(),
  property_age: z.int().nullish(),
  num_occupants: z.int().nullish(),
  photovoltaic: z.boolean().nullish(),
  street_and_number: line,
  street_add_info: line,
  zip_code: z.string().max(20).nullish(),
  town: line,
  country: z.string().nullish(),
};

export const buildingCreateSchema = z
  .object({ name: z.string().min(1).max(100), ...buildingFields })
  .meta({ id: "BuildingCreate" });
export const buildingPatchSchema = z
  .object({ name: z.string().min(1).max(100).optional(), ...buildingFields })
  .meta({ id: "BuildingUpdate" });

const flag = z.boolean().optional();
const percent = z.int().min(0).max(100).optional();
/** Null ends a pause. */
const pause = z.iso.datetime({ offset: true }).nullish();

const charging = {
  is_smart_optimization_active: flag,
  is_charge_policy_enabled: flag,
  charge_deadline_at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  minimum_charge_limit: percent,
  pause_power_until: pause,
};

export const devicePatchSchemas = {
  electric_vehicle: z
    .object({
      ...charging,
      hems_min_export_to_start_w: z.int().min(0).max(50_000).optional(),
      hems_max_import_before_stopping_w: z.int().min(0).max(50_000).optional(),
    })
    .meta({ id: "ElectricVehicleUpdate" }),
  wallbox: z
    .object({ ...charging, external_device_id: z.string().max(100).optional() })
    .meta({ id: "WallboxUpdate" }),
  inverter: z
    .object({
      is_smart_optimization_active: flag,
      pause_power_until: pause,
      solar_power_rating_kw: z.number().min(0).optional(),
      is_battery_connected: flag,
      battery_capacity_kwh: z.number().min(0).optional(),
      min_battery_charge: z.number().min(0).max(100).optional(),
      max_battery_charge: z.number().min(0).max(100).optional(),
    })
    .meta({ id: "InverterUpdate" }),
  heat_pump: z
    .object({
      is_smart_optimization_active: flag,
      pause_power_until: pause,
      optimization_level: z.enum(["Low", "Mid", "Max"]).optional(),
    })
    .meta({ id: "HeatPumpUpdate" }),
} as const satisfies Record<DeviceKind, z.ZodType>;

export const energyContractCreateSchema = z
  .object({
    energy_contract_type: z.enum(["spot_hourly", "monthly", "yearly"]).nullish(),
    energy_prices: z.array(z.object({ price: z.number(), timestamp: z.iso.datetime({ offset: true }) })),
    building_id: z.uuid().nullish(),
    meter_id: z.string().max(19).nullish(),
    supplier: z.string().max(100).nullish(),
    currency_energy_price: z.string().length(3).nullish(),
    energy_price_includes_external_components: z.boolean().nullish(),
  })
  .meta({ id: "EnergyContractCreate" });

const link = z.string().max(8_000).nullish();

export const onboardingCreateSchema = z
  .object({
    language: z.enum(["sv", "de", "en", "hu", "it", "et", "pl", "ro"]).nullish(),
    price_zone_default: z.string().nullish(),
    is_smart_optimization_active_default: z.boolean().nullish(),
    success_url: link,
    cancel_url: link,
    user_id: z.uuid(),
    building_id: z.uuid().nullish(),
    device_type: z.enum(["ev", "iv", "wb", "hp"]).nullish(),
  })
  .meta({ id: "DeviceOnboardingCreate" });

export const authSessionCreateSchema = z
  .object({ success_url: link, cancel_url: link })
  .meta({ id: "AuthSessionCreate" });

/** The problems in the words and shape of Django Ninja's 422. */
export function problemList(error: z.ZodError) {
  return error.issues.map((issue) => ({
    type: issue.code,
    loc: ["body", "payload", ...issue.path],
    msg: issue.message,
  }));
}
