import { describe, expect, it } from "vitest";
import { performanceIndexPct, savings } from "../../bench/control/performance-index.ts";
import type { DayTrace } from "../../simulator/house/day-trace.ts";

/** Hours of this surplus each, in steps of a second. */
function trace(...hoursW: readonly number[]): DayTrace {
  const pvW = Float64Array.from(hoursW.flatMap((watts) => new Array<number>(3_600).fill(watts)));
  return { name: "made", stepMs: 1_000, startWallMs: 0, pvW, loadW: new Float64Array(pvW.length) };
}

/** Charging power of each hour, W. */
function charging(...hoursW: readonly number[]): number[] {
  return hoursW.flatMap((watts) => new Array<number>(3_600).fill(watts));
}

function indexPct(day: DayTrace, chargeW: readonly number[]): number {
  return performanceIndexPct([savings(day, chargeW)]);
}

describe("the performance indicator at 12 kWh a day", () => {
  const day = trace(4_000, 4_000, 4_000, 4_000);

  it("is 100 for a charger that takes the surplus as it comes", () => {
    expect(indexPct(day, charging(4_000, 4_000, 4_000, 4_000))).toBeCloseTo(100, 6);
  });

  it("is 25 for one that feeds in all of the sun", () => {
    // All that the ideal charger takes from the sun is fed in instead, which pays a quarter of it back.
    expect(indexPct(day, charging(0, 0, 0, 0))).toBeCloseTo(25, 6);
    expect(indexPct(trace(4_000, 0, 0, 0), charging(0, 4_000, 4_000, 4_000))).toBeCloseTo(25, 6);
  });

  it("counts the import of an hour at the price of the grid", () => {
    // 1 kWh from the grid that the ideal charger had from the sun: 32 ct of 384 ct, and 8 ct for what was fed in.
    expect(indexPct(trace(3_000, 4_000, 4_000, 4_000), charging(4_000, 4_000, 4_000))).toBeCloseTo(
      100 * (1 - 0.24 / 3.84),
      6,
    );
  });

  it("lets the car take no more than it needs", () => {
    expect(indexPct(day, charging(4_000, 4_000, 4_000, 11_000))).toBeCloseTo(100, 6);
  });

  it("lets the ideal charger neither start below 1.4 kW nor draw more than 11 kW", () => {
    const { idealEur } = savings(trace(1_379, 12_000), charging(0, 0));
    expect(idealEur).toBeCloseTo(11.04 * 0.32, 6);
  });
});
