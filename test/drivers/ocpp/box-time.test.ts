import { describe, expect, it } from "vitest";
import { createBoxTime } from "../../../drivers/ocpp/box-time.ts";
import { isoUtc } from "../../../src/core/iso-time.ts";
import { createManualClock } from "../../support/manual-clock.ts";

function bench(errorMs = 0) {
  const clock = createManualClock();
  const time = createBoxTime(clock);
  return { clock, time, ageOf: (delayMs: number) => time.ageMs(isoUtc(clock.wallMs() + errorMs - delayMs)) };
}

describe("the age of a box's messages", () => {
  it("is told by the timestamp while the clocks agree", () => {
    const { ageOf } = bench();
    expect([0, 30_000, 3_600_000].map(ageOf)).toEqual([0, 30_000, 3_600_000]);
  });

  it("counts a missing or unreadable timestamp as now", () => {
    const time = createBoxTime(createManualClock());
    expect([time.ageMs(undefined), time.ageMs("soon")]).toEqual([0, 0]);
  });

  it("follows a clock that is ahead at once", () => {
    const { ageOf } = bench(7_200_000);
    expect([ageOf(0), ageOf(20_000)]).toEqual([0, 20_000]);
  });

  it("follows a clock that is behind after a minute of nothing newer", async () => {
    const { clock, ageOf } = bench(-25_000);
    expect(ageOf(0)).toBe(25_000);
    for (let sample = 0; sample < 6; sample++) {
      await clock.advance(10_000);
      ageOf(0);
    }
    expect(ageOf(0)).toBe(0);
  });

  it("follows a clock that is behind also where it tells the time once in five minutes", async () => {
    const { clock, ageOf } = bench(-3_600_000);
    expect(ageOf(0)).toBe(3_600_000);
    await clock.advance(300_000);
    expect(ageOf(0)).toBe(0);
  });

  it("begins to learn anew when the box was away", async () => {
    const { clock, time, ageOf } = bench();
    ageOf(0);
    await clock.advance(1_000);
    ageOf(500);
    await clock.advance(300_000);
    time.interrupted();
    expect([50_000, 40_000, 30_000].map(ageOf)).toEqual([50_000, 40_000, 30_000]);
    await clock.advance(59_999);
    expect(ageOf(45_000)).toBe(45_000);
  });

  it("follows a clock that was put back by us at once", () => {
    const { time, ageOf } = bench();
    ageOf(0);
    time.restart();
    expect(time.errorMs()).toBeUndefined();
    expect([ageOf(86_400_000), ageOf(86_420_000)]).toEqual([0, 20_000]);
    expect(time.errorMs()).toBe(-86_400_000);
  });

  it("does not take what was kept during a silence for a clock that was put back", async () => {
    const { clock, ageOf } = bench();
    ageOf(0);
    await clock.advance(300_000);
    expect([50_000, 40_000, 30_000].map(ageOf)).toEqual([50_000, 40_000, 30_000]);
  });
});

describe("whether a box goes by our time", () => {
  it.each([
    [0, true],
    [30_000, true],
    [-30_000, true],
    [30_001, false],
    [-30_001, false],
  ])("a clock that is %d ms ahead: %s", (errorMs, isAgreed) => {
    const { ageOf, time } = bench(errorMs);
    expect(time.isAgreed()).toBe(false);
    ageOf(0);
    expect(time.isAgreed()).toBe(isAgreed);
  });

  it("is seen in any message that tells a time, and no more from one that was kept", () => {
    const { clock, ageOf, time } = bench();
    time.told(clock.wallMs() - 40_000);
    expect(time.isAgreed()).toBe(false);
    time.told(clock.wallMs() - 10_000);
    ageOf(3_600_000);
    expect(time.isAgreed()).toBe(true);
  });

  it("is not known any more once its clock was set, or has gone another way", () => {
    const { clock, ageOf, time } = bench();
    ageOf(0);
    time.ageMs(isoUtc(clock.wallMs() + 3_600_000));
    expect(time.isAgreed()).toBe(false);
    time.restart();
    expect(time.isAgreed()).toBe(false);
  });
});
