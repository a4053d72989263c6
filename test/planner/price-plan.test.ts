import { describe, expect, it } from "vitest";
import { pricePlan } from "../../src/core/planner/price-plan.ts";
import { HOUR_MS, QUARTER_MS, quarters, request, START_MS } from "./support/plan-request.ts";

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

  it("takes the earliest of equally cheap quarters, and says when charging ends", () => {
    expect(pricePlan(request({ prices: quarters([3, 3, 3]) }))).toMatchObject({
      chargeNow: true,
      nextChangeWallMs: START_MS + QUARTER_MS,
    });
  });

  it.each([0, 1])("plans nothing for a deadline that is %d ms past", (pastMs) => {
    const given = request({ prices: quarters([3, 3]), deadlineMs: START_MS - pastMs });
    expect(pricePlan(given)).toMatchObject({ kind: "satisfied", slots: [], chargeNow: false });
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

  it("has nothing to choose where nothing can be charged", () => {
    const prices = quarters([5, 3]);
    const plan = pricePlan(request({ prices, energyWh: 1_000, chargePowerW: 0 }));
    expect(plan).toMatchObject({ kind: "best_effort", chargeNow: true });
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
});
