import { describe, expect, it } from "vitest";
import { passDurationMs } from "../../src/core/pass-duration.ts";

describe("the time that a pass stands for", () => {
  it.each([
    [undefined, 5_000, 0],
    [4_000, 5_000, 1_000],
    [5_000, 5_000, 0],
    [6_000, 5_000, 0],
    [0, 60_000, 60_000],
    [0, 60_001, 60_000],
  ])("after one at %s, at %i, is %i ms", (lastMs, nowMs, durationMs) => {
    expect(passDurationMs(lastMs, nowMs)).toBe(durationMs);
  });
});
