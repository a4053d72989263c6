import fc from "fast-check";
import { DAY_MIN, minuteOfDay, optional } from "./random-parts.ts";

const arc = (leastPeakW: number) =>
  fc.record({
    kind: fc.constant("arc"),
    from_min: fc.integer({ min: 0, max: 400 }),
    to_min: fc.integer({ min: 600, max: 1_100 }),
    peak_w: fc.integer({ min: leastPeakW, max: 10_000 }),
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

const steady = (powerW: fc.Arbitrary<number>) => fc.record({ kind: fc.constant("steady"), power_w: powerW });

/** Now and then a house that leaves the car little of its fuse. */
const anyBaseLoadW = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_000, max: 9_000 }) },
);

const battery = fc.record({
  capacity_kwh: fc.constantFrom(3, 10, 30),
  soc_pct: fc.integer({ min: 5, max: 100 }),
  max_charge_w: fc.constantFrom(1_500, 5_000),
  max_discharge_w: fc.constantFrom(1_500, 5_000),
});

function houseWith({
  baseLoadW = anyBaseLoadW,
  leastPeakW = 0,
}: {
  readonly baseLoadW?: fc.Arbitrary<number>;
  readonly leastPeakW?: number;
}) {
  return fc
    .record({
      minutes: fc.constant(DAY_MIN),
      sun: fc.tuple(arc(leastPeakW)),
      clouds: optional(clouds),
      load: fc
        .tuple(steady(baseLoadW), fc.array(appliance, { maxLength: 3 }))
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
}

export const anyHouse = houseWith({});

/** Its fullest phase carries some amperes more than the mean, day and night. */
export const loadedHouse = houseWith({ baseLoadW: fc.integer({ min: 2_000, max: 6_000 }) });

export const sunnyHouse = houseWith({ leastPeakW: 4_000 });

const sunnyParts = {
  minutes: fc.constant(DAY_MIN),
  sun: fc.tuple(arc(5_000)),
  load: fc.tuple(steady(fc.integer({ min: 0, max: 500 }))),
  load_noise_w: fc.constantFrom(0, 30, 200),
  noise_seed: fc.integer({ min: 1, max: 1_000 }),
};

/** A clear sky over a house that takes little: nothing but sun to charge from. */
export const clearHouse = fc.record(sunnyParts);

/** Clouds over a house whose battery hides the sun, or makes up for what is missing. */
export const batteryHouse = fc.record({ ...sunnyParts, clouds: optional(clouds), battery });
