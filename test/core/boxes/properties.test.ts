import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BoxHouse, createBoxHouse } from "../support/box-house.ts";
import type { SimulatedBoxOptions } from "../support/simulated-box.ts";
import { ONE_PHASE, THREE_PHASE } from "../support/site.ts";

const RUNS = { numRuns: 30 };
/** Long enough for a start and a stop, one after the other, s. */
const SETTLED_S = 600;
const EPSILON = 1e-6;
/** Two passes, then the dead time and the ramp of the slowest box; twice, where the readings of one hid a part of it, s. */
const REACTION_S = 30;

const capability = fc.constantFrom(
  { ...ONE_PHASE, maxCurrentA: 16 },
  { ...THREE_PHASE, maxCurrentA: 16 },
  { ...THREE_PHASE, maxCurrentA: 32, stepA: 0.1 },
);

const boxes: fc.Arbitrary<readonly SimulatedBoxOptions[]> = fc
  .array(
    fc.record({
      capability,
      priority: fc.constantFrom(1, 1, 2, 3),
      deadTimeMs: fc.constantFrom(1_000, 3_000, 6_000),
      rampAPerS: fc.constantFrom(2, 4),
      readEveryMs: fc.constantFrom(1_000, 5_000, 10_000, 20_000),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((list) => list.map((box, index) => ({ ...box, name: `box${index}` })));

type Change =
  | { readonly kind: "house"; readonly houseW: number }
  | {
      readonly kind: "vehicle";
      readonly box: number;
      readonly vehicle: "connected" | "absent" | "suspended_by_vehicle";
    }
  | { readonly kind: "link" | "silence"; readonly box: number; readonly isGone: boolean }
  | { readonly kind: "appetite"; readonly box: number; readonly carMaxA: number }
  | { readonly kind: "boost"; readonly box: number }
  | { readonly kind: "meter"; readonly trust: "good" | "lost" };

const box = fc.nat(4);
const changes: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("house" as const),
      houseW: fc.integer({ min: -15_000, max: 4_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("vehicle" as const),
      box,
      vehicle: fc.constantFrom(
        "connected" as const,
        "connected" as const,
        "absent" as const,
        "suspended_by_vehicle" as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("link" as const, "silence" as const),
      box,
      isGone: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("appetite" as const),
      box,
      carMaxA: fc.constantFrom(7, 10, 99),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("boost" as const), box }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("meter" as const),
      trust: fc.constantFrom("good" as const, "lost" as const),
    }),
  },
);

const story = fc.array(fc.record({ change: changes, seconds: fc.integer({ min: 1, max: 150 }) }), {
  minLength: 4,
  maxLength: 14,
});

function happen(house: BoxHouse, change: Change): void {
  const target = "box" in change ? house.boxes[change.box % house.boxes.length] : undefined;
  switch (change.kind) {
    case "house":
      house.houseW = change.houseW;
      break;
    case "meter":
      house.meterTrust = change.trust;
      break;
    case "vehicle":
      if (target !== undefined) target.vehicle = change.vehicle;
      break;
    case "link":
      if (target !== undefined) target.isLinked = !change.isGone;
      break;
    case "silence":
      if (target !== undefined) target.isSilent = change.isGone;
      break;
    case "appetite":
      if (target !== undefined) target.carMaxA = change.carMaxA;
      break;
    case "boost":
      target?.boost();
      break;
  }
}

/** With boxes in the order of their priority: nobody with a car draws nothing while one after it draws. */
function expectNobodySkipped({ boxes: ordered }: BoxHouse): void {
  const drawn = ordered.filter(({ vehicle }) => vehicle !== "absent").map(({ drawnA }) => drawnA);
  const waiting = drawn.indexOf(0);
  if (waiting >= 0) expect(drawn.slice(waiting).every((drawnA) => drawnA === 0)).toBe(true);
}

/** Somebody charges whom a word of ours reaches: a box that is gone keeps its current until its limit expires. */
function isInReach({ boxes: all }: BoxHouse): boolean {
  return all.some(({ isLinked, drawnA }) => isLinked && drawnA > 0);
}

describe("several boxes in any house", () => {
  it("stay together below fuse and import limit, but for the time that a reaction takes", () => {
    fc.assert(
      fc.property(
        boxes,
        story,
        fc.constantFrom("none" as const, "hems" as const),
        fc.boolean(),
        fc.constantFrom(35, 50, 63),
        (given, passages, mode, isPhaseMeter, mainFuseA) => {
          const house = createBoxHouse({
            boxes: given,
            limits: { mainFuseA, importLimitW: 22_000 },
            settings: { mode },
            isPhaseMeter,
          });
          let breachS = 0;
          for (const { change, seconds } of passages) {
            happen(house, change);
            house.run(seconds, () => {
              const isBlind = house.meterTrust === "lost";
              const isBreach = house.fullestPhaseA > mainFuseA + EPSILON || house.gridW > 22_000 + EPSILON;
              breachS = isBreach && !isBlind && isInReach(house) ? breachS + 1 : 0;
              if (breachS > REACTION_S)
                throw new Error(`breach of ${house.fullestPhaseA} A, ${house.gridW} W`);
            });
          }
        },
      ),
      RUNS,
    );
  });

  it("exceed nothing, not for a second, where nothing but their cars changes", () => {
    const cars = story.map((passages) =>
      passages.filter(({ change }) => change.kind === "vehicle" || change.kind === "boost"),
    );
    fc.assert(
      fc.property(
        boxes,
        cars,
        fc.integer({ min: -10_000, max: 4_000 }),
        fc.constantFrom("none" as const, "hems" as const),
        fc.boolean(),
        fc.constantFrom(25, 35, 50),
        (given, passages, houseW, mode, isPhaseMeter, mainFuseA) => {
          const house = createBoxHouse({
            boxes: given,
            limits: { mainFuseA, importLimitW: 15_000 },
            settings: { mode },
            isPhaseMeter,
          });
          house.houseW = houseW;
          for (const { change, seconds } of passages) {
            happen(house, change);
            house.run(seconds, () => {
              if (house.fullestPhaseA > mainFuseA + EPSILON) throw new Error(`${house.fullestPhaseA} A`);
              if (house.gridW > 15_000 + EPSILON) throw new Error(`${house.gridW} W`);
            });
          }
        },
      ),
      RUNS,
    );
  });

  it("no box waits while one of lower priority and the same kind charges by surplus", () => {
    fc.assert(
      fc.property(
        capability,
        fc.subarray([5, 4, 3, 2, 1], { minLength: 2 }),
        fc.array(fc.integer({ min: -16_000, max: 0 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(4), { maxLength: 3 }),
        (kind, priorities, housesW, absent) => {
          const house = createBoxHouse({
            boxes: priorities.map((priority) => ({ name: `p${priority}`, capability: kind, priority })),
          });
          for (const index of absent) {
            const gone = house.boxes[index % house.boxes.length];
            if (gone !== undefined) gone.vehicle = "absent";
          }
          for (const houseW of housesW) {
            house.houseW = houseW;
            house.run(SETTLED_S);
            expectNobodySkipped(house);
          }
        },
      ),
      RUNS,
    );
  });

  it("boxes of the same priority do not take turns under a cloudy sky", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: -12_000, max: -1_000 }),
        fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 20, maxLength: 20 }),
        (count, houseW, noiseW) => {
          const names = Array.from({ length: count }, (_, index) => `box${index}`);
          const house = createBoxHouse({
            boxes: names.map((name) => ({ name, capability: { ...ONE_PHASE, maxCurrentA: 16 } })),
          });
          for (let minute = 0; minute < 60; minute++) {
            house.houseW = houseW + (noiseW[minute % noiseW.length] ?? 0);
            house.run(60);
          }
          for (const { starts } of house.boxes) expect(starts).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 8 },
    );
  });
});
