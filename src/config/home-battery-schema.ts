import { z } from "zod";
import { BATTERY_POLICIES } from "../core/battery-policy.ts";

const socPct = z.number().min(0).max(100);

export const homeBatterySchema = z.strictObject({
  policy: z
    .enum(BATTERY_POLICIES)
    .default("battery_first")
    .describe(
      "Who gets the sun first: car_first counts what the battery charges as surplus, battery_first does not, soc_window lets the battery come first until it is full enough.",
    ),
  soc_window: z
    .strictObject({
      battery_below_pct: socPct.describe("Below this state of charge the battery comes first, %."),
      car_from_pct: socPct.describe("From this state of charge on the car comes first, %."),
    })
    .default({ battery_below_pct: 50, car_from_pct: 70 })
    .describe("When the battery comes first under the policy soc_window; between the two nothing changes."),
  max_charge_w: z
    .number()
    .min(0)
    .max(200_000)
    .optional()
    .describe(
      "Where the battery comes first: what it is left to charge with, W; without it a cloud takes from the battery before it takes from the car.",
    ),
  full_soc_pct: socPct.default(95).describe("State of charge at which the battery itself takes no more, %."),
  allow_discharge_into_car: z
    .boolean()
    .default(false)
    .describe("True: a car that charges by surplus may also take from the battery, down to reserve_soc_pct."),
  reserve_soc_pct: socPct.default(50).describe("State of charge that the car must leave the battery, %."),
});
