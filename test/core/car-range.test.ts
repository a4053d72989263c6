import { describe, expect, it } from "vitest";
import { nextCarRange } from "../../src/core/car-range.ts";

describe("what the meter may contain of the car", () => {
  const range = { leastW: 5_000, mostW: 7_000 };

  it.each([
    ["what it draws, once the meter shows it", range, 2_000, true, { leastW: 2_000, mostW: 2_000 }],
    ["as much as before, until the meter shows less", range, 2_000, false, { leastW: 2_000, mostW: 7_000 }],
    ["as little as before, until the meter shows more", range, 9_000, false, { leastW: 5_000, mostW: 9_000 }],
    ["what it was, while the box is silent", range, undefined, false, range],
    ["what was measured first", undefined, 2_000, false, { leastW: 2_000, mostW: 2_000 }],
    ["not known of a silent car that the meter shows", range, undefined, true, undefined],
  ])("is %s", (_case, before, chargePowerW, isShown, next) => {
    expect(nextCarRange(before, { chargePowerW, isShown })).toEqual(next);
  });
});
