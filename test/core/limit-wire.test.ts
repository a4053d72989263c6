import { describe, expect, it } from "vitest";
import type { LimitPeriod } from "../../src/core/limit-periods.ts";
import { limitPeriodWire } from "../../src/core/limit-wire.ts";

const PERIOD: LimitPeriod = {
  limit: "grid_operator",
  operatorState: "limited",
  value: 4_200,
  unit: "W",
  startWallMs: 0.4,
  endWallMs: 59_999.6,
  charge: { minW: 3_999.6, meanW: 4_100.2, maxW: 4_140.5 },
  grid: { minW: -10.4, meanW: 0.4, maxW: 5 },
};

describe("a limit's period on the wire", () => {
  it("tells times in UTC and powers in whole watts", () => {
    expect(limitPeriodWire(PERIOD)).toEqual({
      limit: "grid_operator",
      source: "operator",
      value: 4_200,
      unit: "W",
      start: "1970-01-01T00:00:00.000Z",
      end: "1970-01-01T00:01:00.000Z",
      charge_w: { min: 4_000, mean: 4_100, max: 4_141 },
      grid_w: { min: -10, mean: 0, max: 5 },
    });
  });

  it("tells whose limit it was, and nothing of what was not measured", () => {
    const source = (changes: Partial<LimitPeriod>) => limitPeriodWire({ ...PERIOD, ...changes }).source;
    expect(source({ operatorState: "failsafe" })).toBe("failsafe");
    expect(source({ operatorState: "init" })).toBe("failsafe");
    expect(source({ operatorState: undefined, limit: "main_fuse" })).toBe("house");
    expect(limitPeriodWire({ ...PERIOD, charge: undefined, grid: undefined })).toMatchObject({
      charge_w: null,
      grid_w: null,
    });
  });
});
