import { z } from "zod";
import { REASON_CODES } from "../../../core/reasons.ts";
import { CHARGING_MODES } from "../../../core/settings.ts";
import { CHARGE_STATES } from "../../../core/tick-report.ts";
import { FAULT_KINDS } from "../plant-ports.ts";

const ctKwh = z.number().min(-1_000).max(1_000);
const LONGEST_MIN = 48 * 60;
/** Wallboxes beside the first. */
const MOST_BOXES = 4;

const watts = z.number().min(0).max(200_000);
const minute = z.number().min(0).max(LONGEST_MIN);
const seed = z
  .int()
  .min(0)
  .max(2 ** 31)
  .default(1);

const patternSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("steady"), power_w: watts }).describe("The same power all the time."),
  z
    .strictObject({
      kind: z.literal("steps"),
      steps: z
        .array(z.strictObject({ from_min: minute, power_w: watts }))
        .min(1)
        .max(1_000),
    })
    .describe("Power that jumps; nothing before the first step."),
  z
    .strictObject({
      kind: z.literal("points"),
      points: z
        .array(z.strictObject({ at_min: minute, power_w: watts }))
        .min(2)
        .max(1_000),
    })
    .describe("Straight lines from point to point; nothing before the first and after the last."),
  z
    .strictObject({
      kind: z.literal("pulses"),
      power_w: watts,
      first_min: minute.default(0),
      every_min: minute.min(0.1),
      on_s: z.number().min(1).max(86_400),
      count: z.int().min(1).max(10_000).optional(),
    })
    .describe("An appliance that switches: a kettle, the thermostat of an oven."),
  z
    .strictObject({ kind: z.literal("arc"), from_min: minute, to_min: minute, peak_w: watts })
    .describe("A cloudless day as half a sine."),
]);

const cloudsSchema = z
  .strictObject({
    seed,
    through: z.number().min(0).max(1).default(0.25).describe("Share of the sun that a cloud lets through."),
    clear_s: z.number().min(1).max(36_000).describe("Mean time between clouds."),
    cloudy_s: z.number().min(1).max(36_000).describe("Mean time of a cloud."),
    edge_s: z.number().min(1).max(600).default(10).describe("Time in which a cloud comes or goes."),
  })
  .describe("Clouds of random lengths before the sun.");

const madeHouseSchema = z.strictObject({
  minutes: minute.min(1).describe("How long it takes."),
  sun: z.array(patternSchema).max(20).default([]).describe("PV power: the sum of its patterns."),
  clouds: cloudsSchema.optional(),
  load: z
    .array(patternSchema)
    .max(20)
    .default([])
    .describe("House without the car: the sum of its patterns."),
  load_noise_w: z.number().min(0).max(5_000).default(0).describe("Even noise on the load, either way."),
  noise_seed: seed,
});

const plantSchema = {
  inverter_ac_w: watts.optional().describe("What a hybrid inverter can turn into AC at most."),
  feed_in_limit_w: watts.optional().describe("Export beyond it throttles the modules; 0 is zero export."),
  battery: z
    .strictObject({
      capacity_kwh: z.number().min(0.5).max(200),
      soc_pct: z.number().min(0).max(100),
      min_soc_pct: z.number().min(0).max(100).default(10),
      max_charge_w: watts.default(5_000),
      max_discharge_w: watts.default(5_000),
    })
    .optional()
    .describe("A home battery that holds the grid at zero as far as it can."),
};

const carSchema = z
  .strictObject({
    battery_kwh: z.number().min(1).max(500).optional().describe("Default: never full."),
    soc_pct: z.number().min(0).max(100).default(0),
    phases: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(3),
    max_current_a: z
      .number()
      .min(0)
      .max(80)
      .optional()
      .describe("Its on-board charger; default the box's most."),
    taper_from_pct: z.number().min(0).max(100).optional(),
    sleeps_after_min: minute.optional().describe("Without current for this long it ignores the next offers."),
  })
  .default({ soc_pct: 0, phases: 3 });

const boxIndex = z.int().min(0).max(MOST_BOXES).default(0).describe("Which wallbox; 0 is the first.");

const thresholdW = z.int().min(0).max(50_000);

const changeSchema = z
  .strictObject({
    at_min: minute,
    mode: z.enum(CHARGING_MODES).optional(),
    thresholds: z
      .strictObject({
        hems_min_export_to_start_w: thresholdW,
        hems_max_import_before_stopping_w: thresholdW,
      })
      .optional(),
    max_current_a: z.number().min(0).max(80).optional().describe("The user's own cap."),
    boost: z.enum(["off", "armed", "ongoing"]).optional(),
    box: boxIndex.describe("The wallbox that is boosted; 0 is the first."),
  })
  .describe("What people ask of the gateway while it runs.");

