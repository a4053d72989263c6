import { describe, expect, it } from "vitest";
import { clockText, createLocalTime } from "../../src/core/planner/local-time.ts";
import { isPlanCharging, type OutlookRequest, planOutlook } from "../../src/core/planner/plan-advice.ts";
import { type PlanRequest, pricePlan } from "../../src/core/planner/price-plan.ts";
import { sampleAdvice } from "../support/sample-advice.ts";

const VIENNA = createLocalTime("Europe/Vienna");
const HOUR_MS = 3_600_000;
/** 18:00 in Vienna in winter, a Monday. */
const EVENING_MS = Date.UTC(2024, 0, 15, 17);

function hours(pricesCtKwh: readonly number[]) {
  return pricesCtKwh.map((priceCtKwh, hour) => ({
    startMs: EVENING_MS + hour * HOUR_MS,
    endMs: EVENING_MS + (hour + 1) * HOUR_MS,
    priceCtKwh,
  }));
}

const REQUEST: PlanRequest = {
  nowMs: EVENING_MS,
  deadlineMs: EVENING_MS + 13 * HOUR_MS,
  energyWh: 15_000,
  chargePowerW: 10_000,
  prices: hours([30, 30, 30, 30, 30, 30, 30, 30, 10, 12, 30, 30, 30]),
  sun: [],
  startPenaltyCt: 0.5,
  isCharging: false,
};

function outlookOf(changes: Partial<PlanRequest & OutlookRequest> = {}) {
  const request = { ...REQUEST, latestStartMs: EVENING_MS + 11.5 * HOUR_MS, ...changes };
  return planOutlook(pricePlan({ ...REQUEST, ...changes }), request, VIENNA);
}

describe("what a plan means", () => {
  it("tells slots, deadline and latest start by the clocks of the house", () => {
    expect(outlookOf()).toEqual({
      kind: "cheapest",
      slots: [
        {
          start: { wallMs: EVENING_MS + 8 * HOUR_MS, text: "02:00" },
          end: { wallMs: EVENING_MS + 9.5 * HOUR_MS, text: "03:30" },
          energyWh: 15_000,
          priceCtKwh: (10 + 12 / 2) / 1.5,
        },
      ],
      deadline: { wallMs: EVENING_MS + 13 * HOUR_MS, text: "07:00" },
      latestStart: { wallMs: EVENING_MS + 11.5 * HOUR_MS, text: "05:30" },
      pricesUntil: undefined,
      costCt: 160,
      sunWh: 0,
    });
  });

  it("tells until when prices are known where that is before the deadline", () => {
    const { pricesUntil, costCt } = outlookOf({ prices: REQUEST.prices.slice(0, 12) });
    expect(pricesUntil).toEqual({ wallMs: EVENING_MS + 12 * HOUR_MS, text: "06:00" });
    expect(costCt).toBe(160);
  });

  it("tells no cost where a slot has no known price", () => {
    const { slots, costCt } = outlookOf({ prices: REQUEST.prices.slice(0, 1), energyWh: 120_000 });
    expect(slots.length).toBeGreaterThan(0);
    expect(costCt).toBeUndefined();
  });

  it("takes the expected sun off the cost of a slot", () => {
    const sun = [{ startMs: EVENING_MS + 8 * HOUR_MS, endMs: EVENING_MS + 9 * HOUR_MS, powerW: 4_000 }];
    const { slots, costCt } = outlookOf({ sun, energyWh: 10_000 });
    expect(slots).toMatchObject([{ energyWh: 10_000 }]);
    expect(costCt).toBeCloseTo(60, 6);
  });

  it("counts no sun beyond what the car takes", () => {
    const sun = [{ startMs: EVENING_MS, endMs: EVENING_MS + HOUR_MS, powerW: 15_000 }];
    const plan = {
      ...pricePlan(REQUEST),
      slots: [{ startMs: EVENING_MS, endMs: EVENING_MS + HOUR_MS, priceCtKwh: 30 }],
    };
    expect(planOutlook(plan, { ...REQUEST, latestStartMs: 0, sun }, VIENNA).costCt).toBe(0);
  });

  it("costs nothing without a slot", () => {
    expect(outlookOf({ energyWh: 0 })).toMatchObject({ kind: "satisfied", slots: [], costCt: 0 });
  });
});

describe("a plan lets the car charge", () => {
  it.each([
    ["cheap", true],
    ["due", true],
    ["wait", false],
    ["no_prices", false],
  ] as const)("%s: %s", (stance, isCharging) => {
    expect(isPlanCharging(sampleAdvice({ stance }))).toBe(isCharging);
  });

  it("not where there is none", () => {
    expect(isPlanCharging(undefined)).toBe(false);
  });
});

describe("the clocks of the house", () => {
  const DAY_MS = 24 * HOUR_MS;
  it.each([
    ["within a day ahead", DAY_MS - 1, "17:59"],
    ["a day ahead", DAY_MS, "Tue 18:00"],
    ["within a day ago", 1 - DAY_MS, "18:00"],
    ["a day ago", -DAY_MS, "Sun 18:00"],
    ["at midnight", 6 * HOUR_MS, "00:00"],
  ])("%s", (_case, aheadMs, text) => {
    expect(clockText(EVENING_MS + aheadMs, EVENING_MS, VIENNA)).toBe(text);
  });
});
