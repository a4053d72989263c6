import { describe, expect, it } from "vitest";
import { smartChargingStatus } from "../../src/core/smart-charging-status.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { sampleReport } from "../support/sample-report.ts";

const wallbox = sampleReport().wallbox;

describe("the status for the Partner API", () => {
  it("carries the phase, the power in whole watts and the day's solar energy in kWh", () => {
    const report = sampleReport({ powers: { ...sampleReport().powers, chargePowerW: 2_300.6 } });
    expect(smartChargingStatus(report)).toEqual({
      ux_phase: "active",
      mechanism: "wallbox",
      charge_power_w: 2_301,
      boost: "available",
      solar_kwh_today: 4.321,
      as_of: "2022-03-19T06:00:00.000Z",
    });
  });

  it("says null where the charging power is not known", () => {
    const report = sampleReport({ powers: { ...sampleReport().powers, chargePowerW: undefined } });
    expect(smartChargingStatus(report).charge_power_w).toBeNull();
  });

  it.each<[string, Partial<TickReport>, "wallbox" | null]>([
    ["a surplus mode", { mode: "hems" }, "wallbox"],
    ["a price mode", { mode: "spot" }, "wallbox"],
    ["no steering", { mode: "none" }, null],
    ["an armed boost without steering", { mode: "none", boost: "armed" }, null],
    ["a boost without steering", { mode: "none", boost: "ongoing" }, "wallbox"],
    ["a lost wallbox", { wallbox: { ...wallbox, isConnected: false } }, null],
  ])("names the mechanism in %s", (_case, changes, mechanism) => {
    expect(smartChargingStatus(sampleReport(changes)).mechanism).toBe(mechanism);
  });

  it.each<[string, Partial<TickReport>, string]>([
    ["no boost", {}, "available"],
    ["no boost and a lost wallbox", { wallbox: { ...wallbox, isConnected: false } }, "unavailable"],
    ["no boost and a faulted wallbox", { wallbox: { ...wallbox, vehicle: "faulted" } }, "unavailable"],
    ["an armed boost", { boost: "armed" }, "requested"],
    ["a running boost", { boost: "ongoing" }, "ongoing"],
  ])("tells %s in the partner's word", (_case, changes, boost) => {
    expect(smartChargingStatus(sampleReport(changes)).boost).toBe(boost);
  });
});
