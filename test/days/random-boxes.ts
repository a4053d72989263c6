import fc from "fast-check";
import { optional } from "./random-parts.ts";

const carParts = {
  battery_kwh: optional(fc.integer({ min: 20, max: 90 })),
  soc_pct: fc.constantFrom(0, 0, 40, 90),
  phases: fc.constantFrom(1, 2, 3),
  max_current_a: fc.constantFrom(10, 16, 32),
  taper_from_pct: fc.constantFrom(70, 95),
  sleeps_after_min: optional(fc.integer({ min: 1, max: 60 })),
};

export const anyCar = fc.record(carParts);

/** Is never full, never asleep, and takes what it is given, so that whatever limits it shows. */
export const hungryCar = fc.record({
  ...carParts,
  battery_kwh: fc.constant(undefined),
  sleeps_after_min: fc.constant(undefined),
  max_current_a: fc.constantFrom(16, 32, 32),
});

export const hungryCarOnFewPhases = hungryCar.map((car) => ({ ...car, phases: Math.min(2, car.phases) }));

const deviceParts = {
  dead_s: fc.constantFrom(0, 2, 5, 12, 30),
  meter_s: fc.constantFrom(1, 2, 5, 10),
  power_s: fc.constantFrom(1, 10, 30, 60),
  start_s: fc.constantFrom(0, 15, 60),
  step_a: fc.constantFrom(0.1, 1),
  min_a: fc.constantFrom(6, 6, 8),
  max_a: fc.constantFrom(10, 16, 32),
  offset_a: fc.constantFrom(0, 0.2, 1),
};

export const anyDevice = fc.record(deviceParts);

export const strongDevice = fc.record({ ...deviceParts, max_a: fc.constant(32) });

export const boxPhases = fc.constantFrom("auto", 1, 3);

export const maxCurrentA = fc.constantFrom(10, 16, 32);

const boxParts = {
  car: anyCar,
  device: anyDevice,
  phases: boxPhases,
  tells_phases: fc.boolean(),
  wallbox: fc.record({ max_current_a: maxCurrentA, priority: fc.constantFrom(1, 1, 2) }),
};

const box = fc.record(boxParts);

export const maybeMoreBoxes = fc.oneof(
  { weight: 10, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(box, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(box, { minLength: 1, maxLength: 2 }) },
);

const hungryBox = { ...boxParts, car: hungryCar };

export const anotherHungryBox = fc.tuple(fc.record(hungryBox));

export const anotherHungryThreePhaseBox = fc.tuple(fc.record({ ...hungryBox, phases: fc.constant(3) }));
