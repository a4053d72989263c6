import { describe, expect, it } from "vitest";
import { planSegments } from "../../src/core/planner/plan-segments.ts";

const MINUTE_MS = 60_000;
const price = (from: number, to: number, priceCtKwh: number) => ({
  startMs: from * MINUTE_MS,
  endMs: to * MINUTE_MS,
  priceCtKwh,
});
const sun = (from: number, to: number, powerW: number) => ({
  startMs: from * MINUTE_MS,
  endMs: to * MINUTE_MS,
  powerW,
});

/** Segments as `[from, to, price, sun]`, minutes. */
function segments(
  window: readonly [number, number],
  prices: Parameters<typeof planSegments>[1],
  suns: Parameters<typeof planSegments>[2] = [],
) {
  const [now, deadline] = window;
  const found = planSegments({ nowMs: now * MINUTE_MS, deadlineMs: deadline * MINUTE_MS }, prices, suns);
  return found.map(({ startMs, endMs, priceCtKwh, sunPowerW }) => [
    startMs / MINUTE_MS,
    endMs / MINUTE_MS,
    priceCtKwh,
    sunPowerW,
  ]);
}

describe("the segments of a plan", () => {
  it("end where a price changes, and never lie outside of the window", () => {
    const prices = [price(0, 10, 1), price(10, 60, 5), price(60, 120, 7), price(120, 180, 9)];
    expect(segments([20, 100], prices)).toEqual([
      [20, 60, 5, 0],
      [60, 100, 7, 0],
    ]);
    expect(segments([10, 120], prices)).toEqual([
      [10, 60, 5, 0],
      [60, 120, 7, 0],
    ]);
  });

  it("end where the expected sun changes, and are without sun where none is expected", () => {
    expect(segments([0, 60], [price(0, 60, 5)], [sun(15, 30, 900), sun(45, 60, 300)])).toEqual([
      [0, 15, 5, 0],
      [15, 30, 5, 900],
      [30, 45, 5, 0],
      [45, 60, 5, 300],
    ]);
  });

  it("are at most a quarter of an hour where no price is known, counted back from the deadline", () => {
    expect(segments([0, 40], [])).toEqual([
      [0, 10, undefined, 0],
      [10, 25, undefined, 0],
      [25, 40, undefined, 0],
    ]);
    expect(segments([0, 30], [])).toEqual([
      [0, 15, undefined, 0],
      [15, 30, undefined, 0],
    ]);
    expect(segments([0, 5], [])).toEqual([[0, 5, undefined, 0]]);
  });

  it("are cut fine in a gap between prices, but not within a price", () => {
    expect(segments([0, 90], [price(0, 30, 1), price(60, 90, 2)])).toEqual([
      [0, 30, 1, 0],
      [30, 45, undefined, 0],
      [45, 60, undefined, 0],
      [60, 90, 2, 0],
    ]);
  });
});
