import fc from "fast-check";
import { maxCurrentA } from "./random-boxes.ts";
import { optional, thresholds } from "./random-parts.ts";

/** Passes this far apart keep a day cheap; at 10 s the meter would count as silent. */
const COARSE_INTERVALS_MS = [9_000, 9_000, 9_000, 9_000, 5_000];
const FINE_INTERVALS_MS = [5_000, 5_000, 2_000, 1_000];

export type Pace = "coarse" | "fine";

const anySite = {
  main_fuse_a: fc.constantFrom(16, 20, 25, 35, 63),
  import_limit_w: optional(fc.integer({ min: 2_000, max: 20_000 })),
  unbalance_limit_va: fc.constantFrom<"off" | number>("off", 4_600, 3_000),
};

type SiteParts = typeof anySite;

const homeBattery = fc.record({
  policy: fc.constantFrom("car_first", "battery_first", "soc_window"),
  max_charge_w: optional(fc.constantFrom(1_500, 5_000)),
});

/** Half of all operators leave less than the 4.2 kW of §14a EnWG. */
const gridOperator = fc.record({
  source: fc.record({ type: fc.constant("static"), limit_w: fc.constantFrom(0, 2_500, 4_200, 8_000) }),
  minimum_w: fc.constantFrom(0, 4_200),
  failsafe_limit_w: fc.constantFrom(0, 2_500, 4_200),
  failsafe_ends: fc.constantFrom("with_operator", "after_minimum"),
});

function configWith(
  pace: Pace,
  {
    site,
    mode,
    maxA,
    operator,
    thresholds: pair = thresholds,
  }: {
    readonly site: SiteParts;
    readonly mode: fc.Arbitrary<string>;
    readonly maxA: fc.Arbitrary<number>;
    readonly operator: fc.Arbitrary<unknown>;
    readonly thresholds?: typeof thresholds;
  },
) {
  return fc.record({
    site: fc.record(site),
    control: fc.record({
      interval_ms: fc.constantFrom(...(pace === "fine" ? FINE_INTERVALS_MS : COARSE_INTERVALS_MS)),
      mode,
      thresholds: pair,
      loop_delay_s: fc.constantFrom(5, 12, 40),
      start_proof_s: fc.constantFrom(10, 60, 300),
      stop_proof_s: fc.constantFrom(20, 180, 600),
      failsafe_current_a: fc.constantFrom(0, 6, 10),
      pause_when_meter_lost: fc.boolean(),
    }),
    wallbox: fc.record({ max_current_a: maxA, priority: fc.constantFrom(1, 2) }),
    home_battery: homeBattery,
    grid_operator: operator,
    ocpp: fc.record({
      max_writes_per_day: fc.constantFrom(24, 200, 700),
      horizon_s: fc.constantFrom(90, 600),
    }),
    charge_plan: fc.record({
      deadline: fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, "0")}:00`),
      energy_kwh: fc.integer({ min: 0, max: 25 }),
    }),
  });
}

const anyOperator = fc.option(gridOperator, { nil: undefined, freq: 1 });

export const anyConfig = (pace: Pace) =>
  configWith(pace, {
    site: anySite,
    mode: fc.constantFrom("hems", "hems", "hems", "hems_and_spot", "spot", "none"),
    maxA: maxCurrentA,
    operator: anyOperator,
  });

/** Mostly the car gets all that the limits leave it, by day and by night. */
const greedy = {
  mode: fc.constantFrom("none", "none", "none", "hems"),
  maxA: fc.constantFrom(16, 32, 32),
  operator: anyOperator,
};

const NO_LIMIT = fc.constant(undefined);

/** A pair so narrow that what is drawn beyond the sun shows. */
export const configOfTheSun = (pace: Pace) =>
  configWith(pace, {
    ...greedy,
    mode: fc.constant("hems"),
    thresholds: fc.record({
      hems_min_export_to_start_w: fc.integer({ min: 0, max: 500 }),
      hems_max_import_before_stopping_w: fc.integer({ min: 0, max: 1_500 }),
    }),
    operator: NO_LIMIT,
    site: {
      main_fuse_a: fc.constantFrom(35, 63),
      import_limit_w: NO_LIMIT,
      unbalance_limit_va: fc.constant("off"),
    },
  });

export const configOfTwoCars = (pace: Pace) =>
  configWith(pace, {
    ...greedy,
    site: {
      main_fuse_a: fc.constantFrom(20, 25, 35),
      import_limit_w: optional(fc.integer({ min: 5_000, max: 20_000 })),
      unbalance_limit_va: fc.constant("off"),
    },
  });

export const configOfSmallFuse = (pace: Pace) =>
  configWith(pace, {
    ...greedy,
    site: {
      main_fuse_a: fc.constantFrom(16, 20, 25),
      import_limit_w: NO_LIMIT,
      unbalance_limit_va: anySite.unbalance_limit_va,
    },
  });

export const configOfUnbalanceLimit = (pace: Pace) =>
  configWith(pace, {
    ...greedy,
    site: {
      main_fuse_a: fc.constantFrom(35, 63),
      import_limit_w: NO_LIMIT,
      unbalance_limit_va: fc.constantFrom(4_600, 3_000, 3_000),
    },
  });

export const configOfOperator = (pace: Pace) =>
  configWith(pace, {
    ...greedy,
    operator: gridOperator,
    site: {
      main_fuse_a: fc.constantFrom(35, 63),
      import_limit_w: NO_LIMIT,
      unbalance_limit_va: fc.constant("off"),
    },
  });
