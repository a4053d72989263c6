import fc from "fast-check";

export const DAY_MIN = 1_440;

export const minuteOfDay = fc.integer({ min: 0, max: DAY_MIN });

export function optional<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

const thresholdW = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 6_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 50_000 }) },
);

export const thresholds = fc.record({
  hems_min_export_to_start_w: thresholdW,
  hems_max_import_before_stopping_w: thresholdW,
});
