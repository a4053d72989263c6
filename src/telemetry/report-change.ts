import type { SmartChargingStatus } from "../core/smart-charging-status.ts";
import { areSameThresholds } from "../core/thresholds.ts";
import type { BoxReport, TickReport } from "../core/tick-report.ts";

/** Least change of the charging power that is worth a new partner status, W. */
const POWER_DEADBAND_W = 100;
/** Least change of the day's solar energy that is worth one, kWh. */
const ENERGY_DEADBAND_KWH = 0.1;

/**
 * Whether both passes decided the same. Left out is what moves on every pass: the time, the sentence (it
 * counts seconds and watts) and everything measured.
 */
export function isSameDecision(a: TickReport, b: TickReport): boolean {
  return (
    isSameBoxDecision(a, b) &&
    a.wallboxes.every((box, index) => isSameBoxDecision(box, b.wallboxes[index] ?? box)) &&
    a.mode === b.mode &&
    a.userMaxA === b.userMaxA &&
    a.gridOperator?.state === b.gridOperator?.state &&
    a.gridOperator?.limitW === b.gridOperator?.limitW &&
    (a.meterTrust === "good") === (b.meterTrust === "good") &&
    a.thresholds.isWidened === b.thresholds.isWidened &&
    areSameThresholds(a.thresholds.asked, b.thresholds.asked) &&
    areSameThresholds(a.thresholds.effective, b.thresholds.effective) &&
    isSamePlan(a.plan, b.plan)
  );
}

function isSameBoxDecision(a: BoxReport, b: BoxReport): boolean {
  return (
    a.setpointA === b.setpointA &&
    a.reason.code === b.reason.code &&
    a.state === b.state &&
    a.uxPhase === b.uxPhase &&
    a.boost === b.boost &&
    a.phases === b.phases &&
    a.limitedBy === b.limitedBy
  );
}

/** Whether `next` tells a partner's app nothing new beside its time. */
export function isSameStatus(told: SmartChargingStatus, next: SmartChargingStatus): boolean {
  return (
    told.ux_phase === next.ux_phase &&
    told.mechanism === next.mechanism &&
    told.boost === next.boost &&
    Math.abs(told.solar_kwh_today - next.solar_kwh_today) < ENERGY_DEADBAND_KWH &&
    isSamePower(told.charge_power_w, next.charge_power_w)
  );
}

/** What is still needed and what it costs moves on every pass while a car charges: that is left out. */
function isSamePlan(a: TickReport["plan"], b: TickReport["plan"]): boolean {
  return (
    a?.stance === b?.stance &&
    a?.deadline.wallMs === b?.deadline.wallMs &&
    a?.nextSlot?.start.wallMs === b?.nextSlot?.start.wallMs
  );
}

function isSamePower(toldW: number | null, nextW: number | null): boolean {
  if (toldW === null || nextW === null) return toldW === nextW;
  return Math.abs(toldW - nextW) < POWER_DEADBAND_W;
}
