import { describe, expect, it } from "vitest";
import { type ChargeOnset, FOUND_RUNNING, isRampedUp, nextChargeOnset } from "../../src/core/charge-onset.ts";
import type { VehicleState } from "../../src/core/site-sample.ts";
import { NOW_MS, siteSample } from "./support/site.ts";

const NOT_CHARGING: ChargeOnset = { kind: "not_charging" };
const SEEN: ChargeOnset = { kind: "seen", atMs: NOW_MS - 7_000 };

function next(onset: ChargeOnset, vehicle: VehicleState): ChargeOnset {
  return nextChargeOnset(onset, siteSample({}, { vehicle }).wallbox, NOW_MS);
}

describe("how a charge began", () => {
  it("is seen in the pass that first sees it, and stays", () => {
    expect(next(NOT_CHARGING, "charging")).toEqual({ kind: "seen", atMs: NOW_MS });
    expect(next(SEEN, "charging")).toBe(SEEN);
  });

  it.each<VehicleState>(["absent", "connected", "suspended_by_vehicle", "suspended_by_wallbox", "finishing"])(
    "is forgotten when the car is %s",
    (vehicle) => {
      expect(next(SEEN, vehicle)).toEqual(NOT_CHARGING);
    },
  );

  it("was never seen of one that was found running, after a start or behind a link that was away", () => {
    expect(next(FOUND_RUNNING, "charging")).toEqual(FOUND_RUNNING);
    expect(next(NOT_CHARGING, "unknown")).toEqual(FOUND_RUNNING);
    expect(next(SEEN, "unknown")).toEqual(FOUND_RUNNING);
  });
});

describe("a car that has begun to charge by itself", () => {
  const read = (meterMs: number, boxMs: number) =>
    siteSample({ gridPowerW: { value: 0, atMs: meterMs } }, { chargePowerW: { value: 2_300, atMs: boxMs } });
  const begun: ChargeOnset = { kind: "seen", atMs: NOW_MS - 6_000 };

  it.each([
    [NOW_MS - 1_000, NOW_MS - 1_000, true],
    [NOW_MS - 1_001, NOW_MS - 1_000, false],
    [NOW_MS - 1_000, NOW_MS - 1_001, false],
  ])("is given five seconds to ramp up: read at %d and %d, %s", (meterMs, boxMs, expected) => {
    expect(isRampedUp(begun, read(meterMs, boxMs))).toBe(expected);
  });

  it.each([FOUND_RUNNING, NOT_CHARGING])("that nobody saw begin needs none: %j", (onset) => {
    expect(isRampedUp(onset, read(0, 0))).toBe(true);
  });
});
