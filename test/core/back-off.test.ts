import { describe, expect, it } from "vitest";
import { backOffMs } from "../../src/core/back-off.ts";

const RANGE = { shortestMs: 1_000, longestMs: 60_000 };

describe("the pause before another try", () => {
  it.each([
    [0, 0.5, 1_000],
    [1, 0, 1_000],
    [1, 1, 2_000],
    [3, 0.5, 4_500],
    [5, 1, 32_000],
    [6, 1, 60_000],
    [50, 1, 60_000],
    [50, 0, 1_000],
  ])("after %i failures, at %d of the jitter, is %i ms", (failures, share, pauseMs) => {
    expect(backOffMs(failures, RANGE, () => share)).toBe(pauseMs);
  });
});
