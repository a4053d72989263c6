import { describe, expect, it } from "vitest";
import { createToldValue } from "../../src/telemetry/told-value.ts";

function told(value: number | string | undefined, deadband = 25) {
  const topic = createToldValue(deadband);
  topic.tell(value, 0);
  return topic;
}

describe("a retained value", () => {
  it("is due at first, also when there is none", () => {
    expect(createToldValue(25).isDue(undefined, 0)).toBe(true);
    expect(createToldValue(25).isDue(0, 0)).toBe(true);
  });

  it.each([
    [25, 2_000, true],
    [-25, 2_000, true],
    [24, 2_000, false],
    [25, 1_999, false],
    [1, 59_999, false],
    [1, 60_000, true],
    [0, 60_000, false],
  ])("that moved by %i is due after %i ms: %s", (value, nowMs, isDue) => {
    expect(told(0).isDue(value, nowMs)).toBe(isDue);
  });

  it("is due at once when it comes, goes, is a word or has no deadband", () => {
    expect(told(0).isDue(undefined, 1)).toBe(true);
    expect(told(undefined).isDue(0, 1)).toBe(true);
    expect(told("absent").isDue("charging", 1)).toBe(true);
    expect(told(10, 0).isDue(10.1, 1)).toBe(true);
  });

  it("is due again when the broker may have forgotten it", () => {
    const topic = told(5);
    expect(topic.isDue(5, 1)).toBe(false);
    topic.forget();
    expect(topic.isDue(5, 1)).toBe(true);
  });
});
