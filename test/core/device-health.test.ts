import { describe, expect, it } from "vitest";
import {
  afterRead,
  type DeviceHealth,
  initialHealth,
  type ReadResult,
} from "../../src/core/device-health.ts";

const GOOD: ReadResult = { kind: "good" };
const FAILED: ReadResult = { kind: "failed", problem: "timeout" };
const PARTIAL: ReadResult = { kind: "partial", problem: "no battery" };

/** The health after reads at their times, ms. */
function healthAfter(reads: readonly (readonly [number, ReadResult])[], pollMs = 1_000): DeviceHealth {
  return reads.reduce(
    (health, [nowMs, result]) => afterRead(health, result, { nowMs, pollMs }),
    initialHealth(0),
  );
}

describe("the health of a device", () => {
  it("is starting until it has answered", () => {
    expect(initialHealth(5)).toEqual({
      state: "starting",
      sinceMs: 5,
      lastGoodMs: undefined,
      failures: 0,
      problem: undefined,
    });
    expect(healthAfter([[29_999, FAILED]])).toMatchObject({
      state: "starting",
      sinceMs: 0,
      failures: 1,
      problem: "timeout",
    });
    expect(healthAfter([[30_000, FAILED]])).toMatchObject({ state: "offline", sinceMs: 30_000 });
    expect(
      healthAfter([
        [30_000, FAILED],
        [31_000, FAILED],
      ]),
    ).toMatchObject({ state: "offline", sinceMs: 30_000, failures: 2 });
  });

  it("is online with its first good read, and since then", () => {
    expect(
      healthAfter([
        [1_000, GOOD],
        [2_000, GOOD],
      ]),
    ).toEqual({ state: "online", sinceMs: 1_000, lastGoodMs: 2_000, failures: 0, problem: undefined });
  });

  it("is degraded while a read fails or lacks values, and knows why", () => {
    expect(
      healthAfter([
        [1_000, GOOD],
        [2_000, FAILED],
        [3_000, FAILED],
      ]),
    ).toEqual({ state: "degraded", sinceMs: 2_000, lastGoodMs: 1_000, failures: 2, problem: "timeout" });
    expect(healthAfter([[1_000, PARTIAL]])).toEqual({
      state: "degraded",
      sinceMs: 1_000,
      lastGoodMs: 1_000,
      failures: 0,
      problem: "no battery",
    });
    expect(
      healthAfter([
        [1_000, FAILED],
        [2_000, PARTIAL],
      ]),
    ).toMatchObject({ failures: 0 });
  });

  it.each([
    [1_000, 30_999, "degraded"],
    [1_000, 31_000, "offline"],
    [20_000, 60_999, "degraded"],
    [20_000, 61_000, "offline"],
  ])("polled every %i ms is at %i ms without an answer %s", (pollMs, nowMs, state) => {
    expect(
      healthAfter(
        [
          [1_000, GOOD],
          [nowMs, FAILED],
        ],
        pollMs,
      ).state,
    ).toBe(state);
  });

  it("stays offline until a good read, whatever time passes", () => {
    expect(
      healthAfter([
        [1_000, GOOD],
        [40_000, FAILED],
        [40_001, FAILED],
      ]),
    ).toMatchObject({ state: "offline", sinceMs: 40_000, failures: 2 });
    expect(
      healthAfter([
        [1_000, GOOD],
        [40_000, FAILED],
        [41_000, GOOD],
      ]),
    ).toMatchObject({ state: "online", sinceMs: 41_000, failures: 0, problem: undefined });
  });
});
