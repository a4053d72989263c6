import { describe, expect, it } from "vitest";
import { effectiveThresholds, stopSurplusW } from "../../src/core/thresholds.ts";

const pair = (minExportToStartW: number, maxImportBeforeStoppingW: number) => ({
  minExportToStartW,
  maxImportBeforeStoppingW,
});

describe("the effective band", () => {
  it.each([
    ["wide enough", 1_500, 200, 1_380, 1_500, false],
    ["exactly as wide as the smallest load", 1_180, 200, 1_380, 1_180, false],
    ["one watt too narrow", 1_179, 200, 1_380, 1_180, true],
    ["nothing", 0, 0, 4_140, 4_140, true],
    ["all import", 0, 50_000, 4_140, 0, false],
    ["more import than the smallest load", 100, 1_381, 1_380, 100, false],
    ["a start beyond the smallest load", 50_000, 0, 4_140, 50_000, false],
  ])("%s: E %d, I %d for %d W starts at %d", (_case, asked, stop, minChargePowerW, start, isWidened) => {
    expect(effectiveThresholds(pair(asked, stop), minChargePowerW)).toEqual({
      asked: pair(asked, stop),
      effective: pair(start, stop),
      isWidened,
    });
  });

  it("stops where the smallest current would import more than allowed", () => {
    expect(stopSurplusW(pair(1_500, 200), 1_380)).toBe(1_180);
    expect(stopSurplusW(pair(0, 2_000), 1_380)).toBe(-620);
  });
});
