import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlanRequest, pricePlan } from "../../src/core/planner/price-plan.ts";

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const START_MS = 1_704_067_200_000;

/** Quarter hours from `START_MS` on. */
function quarters(pricesCtKwh: readonly number[]) {
  return pricesCtKwh.map((priceCtKwh, index) => ({
    startMs: START_MS + index * QUARTER_MS,
    endMs: START_MS + (index + 1) * QUARTER_MS,
    priceCtKwh,
  }));
}

function request(changes: Partial<PlanRequest> & Pick<PlanRequest, "prices">): PlanRequest {
  return {
    nowMs: START_MS,
    deadlineMs: changes.prices.at(-1)?.endMs ?? START_MS,
    energyWh: 3_000,
    chargePowerW: 12_000,
    sun: [],
    startPenaltyCt: 0,
    isCharging: false,
    ...changes,
  };
}

function startsIn(plan: ReturnType<typeof pricePlan>, isCharging: boolean): number {
  const isGoingOn = isCharging && plan.chargeNow;
  return plan.slots.length - (isGoingOn ? 1 : 0);
}

/** What a plan costs, ct, computed from its slots alone. */
function costCt(plan: ReturnType<typeof pricePlan>, given: PlanRequest): number {
  const energyCt = plan.slots.reduce((total, slot) => {
    return given.prices.reduce((sum, price) => {
      const sharedMs = Math.min(price.endMs, slot.endMs) - Math.max(price.startMs, slot.startMs);
      if (sharedMs <= 0) return sum;
      const sunW = given.sun.find(({ startMs }) => startMs === price.startMs)?.powerW ?? 0;
      return sum + (price.priceCtKwh * (given.chargePowerW - sunW) * sharedMs) / HOUR_MS / 1_000;
    }, total);
  }, 0);
  return energyCt + startsIn(plan, given.isCharging) * given.startPenaltyCt;
}

/** The cheapest of all ways to switch on and off every five minutes, ct; by trying them all. */
function bruteForceCt(given: PlanRequest, pieces: number): number {
  const count = given.prices.length * pieces;
  let best = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < 2 ** count; mask++) {
    let wh = 0;
    let ct = 0;
    let isOn = given.isCharging;
    for (let piece = 0; piece < count; piece++) {
      const isNext = (mask & (1 << piece)) !== 0;
      const slot = given.prices[Math.floor(piece / pieces)];
      if (isNext && slot !== undefined) {
        const sunW = given.sun.find(({ startMs }) => startMs === slot.startMs)?.powerW ?? 0;
        const pieceWh = ((given.chargePowerW - sunW) * QUARTER_MS) / pieces / HOUR_MS;
        wh += pieceWh;
        ct += (slot.priceCtKwh * pieceWh) / 1_000 + (isOn ? 0 : given.startPenaltyCt);
      }
      isOn = isNext;
    }
    const sunWh = given.sun.reduce((sum, { powerW }) => sum + powerW / 4, 0);
    if (Math.abs(wh - (given.energyWh - sunWh)) < 1e-6) best = Math.min(best, ct);
  }
  return best;
}

