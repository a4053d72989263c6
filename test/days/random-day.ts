import fc from "fast-check";
import { FAULT_KINDS } from "../../src/cli/replay/plant-ports.ts";
import { type Scenario, scenarioSchema } from "../../src/cli/replay/scenario/scenario-schema.ts";

const DAY_MIN = 1_440;

const minuteOfDay = fc.integer({ min: 0, max: DAY_MIN });

function optional<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

const arc = fc.record({
  kind: fc.constant("arc"),
  from_min: fc.integer({ min: 0, max: 400 }),
  to_min: fc.integer({ min: 600, max: 1_100 }),
  peak_w: fc.integer({ min: 0, max: 10_000 }),
});

const clouds = fc.record({
  seed: fc.integer({ min: 1, max: 1_000 }),
  through: fc.constantFrom(0.1, 0.3, 0.6),
  clear_s: fc.constantFrom(20, 120, 900, 5_000),
  cloudy_s: fc.constantFrom(20, 120, 900, 5_000),
  edge_s: fc.constantFrom(1, 10, 60),
});

/** A kettle, an oven's thermostat, a water heater that is larger than some houses' connection. */
const appliance = fc.record({
  kind: fc.constant("pulses"),
  power_w: fc.constantFrom(800, 2_000, 3_500, 9_000, 18_000),
  first_min: minuteOfDay,
  every_min: fc.integer({ min: 1, max: 300 }),
  on_s: fc.integer({ min: 2, max: 3_000 }),
  count: fc.integer({ min: 1, max: 40 }),
});

const house = fc.record({
  minutes: fc.constant(DAY_MIN),
  sun: fc.tuple(arc),
  clouds: optional(clouds),
  load: fc
    .tuple(
      fc.record({ kind: fc.constant("steady"), power_w: fc.integer({ min: 0, max: 1_500 }) }),
      fc.array(appliance, { maxLength: 3 }),
    )
    .map(([steady, appliances]) => [steady, ...appliances]),
  load_noise_w: fc.constantFrom(0, 30, 200),
  noise_seed: fc.integer({ min: 1, max: 1_000 }),
});

const car = fc.record({
  battery_kwh: optional(fc.integer({ min: 20, max: 90 })),
  soc_pct: fc.constantFrom(0, 0, 40, 90),
  phases: fc.constantFrom(1, 2, 3),
  max_current_a: fc.constantFrom(10, 16, 32),
  taper_from_pct: fc.constantFrom(70, 95),
  sleeps_after_min: optional(fc.integer({ min: 1, max: 60 })),
});

const device = fc.record({
  dead_s: fc.constantFrom(0, 2, 5, 12, 30),
  meter_s: fc.constantFrom(1, 2, 5, 10),
  power_s: fc.constantFrom(1, 10, 30, 60),
  start_s: fc.constantFrom(0, 15, 60),
  step_a: fc.constantFrom(0.1, 1),
  min_a: fc.constantFrom(6, 6, 8),
  max_a: fc.constantFrom(10, 16, 32),
  offset_a: fc.constantFrom(0, 0.2, 1),
});

const thresholdW = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 6_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 50_000 }) },
);

/** Passes this far apart keep a day cheap; at 10 s the meter would count as silent. */
const COARSE_INTERVALS_MS = [8_000, 8_000, 8_000, 8_000, 5_000];
const FINE_INTERVALS_MS = [5_000, 5_000, 2_000, 1_000];

const config = (intervalsMs: readonly number[]) =>
  fc
    .record({
      interval_ms: fc.constantFrom(...intervalsMs),
      mode: fc.constantFrom("hems", "hems", "hems", "hems_and_spot", "spot", "none"),
      start_w: thresholdW,
      stop_w: thresholdW,
      loop_delay_s: fc.constantFrom(5, 12, 40),
      start_proof_s: fc.constantFrom(10, 60, 300),
      stop_proof_s: fc.constantFrom(20, 180, 600),
      failsafe_current_a: fc.constantFrom(0, 6, 10),
      pause_when_meter_lost: fc.boolean(),
      main_fuse_a: fc.constantFrom(16, 25, 35, 63),
      import_limit_w: optional(fc.integer({ min: 2_000, max: 20_000 })),
      max_current_a: fc.constantFrom(10, 16, 32),
      max_writes_per_day: fc.constantFrom(24, 200, 700),
      horizon_s: fc.constantFrom(90, 600),
      deadline_h: fc.integer({ min: 0, max: 23 }),
      energy_kwh: fc.integer({ min: 0, max: 25 }),
    })
    .map((given) => ({
      site: {
        main_fuse_a: given.main_fuse_a,
        ...(given.import_limit_w !== undefined && { import_limit_w: given.import_limit_w }),
      },
      control: {
        interval_ms: given.interval_ms,
        mode: given.mode,
        thresholds: {
          hems_min_export_to_start_w: given.start_w,
          hems_max_import_before_stopping_w: given.stop_w,
        },
        loop_delay_s: given.loop_delay_s,
        start_proof_s: given.start_proof_s,
        stop_proof_s: given.stop_proof_s,
        failsafe_current_a: given.failsafe_current_a,
        pause_when_meter_lost: given.pause_when_meter_lost,
      },
      wallbox: { max_current_a: given.max_current_a },
      ocpp: { max_writes_per_day: given.max_writes_per_day, horizon_s: given.horizon_s },
      charge_plan: {
        deadline: `${String(given.deadline_h).padStart(2, "0")}:00`,
        energy_kwh: given.energy_kwh,
      },
    }));

const event = fc.record({
  kind: fc.constantFrom(...FAULT_KINDS, "car_away", "gateway_down"),
  from_min: minuteOfDay,
  minutes: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 180 })),
});

/**
 * 24 hours of a random house, car, wallbox and config, second by second, in which up to five things go wrong. Passes
 * come every 8 or 5 s, fine ones every 5 to 1 s.
 */
export const randomDays = (pace: "coarse" | "fine"): fc.Arbitrary<Scenario> =>
  fc
    .record({
      house,
      car,
      device,
      phases: fc.constantFrom("auto", 1, 3),
      config: config(pace === "fine" ? FINE_INTERVALS_MS : COARSE_INTERVALS_MS),
      prices_ct_kwh: fc.oneof(
        fc.constant([]),
        fc.array(fc.integer({ min: -10, max: 60 }), { minLength: 24, maxLength: 24 }),
      ),
      events: fc.array(event, { maxLength: 5 }),
    })
    .map((given) =>
      scenarioSchema.parse({
        title: "A random day",
        pain: "Something that holds on every day did not hold on this one.",
        ...JSON.parse(JSON.stringify(given)),
        expect: {},
      }),
    );
