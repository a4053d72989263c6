import { z } from "zod";
import { USUAL_ARRIVAL_SOC_PCT } from "../core/planner/goal-choice.ts";
import { minuteOfDay, WEEKDAYS } from "../core/planner/local-time.ts";

export const timeOfDay = z
  .string()
  .refine((text) => minuteOfDay(text) !== undefined, "use HH:MM, 00:00 to 23:59, in quotes");
export const socPct = z.number().min(0).max(100);
const httpUrl = z.url({ protocol: /^https?$/ });

const priceSourceSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("awattar").describe("HTTP, JSON as aWATTar serves it."),
    url: httpUrl.describe("Address of the endpoint, e.g. https://api.awattar.de/v1/marketdata"),
  }),
  z.strictObject({
    type: z.literal("energy_charts").describe("HTTP, JSON as energy-charts.info serves it."),
    url: httpUrl.describe("Address of the endpoint, e.g. https://api.energy-charts.info/price"),
    bidding_zone: z
      .string()
      .regex(/^[A-Z0-9-]{2,16}$/, "use a zone such as DE-LU or AT")
      .default("DE-LU")
      .describe("Market zone whose prices are asked for."),
  }),
  z.strictObject({
    type: z.literal("csv").describe("A file that something else keeps up to date."),
    path: z
      .string()
      .min(1)
      .describe(
        "File with the columns time_utc (ISO 8601, start of the hour or quarter) and price (EUR/MWh).",
      ),
  }),
  z.strictObject({
    type: z.literal("mqtt").describe("A topic of the broker under mqtt."),
    topic: z
      .string()
      .regex(/^[^+#\0]{1,200}$/, "use one topic without wildcards")
      .describe("Topic with a JSON list of {start, end, price}: ISO 8601 UTC times or Unix ms, EUR/MWh."),
  }),
]);

export const pricesSchema = z.strictObject({
  source: priceSourceSchema.describe("Where day-ahead prices come from; nothing is asked without it."),
  timeout_s: z.int().min(1).max(60).default(15).describe("Longest time for one answer, s."),
  markup_ct_kwh: z
    .number()
    .min(-100)
    .max(100)
    .default(0)
    .describe("Grid fees, levies and margin on top of the market price, ct/kWh before VAT."),
  vat_pct: z.number().min(0).max(50).default(0).describe("Value-added tax on price and markup, %."),
});

export const planDaySchema = z.strictObject({
  charge_deadline: timeOfDay.describe("When the car must be ready, local time."),
  charge_percentage: socPct.optional().describe("State of charge to reach, %; needs car_battery_kwh."),
});

const planDays = Object.fromEntries(
  WEEKDAYS.map((weekday) => [weekday, planDaySchema.optional().describe(`Deadline on ${weekday}.`)]),
) as Record<(typeof WEEKDAYS)[number], z.ZodOptional<typeof planDaySchema>>;

export const chargePlanSchema = z.strictObject({
  energy_kwh: z
    .number()
    .min(0)
    .max(200)
    .default(15)
    .describe("Energy that a session should bring, kWh, where no state of charge can be aimed at."),
  deadline: timeOfDay
    .optional()
    .describe(
      "When the car must be ready on every day, local time; without any deadline: 24 h after plug-in.",
    ),
  target_soc_pct: socPct
    .optional()
    .describe("State of charge to reach at that deadline, %; needs car_battery_kwh."),
  days: z
    .strictObject(planDays)
    .prefault({})
    .describe("Days that differ from it, in the shape of the Partner API's charge policy."),
  car_battery_kwh: z
    .number()
    .min(1)
    .max(300)
    .optional()
    .describe("Usable capacity of the car's battery, kWh."),
  arrival_soc_pct: socPct
    .default(USUAL_ARRIVAL_SOC_PCT)
    .describe("State of charge at plug-in, %, as long as nothing tells a better one."),
  start_penalty_ct: z
    .number()
    .min(0)
    .max(100)
    .default(2)
    .describe("What one start less is worth, ct: higher means longer charges at slightly higher prices."),
  margin_min: z
    .number()
    .min(0)
    .max(120)
    .default(5)
    .describe("The plan is done this long before the deadline, min."),
});

export type PricesConfig = z.infer<typeof pricesSchema>;
export type PriceSourceConfig = PricesConfig["source"];
export type ChargePlanConfig = z.infer<typeof chargePlanSchema>;
