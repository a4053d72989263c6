import { describe, expect, it } from "vitest";
import { isMeterSettled, isSettled, shownSinceMs, surplusPowerW } from "../../src/core/surplus.ts";
import { NOW_MS, reading, siteSample } from "./support/site.ts";

describe("surplus", () => {
  it.each([
    ["what is exported and what the car takes", -500, 2_300, 2_800],
    ["what the car takes less what is imported", 800, 2_300, 1_500],
    ["below zero where the house imports without the car", 700, 0, -700],
  ])("is %s", (_case, grid, charge, surplus) => {
    const sample = siteSample({ gridPowerW: reading(grid) }, { chargePowerW: reading(charge) });
    expect(surplusPowerW(sample)).toBe(surplus);
  });

  it.each([
    ["more by what the battery gives up", 900, 3_700],
    ["less by what the battery gives", -900, 1_900],
  ])("is %s", (_case, offsetW, surplus) => {
    const sample = siteSample({ batteryOffsetW: reading(offsetW) }, { chargePowerW: reading(2_300) });
    expect(surplusPowerW(sample)).toBe(surplus);
  });

  it("is not known without the meter or without the car's power", () => {
    expect(surplusPowerW(siteSample({ gridPowerW: undefined }))).toBeUndefined();
    expect(surplusPowerW(siteSample({}, { chargePowerW: undefined }))).toBeUndefined();
  });
});

describe("readings that show the set point", () => {
  it("are those from the write and the loop delay on; without a write all of them", () => {
    expect(shownSinceMs(5_000, 12_000)).toBe(17_000);
    expect(shownSinceMs(undefined, 12_000)).toBe(Number.NEGATIVE_INFINITY);
  });

  it.each([
    ["both just in time", 100, 100, true, true],
    ["both later", 0, 0, true, true],
    ["the meter one millisecond early", 101, 0, false, false],
    ["the car one millisecond early", 0, 101, true, false],
    ["no meter", undefined, 0, false, false],
    ["no car", 0, undefined, true, false],
  ])("%s", (_case, gridAgeMs, chargeAgeMs, meter, both) => {
    const sample = siteSample(
      { gridPowerW: gridAgeMs === undefined ? undefined : reading(0, gridAgeMs) },
      { chargePowerW: chargeAgeMs === undefined ? undefined : reading(0, chargeAgeMs) },
    );
    expect(isMeterSettled(sample, NOW_MS - 100)).toBe(meter);
    expect(isSettled(sample, { meterMs: NOW_MS - 100, boxMs: NOW_MS - 100 })).toBe(both);
  });

  it.each([
    ["a battery that counts, in time", 100, true],
    ["a battery that counts, one millisecond early", 101, false],
  ])("%s", (_case, batteryAgeMs, expected) => {
    const sample = siteSample({ batteryOffsetW: reading(500, batteryAgeMs) });
    expect(isSettled(sample, { meterMs: NOW_MS - 100, boxMs: NOW_MS })).toBe(expected);
    expect(isMeterSettled(sample, NOW_MS - 100)).toBe(true);
  });
});
