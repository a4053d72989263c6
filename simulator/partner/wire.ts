import { z } from "zod";

/**
 * The Partner API's shapes, written down a second time on purpose: the simulator must not share the daemon's mistakes.
 * Names given by `meta` are those of the published document; others are ours.
 */
export const WIRE_MODES = ["none", "spot", "hems", "hems_and_spot"] as const;
export type WireMode = (typeof WIRE_MODES)[number];
export const UX_PHASES = ["off", "unavailable", "idle", "starting", "active", "paused"] as const;
export const MECHANISMS = ["wallbox", "smartcar"] as const;
export const BOOST_STATES = ["available", "requested", "unavailable", "ongoing"] as const;
export const MODE_REASONS = [
  "no_ev",
  "no_battery_capacity",
  "no_actuator",
  "wallbox_not_modulating",
  "no_inverter",
  "inverter_no_export_data",
] as const;
export type WireModeReason = (typeof MODE_REASONS)[number];

const uuid = z.string().meta({ format: "uuid" });
const time = z.string().meta({ format: "date-time" });

export const modeSchema = z.enum(WIRE_MODES).meta({ id: "SmartChargingMode" });
const reasonSchema = z.enum(MODE_REASONS).meta({ id: "ModeReason" });
const phaseSchema = z.enum(UX_PHASES).meta({ id: "UXPhase" });
const mechanismSchema = z.enum(MECHANISMS).meta({ id: "Mechanism" });
export const boostStateSchema = z.enum(BOOST_STATES).meta({ id: "BoostState" });
export type WireBoostState = z.infer<typeof boostStateSchema>;

const healthWarningSchema = z
  .object({
    code: z
      .enum(["inverter_disconnected", "inverter_data_stale", "wallbox_disconnected", "config_divergence"])
      .meta({ id: "HealthWarningCode" }),
    since: time.nullable(),
  })
  .meta({ id: "HealthWarningOutput" });
export type WireHealthWarning = z.infer<typeof healthWarningSchema>;

const statusOutputSchema = z
  .object({
    ux_phase: phaseSchema,
    mechanism: mechanismSchema.nullable(),
    charge_power_w: z.number().nullable(),
    boost: boostStateSchema.nullable(),
    solar_kwh_today: z.number().nullable(),
    as_of: time.nullable(),
  })
  .meta({ id: "SmartChargingStatusOutput" });
export type WireStatus = z.infer<typeof statusOutputSchema>;

const thresholdsSchema = z
  .object({
    hems_min_export_to_start_w: z.int(),
    hems_max_import_before_stopping_w: z.int(),
    min_band_w: z.int(),
  })
  .meta({ id: "ThresholdsOutput" });
export type WireThresholds = Omit<z.infer<typeof thresholdsSchema>, "min_band_w">;

/** The answer to GET and PUT of charging-config; every key is always there. */
export const chargingConfigSchema = z
  .object({
    smart_charging_mode: modeSchema,
    mode_conflict: z.boolean(),
    config_divergence: z.boolean(),
    devices: z.array(
      z
        .object({
          device_id: uuid,
          device_type: z.string(),
          smart_charging_mode: modeSchema,
          is_primary_actuator: z.boolean(),
        })
        .meta({ id: "DeviceModeOutput" }),
    ),
    available_modes: z.array(
      z
        .object({ mode: modeSchema, available: z.boolean(), reasons: z.array(reasonSchema) })
        .meta({ id: "ModeAvailabilityOutput" }),
    ),
    hems_eligible: z.boolean(),
    hems_ineligible_reasons: z.array(reasonSchema),
    thresholds: thresholdsSchema.nullable(),
    health_warning: healthWarningSchema.nullable(),
    status: statusOutputSchema,
  })
  .meta({ id: "SmartChargingConfigOutput" });
export type WireChargingConfig = z.infer<typeof chargingConfigSchema>;

const textOrNull = z.string().nullable();
const numberOrNull = z.number().nullable();

export const USER_ROLES = ["admin", "staff", "user"] as const;

export const userSchema = z
  .object({
    id: uuid,
    external_user_id: textOrNull,
    role: z.enum(USER_ROLES),
    email: z.string(),
    first_name: textOrNull,
    last_name: textOrNull,
    street_and_number: textOrNull,
    street_add_info: textOrNull,
    zip_code: textOrNull,
    town: textOrNull,
    country: textOrNull,
    latitude: numberOrNull,
    longitude: numberOrNull,
    location_last_updated: time.nullable(),
  })
  .meta({ id: "UserOutput" });
export type WireUser = z.infer<typeof userSchema>;

export const buildingSchema = z
  .object({
    id: uuid,
    name: z.string(),
    property_type: textOrNull,
    occupant_type: textOrNull,
    space_heating: textOrNull,
    water_heating: textOrNull,
    property_size_m2: numberOrNull,
    property_age: numberOrNull,
    num_occupants: numberOrNull,
    photovoltaic: z.boolean().nullable(),
    street_and_number: textOrNull,
    street_add_info: textOrNull,
    zip_code: textOrNull,
    town: textOrNull,
    country: textOrNull,
  })
  .meta({ id: "BuildingOutput" });
export type WireBuilding = z.infer<typeof buildingSchema>;

export const energyContractSchema = z
  .object({
    id: uuid,
    energy_contract_type: textOrNull,
    energy_prices: z.array(z.object({ price: z.number(), timestamp: time })),
    building: uuid.nullable(),
    meter_id: textOrNull,
    supplier: textOrNull,
    currency_energy_price: textOrNull,
    energy_price_includes_external_components: z.boolean().nullable(),
  })
  .meta({ id: "EnergyContractOutput" });
export type WireEnergyContract = z.infer<typeof energyContractSchema>;

export const onboardingSchema = z
  .object({
    id: uuid,
    authentication_url: z.string(),
    user: uuid,
    success_url: textOrNull,
    cancel_url: textOrNull,
    expiration_date: time,
    object_id: uuid.nullable(),
    external_metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "DeviceOnboardingOutput" });
export type WireOnboarding = z.infer<typeof onboardingSchema>;

export const authSessionSchema = z
  .object({ authentication_url: textOrNull, device_id: uuid.nullable(), session_id: textOrNull })
  .meta({ id: "AuthSessionOutput" });

export const tokenSchema = z
  .object({
    access_token: z.string(),
    expires_in: z.int(),
    token_type: z.string(),
    scope: z.string(),
    refresh_token: z.string(),
  })
  .meta({ id: "TokenOutput" });
