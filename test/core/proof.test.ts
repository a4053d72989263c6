import { describe, expect, it } from "vitest";
import {
  accumulatedProofWh,
  isProved,
  proofRule,
  slowestProofMs,
  timeToProofMs,
} from "../../src/core/proof.ts";

/** 36 s for 500 W, 3 s for 6 kW. */
const rule = proofRule(36_000, { usualW: 500, floorW: 500, ceilingW: 6_000 });

describe("a proof", () => {
  it("needs the energy of what is usual over its time, whatever counts least and most", () => {
    expect(rule).toEqual({ fullWh: 5, floorW: 500, ceilingW: 6_000 });
    expect(proofRule(36_000, { usualW: 500, floorW: 300, ceilingW: 700 })).toEqual({
      fullWh: 5,
      floorW: 300,
      ceilingW: 700,
    });
  });

  it.each([
    ["the smallest evidence for it", true, 0, 1],
    ["evidence at the floor", true, 500, 1],
    ["evidence above the floor", true, 1_000, 2],
    ["nothing more than the floor against it", false, 0, -1],
    ["evidence against it", false, 750, -1.5],
  ])("changes with %s", (_case, isFor, sizeW, changeWh) => {
    expect(accumulatedProofWh(2.5, { isFor, sizeW }, 7_200, rule)).toBeCloseTo(2.5 + changeWh, 9);
  });

  it("is bounded by the ceiling: no evidence counts more", () => {
    const bySun = accumulatedProofWh(0, { isFor: true, sizeW: 50_000 }, 1_500, rule);
    expect(bySun).toBe(2.5);
    expect(accumulatedProofWh(5, { isFor: false, sizeW: 50_000 }, 1_500, rule)).toBe(2.5);
  });

  it("stays between nothing and full", () => {
    expect(accumulatedProofWh(4, { isFor: true, sizeW: 500 }, 36_000, rule)).toBe(5);
    expect(accumulatedProofWh(1, { isFor: false, sizeW: 500 }, 36_000, rule)).toBe(0);
  });

  it("neither grows nor shrinks without evidence, but comes back into its bounds", () => {
    expect(accumulatedProofWh(3, undefined, 60_000, rule)).toBe(3);
    expect(accumulatedProofWh(99, undefined, 0, rule)).toBe(5);
    expect(accumulatedProofWh(-1, undefined, 0, rule)).toBe(0);
  });

  it("is complete at its full energy", () => {
    expect(isProved(4.999, rule)).toBe(false);
    expect(isProved(5, rule)).toBe(true);
  });

  it("tells how long it still takes, and nothing when the evidence is against it", () => {
    expect(timeToProofMs(0, { isFor: true, sizeW: 0 }, rule)).toBe(36_000);
    expect(timeToProofMs(2.5, { isFor: true, sizeW: 1_000 }, rule)).toBe(9_000);
    expect(timeToProofMs(2.5, { isFor: false, sizeW: 1_000 }, rule)).toBeUndefined();
    expect(slowestProofMs(rule)).toBe(36_000);
  });
});
