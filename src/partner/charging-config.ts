import { z } from "zod";
import { CHARGING_MODES } from "../core/settings.ts";
import type { SmartChargingStatus } from "../core/smart-charging-status.ts";
import { getCall, type PartnerCall, putCall, userPath } from "./partner-call.ts";
import { code, optional, readable } from "./wire-reading.ts";

const LARGEST_THRESHOLD_W = 50_000;

const thresholdW = z.int().min(0).max(LARGEST_THRESHOLD_W);

const thresholdsSchema = z.looseObject({
  hems_min_export_to_start_w: thresholdW,
  hems_max_import_before_stopping_w: thresholdW,
  min_band_w: optional(z.int().min(0)),
});

const deviceSchema = z.looseObject({
  device_id: z.string(),
  device_type: optional(z.string()),
  smart_charging_mode: optional(code),
  is_primary_actuator: optional(z.boolean()),
});

const modeAvailabilitySchema = z.looseObject({
  mode: code,
  available: z.boolean(),
  reasons: readable(code),
});

const remoteStatusSchema = z.looseObject({
  ux_phase: optional(code),
  mechanism: optional(code),
  charge_power_w: optional(z.number()),
  boost: optional(code),
  solar_kwh_today: optional(z.number()),
  as_of: optional(z.string()),
});

/**
 * `SmartChargingConfigOutput` as we read it. Essential are the mode, as any text, and thresholds that are
 * readable if there are any: a body without them is refused, so that the last good one stays in force. Of
 * everything else what can be read is read, and fields that nobody knows yet stay.
 */
export const chargingConfigSchema = z.looseObject({
  smart_charging_mode: z.string(),
  mode_conflict: optional(z.boolean()),
  config_divergence: optional(z.boolean()),
  devices: readable(deviceSchema),
  available_modes: readable(modeAvailabilitySchema),
  hems_eligible: optional(z.boolean()),
  hems_ineligible_reasons: readable(code),
  thresholds: thresholdsSchema.nullable().default(null),
  health_warning: optional(z.looseObject({ code, since: optional(z.string()) })),
  status: optional(remoteStatusSchema),
});

export type ChargingConfig = z.infer<typeof chargingConfigSchema>;

/** `SmartChargingConfigUpdate` as we send it: at least one field, and never null, whose meaning is not documented. */
export const chargingConfigUpdateSchema = z
  .strictObject({
    smart_charging_mode: z.enum(CHARGING_MODES).exactOptional(),
    hems_min_export_to_start_w: thresholdW.exactOptional(),
    hems_max_import_before_stopping_w: thresholdW.exactOptional(),
  })
  .refine((update) => Object.keys(update).length > 0, "nothing to change");

export type ChargingConfigUpdate = z.infer<typeof chargingConfigUpdateSchema>;

/** `SmartChargingStatusOutput` as we send it: what is not a finite number or a time is refused before it leaves. */
export const smartChargingStatusSchema = z.strictObject({
  ux_phase: z.enum(["off", "unavailable", "idle", "starting", "active", "paused"]),
  mechanism: z.literal("wallbox").nullable(),
  charge_power_w: z.number().nullable(),
  boost: z.enum(["available", "requested", "unavailable", "ongoing"]),
  solar_kwh_today: z.number(),
  as_of: z.iso.datetime(),
}) satisfies z.ZodType<SmartChargingStatus>;

export function getChargingConfig(userId: string): PartnerCall<ChargingConfig> {
  return getCall(userPath(userId, "charging-config"), chargingConfigSchema);
}

/** Sends only the fields of `update`; the answer is the config from now on. `invalid` (422) is final. */
export function putChargingConfig(userId: string, update: ChargingConfigUpdate): PartnerCall<ChargingConfig> {
  const body = { value: update, schema: chargingConfigUpdateSchema };
  return putCall(userPath(userId, "charging-config"), body, chargingConfigSchema);
}
