import { cheapestFill, type Fill } from "./cheapest-fill.ts";
import { type PlanSegment, planSegments, type SunPeriod } from "./plan-segments.ts";
import type { PriceCurve } from "./price-curve.ts";

/** The unit in which the planner counts, ms of charging at full power: deadlines are whole minutes. */
const UNIT_MS = 60_000;
/** How much dearer than the dearest known price an unknown one is taken to be, ct/kWh. */
const UNKNOWN_SURCHARGE_CT_KWH = 10;
/** Decides between equal prices: an earlier known one, a later unknown one; ct/kWh per minute. */
const EARLY_BONUS_CT_KWH = 1e-9;

export interface PlanRequest {
  /** Wall time, ms. */
  readonly nowMs: number;
  readonly deadlineMs: number;
  /** What the car still needs by the deadline, Wh. */
  readonly energyWh: number;
  /** What it draws when it may, W; above 0. */
  readonly chargePowerW: number;
  readonly prices: PriceCurve;
  /** What the sun is expected to bring the car without the plan; in order of time. */
  readonly sun: readonly SunPeriod[];
  /** What one more start is worth avoiding, ct. */
  readonly startPenaltyCt: number;
  /** True when the car is charging now: going on is no start. */
  readonly isCharging: boolean;
}

/** An unbroken charge of the plan; wall times in ms. */
export interface PlannedSlot {
  readonly startMs: number;
  readonly endMs: number;
  /** Mean over the slot, ct/kWh; undefined where a part of it has no known price. */
  readonly priceCtKwh: number | undefined;
}

/**
 * `satisfied`: nothing more is needed. `cheapest`: as planned. `sun_only`: the sun is expected to bring it all.
 * `best_effort`: the time left is not enough, so it charges until the deadline.
 */
export type PlanKind = "satisfied" | "cheapest" | "sun_only" | "best_effort";

export interface PricePlan {
  readonly kind: PlanKind;
  readonly slots: readonly PlannedSlot[];
  readonly chargeNow: boolean;
  /** When charging starts or stops next by this plan; undefined when it never does. */
  readonly nextChangeWallMs: number | undefined;
  readonly deadlineMs: number;
  /** What the plan itself charges, Wh. */
  readonly plannedWh: number;
  /** What is left to the sun, Wh. */
  readonly sunWh: number;
}

/**
 * The cheapest charge that meets the energy by the deadline. Exact for its model: full power or nothing, and no unit
 * finer than a minute for what a stretch yields in whole. Unknown prices count as dear.
 */
export function pricePlan(request: PlanRequest): PricePlan {
  const { nowMs, deadlineMs, energyWh, chargePowerW, startPenaltyCt, isCharging } = request;
  if (energyWh <= 0 || deadlineMs <= nowMs) return planOf(request, "satisfied", [], 0);
  const everything = [{ startMs: nowMs, endMs: deadlineMs }];
  if (chargePowerW <= 0) return planOf(request, "best_effort", everything, 0);
  const segments = planSegments(request, request.prices, request.sun);
  const unitWh = (chargePowerW * UNIT_MS) / 3_600_000;
  const sunWh = sum(segments.map((segment) => expectedSunWh(segment, chargePowerW)));
  const plannedWh = energyWh - Math.min(sunWh, energyWh);
  if (plannedWh <= 0) return planOf(request, "sun_only", [], energyWh);
  const stretches = segments.map((segment) => ({
    units: wholeUnits(segment, chargePowerW),
    unitCost: (costCtKwh(segment, request) * unitWh) / 1_000,
  }));
  const units = plannedWh / unitWh;
  if (units >= sum(stretches.map((stretch) => stretch.units))) {
    return planOf(request, "best_effort", everything, 0);
  }
  const fills = cheapestFill({ stretches, units, startCost: startPenaltyCt, isRunning: isCharging });
  const uses = segments.flatMap((segment, index) => useOf(segment, fills[index] as Fill));
  return planOf(request, "cheapest", joined(uses), energyWh - plannedWh);
}

interface Use {
  readonly startMs: number;
  readonly endMs: number;
}

/** What the sun brings in a segment that the plan does not use, Wh. */
function expectedSunWh({ startMs, endMs, sunPowerW }: PlanSegment, chargePowerW: number): number {
  return (Math.min(sunPowerW, chargePowerW) * (endMs - startMs)) / 3_600_000;
}

/** Minutes of full power by which the plan exceeds the sun in a segment; rounded down, so that nothing is promised. */
function wholeUnits({ startMs, endMs, sunPowerW }: PlanSegment, chargePowerW: number): number {
  const share = Math.max(0, 1 - sunPowerW / chargePowerW);
  return Math.floor((share * (endMs - startMs)) / UNIT_MS + 1e-9);
}

function costCtKwh(segment: PlanSegment, { prices, nowMs }: PlanRequest): number {
  const minutes = (segment.startMs - nowMs) / UNIT_MS;
  if (segment.priceCtKwh !== undefined) return segment.priceCtKwh + minutes * EARLY_BONUS_CT_KWH;
  return dearestCtKwh(prices) + UNKNOWN_SURCHARGE_CT_KWH - minutes * EARLY_BONUS_CT_KWH;
}

function dearestCtKwh(prices: PriceCurve): number {
  return prices.reduce((dearest, { priceCtKwh }) => Math.max(dearest, priceCtKwh), 0);
}

function useOf({ startMs, endMs }: PlanSegment, fill: Fill): readonly Use[] {
  if (fill.share <= 0) return [];
  const usedMs = (endMs - startMs) * fill.share;
  return [fill.side === "start" ? { startMs, endMs: startMs + usedMs } : { startMs: endMs - usedMs, endMs }];
}

function joined(uses: readonly Use[]): readonly Use[] {
  const runs: Use[] = [];
  for (const use of uses) {
    const last = runs.at(-1);
    if (last === undefined || use.startMs - last.endMs > 1) runs.push(use);
    else runs.splice(-1, 1, { startMs: last.startMs, endMs: use.endMs });
  }
  return runs;
}

function planOf(request: PlanRequest, kind: PlanKind, uses: readonly Use[], sunWh: number): PricePlan {
  const { nowMs, deadlineMs, prices } = request;
  const slots = uses.map((use) => ({ ...use, priceCtKwh: meanPriceCtKwh(use, prices) }));
  const chargeNow = slots.some(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs);
  const changes = slots.flatMap(({ startMs, endMs }) => [startMs, endMs]).filter((atMs) => atMs > nowMs);
  return {
    kind,
    slots,
    chargeNow,
    nextChangeWallMs: changes[0],
    deadlineMs,
    plannedWh: Math.max(0, request.energyWh - sunWh),
    sunWh,
  };
}

/** Mean by time; undefined where a part of `use` has no known price. */
export function meanPriceCtKwh(use: Use, prices: PriceCurve): number | undefined {
  let coveredMs = 0;
  let weighted = 0;
  for (const { startMs, endMs, priceCtKwh } of prices) {
    const sharedMs = Math.min(endMs, use.endMs) - Math.max(startMs, use.startMs);
    if (sharedMs <= 0) continue;
    coveredMs += sharedMs;
    weighted += sharedMs * priceCtKwh;
  }
  return coveredMs < use.endMs - use.startMs - 1 ? undefined : weighted / coveredMs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