describe("the price plan", () => {
  it("takes the cheapest quarter of an hour", () => {
    const plan = pricePlan(request({ prices: quarters([5, 3, 9, 4]) }));
    expect(plan.slots).toEqual([
      { startMs: START_MS + QUARTER_MS, endMs: START_MS + 2 * QUARTER_MS, priceCtKwh: 3 },
    ]);
    expect(plan).toMatchObject({
      kind: "cheapest",
      chargeNow: false,
      nextChangeWallMs: START_MS + QUARTER_MS,
    });
  });

  it("takes a part of a slot where the rest of the energy needs no more", () => {
    const plan = pricePlan(request({ prices: quarters([5, 3, 9, 4]), energyWh: 4_000 }));
    const usedMs = plan.slots.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    expect(usedMs).toBeCloseTo(20 * 60_000, 3);
    expect(plan.slots.map(({ startMs }) => startMs)).toEqual([
      START_MS + QUARTER_MS,
      START_MS + 3 * QUARTER_MS,
    ]);
  });

  it.each([
    { startPenaltyCt: 2.9, slots: 2 },
    { startPenaltyCt: 3.1, slots: 1 },
  ])("with $startPenaltyCt ct for a start it charges in $slots goes", ({ startPenaltyCt, slots }) => {
    const prices = quarters([1, 9, 2, 2, 9]);
    const plan = pricePlan(request({ prices, energyWh: 9_000, startPenaltyCt }));
    const together = pricePlan(request({ prices: quarters([1, 3, 2]), energyWh: 6_000, startPenaltyCt }));
    expect(together.slots).toHaveLength(slots);
    expect(plan.slots.length).toBeGreaterThan(0);
  });

  it("goes on charging where stopping would save less than a start is worth", () => {
    const given = request({ prices: quarters([4, 3.9, 9]), startPenaltyCt: 1 });
    expect(pricePlan({ ...given, isCharging: true }).chargeNow).toBe(true);
    expect(pricePlan(given).chargeNow).toBe(false);
  });

  it("charges until the deadline when the time left is not enough", () => {
    const plan = pricePlan(request({ prices: quarters([5, 3]), energyWh: 6_000 }));
    expect(plan).toMatchObject({ kind: "best_effort", chargeNow: true });
    expect(plan.slots).toEqual([{ startMs: START_MS, endMs: START_MS + 2 * QUARTER_MS, priceCtKwh: 4 }]);
  });

  it.each([0, -1])("plans nothing when %s Wh are missing", (energyWh) => {
    const plan = pricePlan(request({ prices: quarters([5, 3]), energyWh }));
    expect(plan).toMatchObject({
      kind: "satisfied",
      slots: [],
      chargeNow: false,
      nextChangeWallMs: undefined,
    });
  });

  it("uses slots without a price only where the known ones are not enough, and the latest of them", () => {
    const prices = quarters([50, 40]);
    const deadlineMs = START_MS + 4 * QUARTER_MS;
    expect(pricePlan(request({ prices, deadlineMs })).slots[0]?.startMs).toBe(START_MS + QUARTER_MS);
    const three = pricePlan(request({ prices, deadlineMs, energyWh: 9_000 }));
    expect(three.slots).toEqual([
      { startMs: START_MS, endMs: START_MS + 2 * QUARTER_MS, priceCtKwh: 45 },
      { startMs: START_MS + 3 * QUARTER_MS, endMs: deadlineMs, priceCtKwh: undefined },
    ]);
  });

  it("waits until the latest start when no price is known at all", () => {
    const plan = pricePlan(request({ prices: [], deadlineMs: START_MS + HOUR_MS }));
    expect(plan.slots).toEqual([
      { startMs: START_MS + 3 * QUARTER_MS, endMs: START_MS + HOUR_MS, priceCtKwh: undefined },
    ]);
  });

  it("leaves to the sun what it is expected to bring", () => {
    const prices = quarters([5, 3, 9, 4]);
    const sun = [{ startMs: START_MS + 2 * QUARTER_MS, endMs: START_MS + 3 * QUARTER_MS, powerW: 12_000 }];
    expect(pricePlan(request({ prices, sun }))).toMatchObject({ kind: "sun_only", slots: [], sunWh: 3_000 });
    const more = pricePlan(request({ prices, sun, energyWh: 4_500 }));
    expect(more).toMatchObject({ kind: "cheapest", plannedWh: 1_500, sunWh: 3_000 });
    expect(more.slots[0]).toMatchObject({ startMs: START_MS + QUARTER_MS, priceCtKwh: 3 });
  });

  it("keeps charging over the last seconds before a boundary", () => {
    const prices = quarters([5, 3, 9]);
    const nowMs = START_MS + QUARTER_MS - 20_000;
    const plan = pricePlan(request({ prices, nowMs, isCharging: true, startPenaltyCt: 1 }));
    expect(plan.chargeNow).toBe(true);
  });

  it("is as cheap as the best of all switchings, whatever prices, sun, need and start penalty", () => {
    const price = fc.integer({ min: -200, max: 900 }).map((tenths) => tenths / 10);
    const instance = fc.record({
      prices: fc.array(price, { minLength: 2, maxLength: 4 }),
      needed: fc.integer({ min: 1, max: 11 }),
      startPenaltyCt: fc.constantFrom(0, 1, 5, 20),
      isCharging: fc.boolean(),
      sunSlot: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(instance, ({ prices, needed, startPenaltyCt, isCharging, sunSlot }) => {
        const curve = quarters(prices);
        const slot = sunSlot === undefined ? undefined : curve[sunSlot];
        const sun = slot === undefined ? [] : [{ startMs: slot.startMs, endMs: slot.endMs, powerW: 4_000 }];
        const given = request({ prices: curve, sun, startPenaltyCt, isCharging });
        const asked = { ...given, energyWh: needed * 1_000 + sun.length * 1_000 };
        const plan = pricePlan(asked);
        fc.pre(plan.kind === "cheapest");
        const best = bruteForceCt(asked, 3);
        expect(costCt(plan, asked)).toBeLessThanOrEqual(best + 1e-4);
      }),
      { numRuns: 300 },
    );
  });
});
