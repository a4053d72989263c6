import { z } from "zod";
import { BOOST_STATES, MECHANISMS, UX_PHASES, WIRE_MODES } from "./wire.ts";

const thresholdW = z.int().min(0).max(50_000).nullish();

/** `SmartChargingConfigUpdate`: unknown keys are ignored, null leaves a field as it is. */
export const updateSchema = z.object({
  smart_charging_mode: z.enum(WIRE_MODES).nullish(),
  hems_min_export_to_start_w: thresholdW,
  hems_max_import_before_stopping_w: thresholdW,
});

/** `SmartChargingStatusOutput`, which the published API only sends. */
export const statusSchema = z.object({
  ux_phase: z.enum(UX_PHASES),
  mechanism: z.enum(MECHANISMS).nullable(),
  charge_power_w: z.number().nullable(),
  boost: z.enum(BOOST_STATES).nullable(),
  solar_kwh_today: z.number().nullable(),
  as_of: z.iso.datetime({ offset: true }).nullable(),
});

/** The problems in the words and shape of Django Ninja's 422. */
export function problemList(error: z.ZodError) {
  return error.issues.map((issue) => ({
    type: issue.code,
    loc: ["body", "payload", ...issue.path],
    msg: issue.message,
  }));
}
