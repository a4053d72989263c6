import { describe, expect, it } from "vitest";
import { liveliness } from "../../bench/control/liveliness.ts";
import type { DayTrace } from "../../simulator/house/day-trace.ts";

function day(...pvW: readonly number[]): DayTrace {
  return {
    name: "day",
    stepMs: 60_000,
    startWallMs: 0,
    pvW: Float64Array.from(pvW),
    loadW: new Float64Array(pvW.length),
  };
}

describe("the liveliness of a set", () => {
  it("is what the sun goes up and down on a mean day, per kWp", () => {
    const sunny = day(0, 5_000, 10_000, 5_000, 0);
    const broken = day(0, 10_000, 0, 10_000, 0);
    expect(liveliness({ name: "both", traces: [sunny, broken] })).toBe(3);
    expect(liveliness({ name: "dark", traces: [day(0, 0, 0)] })).toBe(0);
    expect(liveliness({ name: "none", traces: [] })).toBe(0);
  });
});
