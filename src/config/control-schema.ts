import { z } from "zod";
import { CHARGING_MODES } from "../core/settings.ts";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";

const thresholdW = z.int().min(0).max(50_000);

const thresholdsSchema = z.strictObject({
  hems_min_export_to_start_w: thresholdW.describe("Grid export, W, at which surplus charging may start."),
  hems_max_import_before_stopping_w: thresholdW.describe(
    "Grid import, W, above which surplus charging stops.",
  ),
});

export const controlSchema = z.strictObject({
  interval_ms: z.int().min(200).max(60_000).default(1_000).describe("Time from pass to pass, ms."),
  mode: z
    .enum(CHARGING_MODES)
    .default("hems")
    .describe("Mode until the Partner API or a person sets another."),
  thresholds: thresholdsSchema
    .default({ hems_min_export_to_start_w: 900, hems_max_import_before_stopping_w: 700 })
    .describe("Thresholds until the Partner API or a person sets others."),
  loop_delay_s: z
    .number()
    .min(1)
    .max(120)
    .default(12)
    .describe(
      "Time from a new set point until meter and wallbox both show it, s, until it has been learned: no write before that.",
    ),
  start_proof_s: z
    .number()
    .min(5)
    .max(3_600)
    .default(60)
    .describe("How long surplus just above the start must hold, s."),
  stop_proof_s: z
    .number()
    .min(5)
    .max(3_600)
    .default(180)
    .describe("How long a small shortfall is bridged, s."),
  failsafe_current_a: z
    .union([z.literal(0), z.number().min(LOWEST_CHARGE_CURRENT_A).max(32)])
    .default(6)
    .describe(
      "Current, A per phase, that the wallbox falls to by itself when this gateway dies, and that charging needs no meter for: 0 or at least 6.",
    ),
  pause_when_meter_lost: z
    .boolean()
    .default(true)
    .describe("True: 0 A when the meter is lost in a surplus mode. False: the failsafe current."),
});
