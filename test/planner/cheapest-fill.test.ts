import { describe, expect, it } from "vitest";
import { cheapestFill, type Fill } from "../../src/core/planner/cheapest-fill.ts";
import type { FillProblem } from "../../src/core/planner/fill-tables.ts";

/** Four stretches of 10 units each at these costs. */
function problem(unitCosts: readonly number[], changes: Partial<FillProblem>): FillProblem {
  const stretches = unitCosts.map((unitCost) => ({ units: 10, unitCost }));
  return { stretches, units: 10, startCost: 0, isRunning: false, ...changes };
}

/** `0.5>` is the second half, `<0.5` the first. */
function shown(fills: readonly Fill[]): string {
  return fills
    .map(({ share, side }) => {
      if (share === 0 || share === 1) return String(share);
      return side === "start" ? `<${share}` : `${share}>`;
    })
    .join(" ");
}

describe("the cheapest fill", () => {
  it.each<[string, readonly number[], Partial<FillProblem>, string]>([
    ["the cheapest stretch", [5, 3, 9, 4], {}, "0 1 0 0"],
    ["the cheapest two", [5, 3, 9, 4], { units: 20 }, "0 1 0 1"],
    ["half of the second cheapest", [5, 3, 9, 4], { units: 15 }, "0 1 0 <0.5"],
    ["a part of a unit", [5, 3, 9, 4], { units: 0.5 }, "0 <0.05 0 0"],
    ["everything", [5, 3, 9, 4], { units: 40 }, "1 1 1 1"],
    ["everything but one unit of the dearest", [5, 3, 9, 4], { units: 39 }, "1 1 <0.9 1"],
    ["what pays best below zero", [-1, -3, 0, -2], { units: 20 }, "0 1 0 1"],
    ["two apart where a start costs little", [1, 3, 2, 9], { units: 20, startCost: 9 }, "1 0 1 0"],
    ["two together where a start costs much", [1, 3, 2, 9], { units: 20, startCost: 11 }, "1 1 0 0"],
    ["the end of what comes before", [4, 1, 9, 9], { units: 15, startCost: 5 }, "0.5> 1 0 0"],
    ["the start of what comes after", [9, 1, 4, 9], { units: 15, startCost: 5 }, "0 1 <0.5 0"],
    ["what goes on, where a start costs much", [4, 3, 9, 9], { startCost: 11, isRunning: true }, "1 0 0 0"],
    ["a new start, where one costs little", [4, 3, 9, 9], { startCost: 9, isRunning: true }, "0 1 0 0"],
    ["a bridge of the whole", [1, 2, 1, 9], { units: 30, startCost: 5 }, "1 1 1 0"],
    ["a part that goes on", [2, 9, 9, 1], { units: 15, startCost: 3, isRunning: true }, "<0.5 0 0 1"],
    ["a part between wholes", [1, 9, 1, 9], { units: 25, startCost: 3 }, "1 <0.5 1 0"],
    ["wholes on both sides", [1, 9, 1, 1], { units: 30, startCost: 3 }, "1 0 1 1"],
    ["a late start across two", [9, 9, 2, 1], { units: 12, startCost: 100 }, "0 0 0.2> 1"],
    ["the first end of three", [1, 1, 2, 9], { units: 22, startCost: 100 }, "1 1 <0.2 0"],
  ])("is %s", (_, unitCosts, changes, expected) => {
    expect(shown(cheapestFill(problem(unitCosts, changes)))).toBe(expected);
  });

  it("uses nothing of stretches that yield nothing", () => {
    const stretches = [
      { units: 0, unitCost: 1 },
      { units: 10, unitCost: 2 },
      { units: 0, unitCost: 1 },
    ];
    const fills = cheapestFill(problem([], { stretches, units: 5, startCost: 1 }));
    expect(fills[1]?.share).toBe(0.5);
  });

  it("throws when the stretches cannot yield what is asked for", () => {
    expect(() => cheapestFill(problem([1, 2], { units: 21 }))).toThrow(
      new RangeError("the stretches cannot yield what is asked for"),
    );
    expect(() => cheapestFill(problem([], { units: 1 }))).toThrow(RangeError);
  });
});
