import fc from "fast-check";
import { type Scenario, scenarioSchema } from "../../src/cli/replay/scenario/scenario-schema.ts";
import { incidents } from "./random-incidents.ts";
import { DAY_MIN, minuteOfDay, optional, thresholds } from "./random-parts.ts";

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

/** Now and then a house that leaves the car little of its fuse. */
const steady = fc.record({
  kind: fc.constant("steady"),
  power_w: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3_000, max: 9_000 }) },
  ),
});

const battery = fc.record({
  capacity_kwh: fc.constantFrom(3, 10, 30),
  soc_pct: fc.integer({ min: 5, max: 100 }),
  max_charge_w: fc.constantFrom(1_500, 5_000),
  max_discharge_w: fc.constantFrom(1_500, 5_000),
});

const house = fc
  .record({
    minutes: fc.constant(DAY_MIN),
    sun: fc.tuple(arc),
    clouds: optional(clouds),
    load: fc
      .tuple(steady, fc.array(appliance, { maxLength: 3 }))
      .map(([base, appliances]) => [base, ...appliances]),
    load_noise_w: fc.constantFrom(0, 30, 200),
    noise_seed: fc.integer({ min: 1, max: 1_000 }),
    battery: fc.option(battery, { nil: undefined, freq: 2 }),
    inverter_ac_w: fc.option(fc.constantFrom(3_000, 6_000), { nil: undefined, freq: 4 }),
    feed_in_limit_w: fc.option(fc.constantFrom(0, 3_000), { nil: undefined, freq: 6 }),
  })
  .map(({ inverter_ac_w, ...given }) =>
    // Only of a hybrid is it known what the battery adds to its AC side.
    given.battery === undefined ? given : { ...given, inverter_ac_w },
  );

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

const phases = fc.constantFrom("auto", 1, 3);
const maxCurrentA = fc.constantFrom(10, 16, 32);

const box = fc.record({
  car,
  device,
  phases,
  tells_phases: fc.boolean(),
  wallbox: fc.record({ max_current_a: maxCurrentA, priority: fc.constantFrom(1, 1, 2) }),
});

/** Passes this far apart keep a day cheap; at 10 s the meter would count as silent. */
const COARSE_INTERVALS_MS = [9_000, 9_000, 9_000, 9_000, 5_000];
const FINE_INTERVALS_MS = [5_000, 5_000, 2_000, 1_000];

const homeBattery = fc.record({
  policy: fc.constantFrom("car_first", "battery_first", "soc_window"),
  max_charge_w: optional(fc.constantFrom(1_500, 5_000)),
});

/** Half of all operators leave less than the 4.2 kW of §14a EnWG. */
const gridOperator = fc.record({
  source: fc.record({ type: fc.constant("static"), limit_w: fc.constantFrom(0, 2_500, 4_200, 8_000) }),
  minimum_w: fc.constantFrom(0, 4_200),
  failsafe_limit_w: fc.constantFrom(0, 2_500, 4_200),
});

const config = (intervalsMs: readonly number[]) =>
  fc.record({
    site: fc.record({
      main_fuse_a: fc.constantFrom(16, 20, 25, 35, 63),
      import_limit_w: optional(fc.integer({ min: 2_000, max: 20_000 })),
      unbalance_limit_va: fc.constantFrom("off", 4_600, 3_000),
    }),
    control: fc.record({
      interval_ms: fc.constantFrom(...intervalsMs),
      mode: fc.constantFrom("hems", "hems", "hems", "hems_and_spot", "spot", "none"),
      thresholds,
      loop_delay_s: fc.constantFrom(5, 12, 40),
      start_proof_s: fc.constantFrom(10, 60, 300),
      stop_proof_s: fc.constantFrom(20, 180, 600),
      failsafe_current_a: fc.constantFrom(0, 6, 10),
      pause_when_meter_lost: fc.boolean(),
    }),
    wallbox: fc.record({ max_current_a: maxCurrentA, priority: fc.constantFrom(1, 2) }),
    home_battery: homeBattery,
    grid_operator: fc.option(gridOperator, { nil: undefined, freq: 1 }),
    ocpp: fc.record({
      max_writes_per_day: fc.constantFrom(24, 200, 700),
      horizon_s: fc.constantFrom(90, 600),
    }),
    charge_plan: fc.record({
      deadline: fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, "0")}:00`),
      energy_kwh: fc.integer({ min: 0, max: 25 }),
    }),
  });

const pricesCtKwh = fc.oneof(
  fc.constant([]),
  fc.array(fc.integer({ min: -10, max: 60 }), { minLength: 24, maxLength: 24 }),
);

const moreBoxes = fc.oneof(
  { weight: 10, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(box, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(box, { minLength: 1, maxLength: 2 }) },
);

/**
 * 24 hours of a random house with its cars, wallboxes and config, second by second, in which a dozen things go wrong or
 * are changed by people. Passes come every 9 or 5 s, fine ones every 5 to 1 s.
 */
export const randomDays = (pace: "coarse" | "fine"): fc.Arbitrary<Scenario> =>
  fc
    .record({
      house,
      car,
      device,
      phases,
      tells_phases: fc.boolean(),
      meter_tells_phases: fc.constantFrom(true, false, false),
      more_boxes: moreBoxes,
      config: config(pace === "fine" ? FINE_INTERVALS_MS : COARSE_INTERVALS_MS),
      prices_ct_kwh: pricesCtKwh,
      incidents: fc.array(incidents, { maxLength: 8 }),
    })
    .map(({ incidents: happened, ...given }) => {
      const onSome = <T extends { readonly box: number }>(what: T): T => ({
        ...what,
        box: what.box % (given.more_boxes.length + 1),
      });
      return scenarioSchema.parse({
        title: "A random day",
        pain: "Something that holds on every day did not hold on this one.",
        ...JSON.parse(JSON.stringify(given)),
        events: happened.flatMap(({ events }) => events.map(onSome)),
        changes: happened.flatMap(({ changes }) => changes.map(onSome)),
        expect: {},
      });
    });
