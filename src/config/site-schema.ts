import { z } from "zod";
import { isTimeZone } from "../core/planner/local-time.ts";
import { deviceName } from "./device-schema.ts";

export const siteSchema = z.strictObject({
  name: deviceName
    .default("home")
    .describe("Name of the house; part of the MQTT topics hems-edge/<name>/..."),
  main_fuse_a: z.number().min(10).max(200).describe("Rating of the main fuse, A per phase. Never exceeded."),
  house_reserve_a: z
    .number()
    .min(0)
    .max(200)
    .optional()
    .describe(
      "What of the main fuse is kept for the house beside wallboxes that do not come down by themselves when this gateway dies (variant C), A per phase; default: half of the fuse. What is left is the most that such wallboxes get together.",
    ),
  import_limit_w: z
    .number()
    .min(0)
    .max(200_000)
    .optional()
    .describe("Largest grid import of the whole house, W, if the connection is limited below its fuse."),
  unbalance_limit_va: z
    .union([z.literal("off"), z.number().min(1_400).max(50_000)])
    .default(4_600)
    .describe(
      "Largest difference between two phases of the house connection that a car on one or two phases may cause, VA; 4600 in Germany (VDE-AR-N 4100).",
    ),
  ac_limit_w: z
    .number()
    .min(500)
    .max(200_000)
    .optional()
    .describe(
      "What a hybrid inverter gives at most to house and grid, from sun and battery together, W: sun beyond it can only go into the battery.",
    ),
  pv_peak_w: z
    .number()
    .min(0)
    .max(200_000)
    .describe("Installed PV power, W peak: larger readings are implausible."),
  time_zone: z
    .string()
    .default("Europe/Berlin")
    .refine(isTimeZone, "use an IANA name such as Europe/Vienna")
    .describe("IANA time zone of the house; local midnight resets the daily counters."),
});
