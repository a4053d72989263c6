import { describe, expect, it } from "vitest";
import { healthWarning, nextHealthConditions, type UxContext, uxPhase } from "../../src/core/status.ts";

const following: UxContext = {
  mode: "hems",
  state: "active",
  meterTrust: "good",
  isModulating: true,
  hasChargedSincePlugIn: true,
};

describe("the phase that users see", () => {
  it.each([
    ["off without steering", { mode: "none" }, "off"],
    ["off with prices alone", { mode: "spot" }, "off"],
    ["active", {}, "active"],
    ["active with prices too", { mode: "hems_and_spot" }, "active"],
    ["active under suspicion", { meterTrust: "suspect" }, "active"],
    ["unavailable with the meter lost", { meterTrust: "lost" }, "unavailable"],
    ["unavailable at a box that takes no limit", { isModulating: false }, "unavailable"],
    ["off rather than unavailable", { mode: "none", meterTrust: "lost" }, "off"],
    ["starting", { state: "commitment" }, "starting"],
    ["idle", { state: "idle", hasChargedSincePlugIn: false }, "idle"],
    ["paused", { state: "idle" }, "paused"],
  ] as const)("is %s", (_case, changes, phase) => {
    expect(uxPhase({ ...following, ...changes })).toBe(phase);
  });
});

describe("health", () => {
  const well = { wallMs: 1_000, meterLostForMs: undefined, isWallboxConnected: true, isDivergent: false };

  it("has nothing to tell when all is well", () => {
    expect(nextHealthConditions({}, well)).toEqual({});
    expect(healthWarning({})).toBeUndefined();
  });

  it.each([
    [0, { inverter_data_stale: 1_000 }],
    [119_999, { inverter_data_stale: 1_000 }],
    [120_000, { inverter_disconnected: 1_000 }],
  ])("tells a meter lost for %d ms", (meterLostForMs, conditions) => {
    expect(nextHealthConditions({}, { ...well, meterLostForMs })).toEqual(conditions);
  });

  it("tells a lost wallbox and diverging thresholds", () => {
    expect(nextHealthConditions({}, { ...well, isWallboxConnected: false, isDivergent: true })).toEqual({
      wallbox_disconnected: 1_000,
      config_divergence: 1_000,
    });
  });

  it("keeps the time at which a condition began, and forgets one that is over", () => {
    const before = { wallbox_disconnected: 400, config_divergence: 500 };
    expect(nextHealthConditions(before, { ...well, isWallboxConnected: false })).toEqual({
      wallbox_disconnected: 400,
    });
  });

  it.each([
    ["inverter_disconnected", { config_divergence: 1, wallbox_disconnected: 2, inverter_disconnected: 3 }, 3],
    ["wallbox_disconnected", { config_divergence: 1, inverter_data_stale: 4, wallbox_disconnected: 2 }, 2],
    ["inverter_data_stale", { config_divergence: 1, inverter_data_stale: 4 }, 4],
    ["config_divergence", { config_divergence: 1 }, 1],
  ] as const)("warns of %s first", (code, conditions, sinceWallMs) => {
    expect(healthWarning(conditions)).toEqual({ code, sinceWallMs });
  });
});
