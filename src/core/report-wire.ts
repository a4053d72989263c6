import type { OperatorStatus } from "./grid-operator.ts";
import { isoUtc } from "./iso-time.ts";
import type { Limit } from "./limits.ts";
import type { PlanAdvice } from "./planner/plan-advice.ts";
import type { Thresholds } from "./settings.ts";
import type { NamedBoxReport, TickReport } from "./tick-report.ts";

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
    max_current_a: report.userMaxA ?? null,
    grid_operator: report.gridOperator === undefined ? null : operatorWire(report.gridOperator),
    thresholds: {
      ...thresholdsWire(asked),
      effective: thresholdsWire(effective),
      is_widened: isWidened,
    },
    plan: report.plan === undefined ? null : planWire(report.plan),
    wallboxes: report.wallboxes.map(boxDecisionWire),
    valid: report.meterTrust === "good",
    ts: isoUtc(report.wallMs),
  };
}

/** What is decided for one box, in the words of the whole. */
export function boxDecisionWire(box: NamedBoxReport) {
  return {
    name: box.name,
    boost: box.boost,
    phase: box.state,
    ux_phase: box.uxPhase,
    reason: box.reason.code,
    reason_text: box.reason.text,
    setpoint_a: box.setpointA,
    phases: box.phases,
    limited_by: box.limitedBy ?? null,
  };
}

/** Each limit in force with the current it leaves, A per phase; `null` is "nothing can be told at the moment". */
export function limitsWire(limits: readonly Limit[]) {
  return limits.map(({ name, maxCurrentA }) => ({
    name,
    max_a: Number.isFinite(maxCurrentA) ? tenth(Math.max(0, maxCurrentA)) : null,
  }));
}

/** The grid operator's limit; `null` is "none" or "no end". */
export function operatorWire({ state, limitW, endsWallMs }: OperatorStatus) {
  return {
    state,
    limit_w: limitW ?? null,
    until: endsWallMs === undefined ? null : isoUtc(endsWallMs),
  };
}

/** What the charge plan says; times in UTC, and as the clocks of the house show them in `..._text`. */
export function planWire(plan: PlanAdvice) {
  const { nextSlot, deadline, pricesUntil, costCt } = plan;
  return {
    stance: plan.stance,
    kind: plan.kind,
    energy_needed_kwh: kWh(plan.missingWh),
    energy_short_kwh: kWh(plan.shortfallWh),
    expected_sun_kwh: kWh(plan.sunWh),
    expected_cost_ct: costCt === undefined ? null : tenth(costCt),
    deadline: isoUtc(deadline.wallMs),
    deadline_text: deadline.text,
    next_start: nextSlot === undefined ? null : isoUtc(nextSlot.start.wallMs),
    next_start_text: nextSlot?.start.text ?? null,
    next_end: nextSlot === undefined ? null : isoUtc(nextSlot.end.wallMs),
    next_end_text: nextSlot?.end.text ?? null,
    next_price_ct_kwh: cents(nextSlot?.priceCtKwh),
    prices_until: pricesUntil === undefined ? null : isoUtc(pricesUntil.wallMs),
    prices_until_text: pricesUntil?.text ?? null,
  };
}

/** The powers of one pass in whole watts, signs of `units.ts`, with the age of each reading; `null` is "not known". */
export function telemetryWire(report: TickReport) {
  const { powers, ages } = report;
  return {
    ts: isoUtc(report.wallMs),
    grid_w: whole(powers.gridPowerW),
    grid_phases_a: report.gridPhaseCurrentsA?.map(tenth) ?? null,
    pv_w: whole(powers.pvPowerW),
    battery_w: whole(powers.batteryPowerW),
    battery_soc_pct: powers.batterySocPct ?? null,
    load_w: whole(powers.loadPowerW),
    charge_w: whole(powers.chargePowerW),
    surplus_w: whole(powers.surplusPowerW),
    wallboxes: report.wallboxes.map((box) => ({ name: box.name, charge_w: whole(box.powers.chargePowerW) })),
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

/** Wh as kWh to the watt-hour. */
export function kWh(energyWh: number): number {
  return Math.round(energyWh) / 1_000;
}

/** ct/kWh to the hundredth; `null` is "not known". */
export function cents(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 100) / 100;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}
