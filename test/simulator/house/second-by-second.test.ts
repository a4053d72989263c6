import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { listShippedDays, loadShippedDay } from "../../../simulator/house/day-trace.ts";
import { createSecondBySecond } from "../../../simulator/house/second-by-second.ts";

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function trace(pvW: readonly number[], loadW: readonly number[], stepS: number): DayTrace {
  return {
    name: "made",
    stepMs: stepS * 1_000,
    startWallMs: 0,
    pvW: Float64Array.from(pvW),
    loadW: Float64Array.from(loadW),
  };
}

const watts = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 12_000, noNaN: true }));
const traces = fc
  .tuple(fc.array(fc.tuple(watts, watts), { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 900 }))
  .map(([rows, stepS]) =>
    trace(
      rows.map(([pv]) => pv),
      rows.map(([, load]) => load),
      stepS,
    ),
  );

describe("a trace second by second", () => {
  it("keeps the mean of every step, for any trace, seed and step length", () => {
    fc.assert(
      fc.property(traces, fc.integer(), (made, seed) => {
        const source = createSecondBySecond(made, seed);
        for (let i = 0; i < made.pvW.length; i++) {
          const { pvW, loadW } = source.step(i);
          expect(Math.abs(mean(pvW) - made.pvW[i]!)).toBeLessThan(1e-6);
          expect(Math.abs(mean(loadW) - made.loadW[i]!)).toBeLessThan(1e-6);
        }
      }),
    );
  });

  it("never goes below zero, nor above what the day's best step makes plausible", () => {
    fc.assert(
      fc.property(traces, (made) => {
        const source = createSecondBySecond(made);
        const highestW = 1.03 * Math.max(...made.pvW);
        for (let i = 0; i < made.pvW.length; i++) {
          const { pvW, loadW } = source.step(i);
          expect(Math.min(...pvW)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...pvW)).toBeLessThanOrEqual(highestW + 1e-6);
          expect(Math.min(...loadW)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("gives the same seconds for the same seed, other ones for another, and begins anew at the end", () => {
    const made = trace([0, 500, 900], [300, 400, 5_000], 60);
    const load = (seed: number, step: number) => [...createSecondBySecond(made, seed).step(step).loadW];
    expect(load(1, 1)).toEqual(load(1, 1));
    expect(load(1, 1)).not.toEqual(load(2, 1));
    expect([...createSecondBySecond(made).step(3).pvW]).toEqual([...createSecondBySecond(made).step(0).pvW]);
  });

  it("moves PV smoothly: on a clear day no second is 2 % of the plant away from the one before", () => {
    const result = loadShippedDay();
    if (!result.ok) throw new Error(result.problem);
    const source = createSecondBySecond(result.trace);
    let before = 0;
    let widestW = 0;
    for (let i = 0; i < result.trace.pvW.length; i++) {
      for (const value of source.step(i).pvW) {
        widestW = Math.max(widestW, Math.abs(value - before));
        before = value;
      }
    }
    expect(widestW).toBeLessThan(200);
  });

  it("lets the load move within a minute, as appliances do", () => {
    const { loadW } = createSecondBySecond(trace([0, 0], [1_000, 1_000], 60)).step(0);
    expect(Math.max(...loadW) - Math.min(...loadW)).toBeGreaterThan(80);
    expect(new Set(loadW).size).toBeGreaterThan(50);
  });

  it.each(listShippedDays())("adds less than 2 % to the surplus of $name", (day) => {
    const result = loadShippedDay(day.name);
    if (!result.ok) throw new Error(result.problem);
    const source = createSecondBySecond(result.trace);
    let surplusWs = 0;
    for (let i = 0; i < result.trace.pvW.length; i++) {
      const { pvW, loadW } = source.step(i);
      for (let k = 0; k < pvW.length; k++) surplusWs += Math.max(0, pvW[k]! - loadW[k]!);
    }
    expect(surplusWs / 3.6e6 / day.surplus_kwh).toBeGreaterThanOrEqual(0.999);
    expect(surplusWs / 3.6e6 / day.surplus_kwh).toBeLessThan(1.02);
  });
});
