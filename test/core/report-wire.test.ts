import { describe, expect, it } from "vitest";
import { stateWire, telemetryWire } from "../../src/core/report-wire.ts";
import { sampleReport } from "../support/sample-report.ts";

describe("the report on the wire", () => {
  it("tells the decision, its reason and both threshold pairs", () => {
    expect(stateWire(sampleReport())).toEqual({
      mode: "hems",
      boost: "off",
      phase: "active",
      ux_phase: "active",
      reason: "following_surplus",
      reason_text: "Charging with 10 A from the sun.",
      setpoint_a: 10,
      phases: 1,
      limited_by: null,
      thresholds: {
        hems_min_export_to_start_w: 1_000,
        hems_max_import_before_stopping_w: 200,
        effective: { hems_min_export_to_start_w: 1_180, hems_max_import_before_stopping_w: 200 },
        is_widened: true,
      },
      valid: true,
      ts: "2022-03-19T06:00:00.000Z",
    });
  });

  it("names the limit that binds", () => {
    expect(stateWire(sampleReport({ limitedBy: "main_fuse" })).limited_by).toBe("main_fuse");
  });

  it.each(["suspect", "lost"] as const)("is not valid while the meter is %s", (meterTrust) => {
    expect(stateWire(sampleReport({ meterTrust })).valid).toBe(false);
  });

  it("tells powers in whole watts and what is not known as null", () => {
    expect(telemetryWire(sampleReport())).toEqual({
      ts: "2022-03-19T06:00:00.000Z",
      grid_w: -150,
      pv_w: 3_000,
      battery_w: null,
      battery_soc_pct: null,
      load_w: 2_850,
      charge_w: 2_300,
      surplus_w: 2_450,
      ages_ms: { grid: 400, pv: 400, battery: null, charge: 3_000 },
    });
  });

  it("tells the battery where there is one", () => {
    const powers = { ...sampleReport().powers, batteryPowerW: -800, batterySocPct: 63.5 };
    expect(telemetryWire(sampleReport({ powers }))).toMatchObject({ battery_w: -800, battery_soc_pct: 63.5 });
  });
});
