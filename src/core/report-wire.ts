import { isoUtc } from "./iso-time.ts";
import type { Thresholds } from "./settings.ts";
import type { TickReport } from "./tick-report.ts";

/** What is asked and decided, as `state` on MQTT and under `state` in the local API. */
export type StateWire = ReturnType<typeof stateWire>;

/** What is measured, as `telemetry` on MQTT and under `telemetry` in the local API. */
export type TelemetryWire = ReturnType<typeof telemetryWire>;

/** The decision of one pass with its reason; `null` is "none" or "not known". */
export function stateWire(report: TickReport) {
  const { asked, effective, isWidened } = report.thresholds;
  return {
    mode: report.mode,
    boost: report.boost,
    phase: report.state,
    ux_phase: report.uxPhase,
    reason: report.reason.code,
    reason_text: report.reason.text,
    setpoint_a: report.setpointA,
    phases: report.phases,
    limited_by: report.limitedBy ?? null,
    thresholds: {
      ...thresholdsWire(asked),
      effective: thresholdsWire(effective),
      is_widened: isWidened,
    },
    valid: report.meterTrust === "good",
    ts: isoUtc(report.wallMs),
  };
}

/** The powers of one pass in whole watts, signs of `units.ts`, with the age of each reading; `null` is "not known". */
export function telemetryWire(report: TickReport) {
  const { powers, ages } = report;
  return {
    ts: isoUtc(report.wallMs),
    grid_w: whole(powers.gridPowerW),
    pv_w: whole(powers.pvPowerW),
    battery_w: whole(powers.batteryPowerW),
    battery_soc_pct: powers.batterySocPct ?? null,
    load_w: whole(powers.loadPowerW),
    charge_w: whole(powers.chargePowerW),
    surplus_w: whole(powers.surplusPowerW),
    ages_ms: {
      grid: whole(ages.gridAgeMs),
      pv: whole(ages.pvAgeMs),
      battery: whole(ages.batteryAgeMs),
      charge: whole(ages.chargeAgeMs),
    },
  };
}

function thresholdsWire(thresholds: Thresholds) {
  return {
    hems_min_export_to_start_w: thresholds.minExportToStartW,
    hems_max_import_before_stopping_w: thresholds.maxImportBeforeStoppingW,
  };
}

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}
