import { describe, expect, it } from "vitest";
import { createLocalTime } from "../../src/core/planner/local-time.ts";
import { expectedSun, SLOTS_PER_DAY, type SunDay } from "../../src/core/planner/sun-expectation.ts";

const DAY_MS = 86_400_000;
const TODAY = 19_800;
const utc = createLocalTime("UTC");

/** A day that brings `powerW` from 10 to 14 h, as far as it was seen. */
function day(dayNumber: number, powerW: number, untilHour = 24): SunDay {
  const powersW = Array.from({ length: SLOTS_PER_DAY }, (_, slot) =>
    slot >= untilHour * 4 ? undefined : slot >= 40 && slot < 56 ? powerW : 0,
  );
  return { dayNumber, powersW };
}

function expectedWh(history: readonly SunDay[], fromHour: number, toHour: number): number {
  const atMs = (hour: number) => TODAY * DAY_MS + hour * 3_600_000;
  const window = { nowMs: atMs(fromHour), deadlineMs: atMs(toHour) };
  return expectedSun(history, window, utc).reduce((sum, { powerW }) => sum + powerW / 4, 0);
}

const days = (count: number, powerW: number) =>
  Array.from({ length: count }, (_, index) => day(TODAY - 1 - index, powerW));

describe("the sun to expect", () => {
  it("is nothing without a history", () => {
    expect(expectedWh([], 0, 24)).toBe(0);
    expect(expectedWh([day(TODAY, 5_000, 12)], 12, 24)).toBe(0);
  });

  it("is trusted the more the longer the history is, and never more than it was", () => {
    const [one, five, fourteen] = [1, 5, 14].map((count) => expectedWh(days(count, 4_000), 0, 24));
    expect(one).toBeGreaterThan(0);
    expect(five).toBeGreaterThan(one ?? 0);
    expect(fourteen).toBeGreaterThan(five ?? 0);
    expect(fourteen).toBeLessThanOrEqual(16_000);
    expect(fourteen).toBeGreaterThan(13_000);
  });

  it("comes at the hours at which it came, and only before the deadline", () => {
    expect(expectedWh(days(14, 4_000), 0, 10)).toBe(0);
    expect(expectedWh(days(14, 4_000), 14, 24)).toBe(0);
    expect(expectedWh(days(14, 4_000), 0, 12)).toBeCloseTo(expectedWh(days(14, 4_000), 0, 24) / 2, 6);
  });

  it("follows what today has shown so far", () => {
    const usual = expectedWh(days(14, 4_000), 12, 24);
    const dark = expectedWh([...days(14, 4_000), day(TODAY, 400, 12)], 12, 24);
    const bright = expectedWh([...days(14, 4_000), day(TODAY, 4_000, 12)], 12, 24);
    expect(dark).toBeLessThan(0.5 * usual);
    expect(bright).toBeGreaterThan(usual);
    expect(bright).toBeLessThanOrEqual(8_000);
  });

  it("is as usual for tomorrow, however today is", () => {
    const history = [...days(14, 4_000), day(TODAY, 0)];
    expect(expectedWh(history, 20, 48)).toBeCloseTo((14 / 16) * 16_000, 6);
    // All of a clear day has shown, so today counts four times as much as the days before.
    expect(expectedWh(history, 13, 14)).toBeCloseTo((1 / 5) * (14 / 16) * 4_000, 6);
  });

  it("counts today by how much of a clear day has shown", () => {
    const history = [...days(14, 4_000), day(TODAY, 0, 12)];
    expect(expectedWh(history, 13, 14)).toBeCloseTo((1 / 3) * (14 / 16) * 4_000, 6);
  });

  it("lies between bright and dark days, in quarters of an hour that have sun", () => {
    const atMs = TODAY * DAY_MS + 9.75 * 3_600_000;
    const history = [day(TODAY - 1, 3_000), day(TODAY - 2, 1_000)];
    const periods = expectedSun(history, { nowMs: atMs, deadlineMs: atMs + 1_800_000 }, utc);
    expect(periods).toEqual([
      { startMs: atMs + 900_000, endMs: atMs + 1_800_000, powerW: expect.closeTo(900, 6) },
    ]);
  });

  it("stays as usual while today has shown nothing of a clear day", () => {
    const usual = expectedWh(days(14, 4_000), 6, 24);
    expect(expectedWh([...days(14, 4_000), day(TODAY, 4_000, 0)], 6, 24)).toBe(usual);
    expect(expectedWh([...days(14, 4_000), day(TODAY, 4_000, 6)], 6, 24)).toBe(usual);
  });

  it("is nothing where the days brought nothing, and in slots that no day has seen", () => {
    expect(expectedWh(days(14, 0), 0, 24)).toBe(0);
    const mornings = Array.from({ length: 14 }, (_, index) => day(TODAY - 1 - index, 4_000, 12));
    expect(expectedWh(mornings, 12, 24)).toBe(0);
    expect(expectedWh(mornings, 0, 24)).toBeCloseTo((14 / 16) * 8_000, 6);
  });

  it("forgets days that are older than two weeks, and those of a clock that ran ahead", () => {
    expect(expectedWh([day(TODAY - 15, 4_000), day(TODAY + 1, 4_000)], 0, 24)).toBe(0);
  });
});