const eventSchema = z
  .strictObject({
    kind: z.enum([...FAULT_KINDS, "car_away", "gateway_down", "operator_limits", "operator_silent"]),
    from_min: minute,
    minutes: minute,
    box: boxIndex,
  })
  .describe("Something that goes wrong, or away, for a while.");

const deviceSchema = z.strictObject({
  dead_s: z.number().min(0).max(120).optional(),
  meter_s: z.int().min(1).max(60).optional(),
  power_s: z.int().min(1).max(300).optional(),
  start_s: z.number().min(0).max(300).optional(),
  step_a: z.number().min(0.1).max(5).optional(),
  min_a: z.number().min(6).max(80).optional(),
  max_a: z.number().min(6).max(80).optional(),
  offset_a: z.number().min(0).max(5).optional(),
});

const phaseChoice = z.union([z.literal("auto"), z.literal(1), z.literal(3)]).default("auto");
const tellsPhases = z.boolean().default(false).describe("The box measures the current of each phase.");

const boxSchema = z
  .strictObject({
    car: carSchema,
    device: deviceSchema.default({}),
    phases: phaseChoice,
    tells_phases: tellsPhases,
    wallbox: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("Its section of the daemon's config file, laid over the defaults."),
  })
  .describe("A further wallbox with its car; what its device says of the meter counts for nothing.");

const rangeSchema = z.strictObject({ min: z.number().optional(), max: z.number().optional() });

/** What a scenario may bound. Energies in kWh; `peak_import_w` is the highest second. */
export const FIGURE_NAMES = [
  "surplus_kwh",
  "charged_kwh",
  "solar_kwh",
  "grid_kwh",
  "from_battery_kwh",
  "share_pct",
  "utilisation_pct",
  "net_solar_kwh",
  "regret_pct",
  "starts",
  "phase_switches",
  "short_runs",
  "writes",
  "peak_import_w",
] as const;

const expectationSchema = z.strictObject({
  figures: z.partialRecord(z.enum(FIGURE_NAMES), rangeSchema).default({}),
  reasons: z
    .strictObject({
      seen: z.array(z.enum(REASON_CODES)).default([]),
      never: z.array(z.enum(REASON_CODES)).default([]),
    })
    .default({ seen: [], never: [] }),
  end: z
    .strictObject({
      state: z.enum(CHARGE_STATES).optional(),
      setpoint_a: rangeSchema.optional(),
      reason: z.enum(REASON_CODES).optional(),
    })
    .default({})
    .describe("What holds at the last pass."),
});

/** One situation that a controller has to stand, and what is expected of it. */
export const scenarioSchema = z.strictObject({
  title: z.string().min(5).max(200),
  pain: z.string().min(5).max(2_000).describe("What goes wrong for people, and where that is known from."),
  note: z.string().max(2_000).optional().describe("What the law does about it, and where it falls short."),
  house: z.union([
    z.strictObject({ ...madeHouseSchema.shape, ...plantSchema }),
    z.strictObject({ day: z.string().describe("A shipped day."), ...plantSchema }),
  ]),
  car: carSchema,
  device: deviceSchema.default({}),
  phases: phaseChoice,
  tells_phases: tellsPhases,
  more_boxes: z
    .array(boxSchema)
    .max(MOST_BOXES)
    .default([])
    .describe("Further wallboxes: energies count all of them, starts and phase switches the first."),
  meter_tells_phases: z.boolean().default(false).describe("The meter measures the current of each phase."),
  config: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe("Sections of the daemon's config file, laid over the defaults."),
  prices_ct_kwh: z
    .array(ctKwh)
    .max(48)
    .default([])
    .describe("What the house pays, hour by hour; needed by the modes that plan."),
  events: z.array(eventSchema).max(100).default([]),
  changes: z.array(changeSchema).max(100).default([]),
  expect: expectationSchema,
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioHouse = Scenario["house"];
export type MadeHouse = Extract<ScenarioHouse, { minutes: number }>;
export type Pattern = z.infer<typeof patternSchema>;
export type ScenarioChange = z.infer<typeof changeSchema>;
export type ScenarioEvent = z.infer<typeof eventSchema>;
export type FigureName = (typeof FIGURE_NAMES)[number];
export type Range = z.infer<typeof rangeSchema>;
