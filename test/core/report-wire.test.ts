import { describe, expect, it } from "vitest";
import { limitsWire, operatorWire, stateWire, telemetryWire } from "../../src/core/report-wire.ts";
import { instant, sampleAdvice } from "../support/sample-advice.ts";
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
      max_current_a: null,
      grid_operator: null,
      thresholds: {
        hems_min_export_to_start_w: 1_000,
        hems_max_import_before_stopping_w: 200,
        effective: { hems_min_export_to_start_w: 1_180, hems_max_import_before_stopping_w: 200 },
        is_widened: true,
      },
      plan: null,
      wallboxes: [
        {
          name: "wallbox",
          boost: "off",
          phase: "active",
          ux_phase: "active",
          reason: "following_surplus",
          reason_text: "Charging with 10 A from the sun.",
          setpoint_a: 10,
          phases: 1,
          limited_by: null,
        },
      ],
      valid: true,
      ts: "2022-03-19T06:00:00.000Z",
    });
  });

  it("tells the grid operator's limit and its end", () => {
    const gridOperator = {
      state: "limited",
      limitW: 4_200,
      endsWallMs: 999.6,
      endsAtClock: "01:00",
    } as const;
    expect(stateWire(sampleReport({ gridOperator })).grid_operator).toEqual({
      state: "limited",
      limit_w: 4_200,
      until: "1970-01-01T00:00:01.000Z",
    });
    const free = {
      state: "unlimited_controlled",
      limitW: undefined,
      endsWallMs: undefined,
      endsAtClock: undefined,
    } as const;
    expect(operatorWire(free)).toEqual({ state: "unlimited_controlled", limit_w: null, until: null });
  });

  it("tells the plan in kWh, ct and times of the house", () => {
    const plan = sampleAdvice({ shortfallWh: 120, sunWh: 1_500, pricesUntil: instant("00:00") });
    expect(stateWire(sampleReport({ plan })).plan).toEqual({
      stance: "wait",
      kind: "cheapest",
      energy_needed_kwh: 7.36,
      energy_short_kwh: 0.12,
      expected_sun_kwh: 1.5,
      expected_cost_ct: 60.6,
      deadline: "2022-03-19T07:00:00.000Z",
      deadline_text: "07:00",
      next_start: "2022-03-19T02:00:00.000Z",
      next_start_text: "02:00",
      next_end: "2022-03-19T04:00:00.000Z",
      next_end_text: "04:00",
      next_price_ct_kwh: 8.24,
      prices_until: "2022-03-19T00:00:00.000Z",
      prices_until_text: "00:00",
    });
  });

  it("tells what a plan does not know as null", () => {
    const plan = sampleAdvice({ nextSlot: undefined, costCt: undefined });
    expect(stateWire(sampleReport({ plan })).plan).toMatchObject({
      expected_cost_ct: null,
      next_start: null,
      next_start_text: null,
      next_end: null,
      next_end_text: null,
      next_price_ct_kwh: null,
      prices_until: null,
      prices_until_text: null,
    });
  });

  it("names the limit that binds", () => {
    expect(stateWire(sampleReport({ limitedBy: "main_fuse" })).limited_by).toBe("main_fuse");
  });

  it("tells each limit with what it leaves, never less than nothing, and null where nothing can be told", () => {
    expect(
      limitsWire([
        { name: "wallbox_rating", maxCurrentA: 16 },
        { name: "main_fuse", maxCurrentA: 24.56 },
        { name: "site_import", maxCurrentA: -3 },
        { name: "unbalance", maxCurrentA: Number.POSITIVE_INFINITY },
      ]),
    ).toEqual([
      { name: "wallbox_rating", max_a: 16 },
      { name: "main_fuse", max_a: 24.6 },
      { name: "site_import", max_a: 0 },
      { name: "unbalance", max_a: null },
    ]);
  });

  it("tells the user's own maximum", () => {
    expect(stateWire(sampleReport({ userMaxA: 10 })).max_current_a).toBe(10);
  });

  it("tells the current on each phase of the house, where it is measured", () => {
    expect(telemetryWire(sampleReport({ gridPhaseCurrentsA: [1.26, -2, 0] })).grid_phases_a).toEqual([
      1.3, -2, 0,
    ]);
  });

  it.each(["suspect", "lost"] as const)("is not valid while the meter is %s", (meterTrust) => {
    expect(stateWire(sampleReport({ meterTrust })).valid).toBe(false);
  });

  it("tells powers in whole watts and what is not known as null", () => {
    expect(telemetryWire(sampleReport())).toEqual({
      ts: "2022-03-19T06:00:00.000Z",
      grid_w: -150,
      grid_phases_a: null,
      pv_w: 3_000,
      battery_w: null,
      battery_soc_pct: null,
      load_w: 2_850,
      charge_w: 2_300,
      surplus_w: 2_450,
      wallboxes: [{ name: "wallbox", charge_w: 2_300 }],
      ages_ms: { grid: 400, pv: 400, battery: null, charge: 3_000 },
    });
  });

  it("tells the battery where there is one", () => {
    const powers = { ...sampleReport().powers, batteryPowerW: -800, batterySocPct: 63.5 };
    expect(telemetryWire(sampleReport({ powers }))).toMatchObject({ battery_w: -800, battery_soc_pct: 63.5 });
  });
});
