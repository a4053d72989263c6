import { describe, expect, it } from "vitest";
import { type CarRise, NO_RISE, nextCarRise } from "../../src/core/car-rise.ts";
import type { Reading } from "../../src/core/site-sample.ts";

/** The rise after one reading a second. */
function riseAfter(...powersW: readonly number[]): CarRise {
  return powersW
    .map((value, second): Reading<number> => ({ value, atMs: second * 1_000 }))
    .reduce(nextCarRise, NO_RISE);
}

describe("the rise of what a car takes", () => {
  it("is none at the first reading, whatever it is", () => {
    expect(riseAfter(7_000)).toEqual({ fromW: 7_000, atMs: undefined });
  });

  it.each([
    ["none as long as it wavers", [7_000, 7_300], { fromW: 7_000, atMs: undefined }],
    ["seen from there on", [7_000, 7_301], { fromW: 7_301, atMs: 1_000 }],
    ["seen although it creeps", [7_000, 7_200, 7_400, 7_600], { fromW: 7_400, atMs: 2_000 }],
    ["seen from the least that it took", [7_000, 0, 200, 400], { fromW: 400, atMs: 3_000 }],
    ["remembered when it falls", [0, 7_000, 5_000], { fromW: 5_000, atMs: 1_000 }],
  ])("is %s", (_case, powersW, rise) => {
    expect(riseAfter(...powersW)).toEqual(rise);
  });

  it("stays as it is without a reading", () => {
    const rise = riseAfter(0, 7_000);
    expect(nextCarRise(rise, undefined)).toBe(rise);
  });
});
