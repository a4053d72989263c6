import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlanRequest, pricePlan } from "../../src/core/planner/price-plan.ts";
import { HOUR_MS, QUARTER_MS, quarters, request } from "./support/plan-request.ts";

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
