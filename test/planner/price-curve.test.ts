import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  curveFrom,
  knownUntilMs,
  priceAt,
  priceCurve,
  updatedCurve,
} from "../../src/core/planner/price-curve.ts";

const period = (startMs: number, endMs: number, priceCtKwh: number) => ({ startMs, endMs, priceCtKwh });

describe("a price curve", () => {
  it("lets a quarter stand over its hour", () => {
    expect(priceCurve([period(15, 30, 5), period(0, 60, 1)])).toEqual([
      period(0, 15, 1),
      period(15, 30, 5),
      period(30, 60, 1),
    ]);
  });

  it("takes the later of two equally long ones", () => {
    expect(priceCurve([period(0, 60, 1), period(0, 60, 2)])).toEqual([period(0, 60, 2)]);
  });

  it("leaves out what is no period", () => {
    const bad = [period(1, 1, 0), period(2, 1, 0), period(Number.NaN, 1, 0), period(0, 1, Number.NaN)];
    expect(priceCurve([...bad, period(0, Number.POSITIVE_INFINITY, 1)])).toEqual([]);
  });

  it("keeps the old where the new is silent", () => {
    expect(updatedCurve([period(0, 60, 1), period(60, 120, 2)], [period(30, 60, 9)])).toEqual([
      period(0, 30, 1),
      period(30, 60, 9),
      period(60, 120, 2),
    ]);
  });

  it.each([
    [0, 120],
    [119, 120],
    [120, 120],
    [130, 130],
    [150, 180],
  ])("is known from %d until %d", (fromMs, untilMs) => {
    const curve = [period(0, 60, 1), period(60, 120, 2), period(140, 180, 3)];
    expect(knownUntilMs(curve, fromMs)).toBe(untilMs);
    expect(curveFrom(curve, fromMs).every(({ endMs }) => endMs > fromMs)).toBe(true);
  });

  it.each([
    [-1, undefined],
    [0, 1],
    [59, 1],
    [60, 2],
    [120, undefined],
    [140, 0],
  ])("says at %d what a kWh costs: %s ct", (wallMs, priceCtKwh) => {
    const curve = [period(0, 60, 1), period(60, 120, 2), period(140, 180, 0)];
    expect(priceAt(curve, wallMs)).toBe(priceCtKwh);
  });

  it("is cut to what is not over yet", () => {
    const curve = [period(0, 60, 1), period(60, 120, 2), period(140, 180, 3)];
    expect(curveFrom(curve, 60)).toEqual(curve.slice(1));
    expect(curveFrom(curve, 59)).toEqual(curve);
  });

  it("is in order and without overlap, and says at each time what the shortest, latest period says", () => {
    const anyPeriod = fc
      .tuple(fc.nat(50), fc.integer({ min: 1, max: 20 }), fc.integer({ min: -9, max: 99 }))
      .map(([startMs, lengthMs, priceCtKwh]) => period(startMs, startMs + lengthMs, priceCtKwh));
    fc.assert(
      fc.property(fc.array(anyPeriod, { maxLength: 12 }), fc.nat(70), (periods, atMs) => {
        const curve = priceCurve(periods);
        const said = curve.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
        const covering = periods.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
        const shortest = Math.min(...covering.map(({ startMs, endMs }) => endMs - startMs));
        const expected = covering.findLast(({ startMs, endMs }) => endMs - startMs === shortest);
        expect(said.map(({ priceCtKwh }) => priceCtKwh)).toEqual(expected ? [expected.priceCtKwh] : []);
        expect(curve.every(({ startMs }, index) => startMs >= (curve[index - 1]?.endMs ?? 0))).toBe(true);
      }),
    );
  });
});
