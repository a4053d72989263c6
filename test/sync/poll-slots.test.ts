import { describe, expect, it } from "vitest";
import { createPollSlots, pollPhase } from "../../src/sync/poll-slots.ts";
import { createManualClock } from "../support/manual-clock.ts";

const MINUTE_MS = 60_000;

describe("an own slot", () => {
  it.each([
    [0, 0, 0, 60_000],
    [0, 53_999, 0, 6_001],
    [0, 54_000, 0, 6_000],
    [0, 54_001, 0, 65_999],
    [0.5, 0, 0, 30_000],
    [0.5, 24_001, 0, 65_999],
    [0.5, 0, 30_000, 30_000],
    [0.5, 0, 30_001, 90_000],
    [0.5, 0, 600_000, 630_000],
  ])(
    "at phase %d, %d ms into the minute, after a pause of %d ms, is %d ms away",
    async (phase, intoMs, pauseMs, expected) => {
      const clock = createManualClock();
      await clock.advance(intoMs);
      const slots = createPollSlots({ intervalMs: MINUTE_MS, phase }, clock);
      expect(slots.delayMs(pauseMs)).toBeCloseTo(expected, 5);
    },
  );

  it("is spread evenly over ids that hardly differ", () => {
    const counts = Array<number>(20).fill(0);
    for (let index = 0; index < 10_000; index++) {
      const bucket = Math.floor(pollPhase(`b0f7c9de-21aa-4c3c-8f0d-${String(index).padStart(12, "0")}`) * 20);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(400);
    expect(Math.max(...counts)).toBeLessThan(600);
  });
});
