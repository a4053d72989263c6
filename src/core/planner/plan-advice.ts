import { energyWh } from "../units.ts";
import { clockText, type LocalTime } from "./local-time.ts";
import { planSegments, type SunPeriod } from "./plan-segments.ts";
import { knownUntilMs, type PriceCurve } from "./price-curve.ts";
import type { PlanKind, PlannedSlot, PricePlan } from "./price-plan.ts";

/** A wall time, ms, and how people in the house read it: `07:00`, or `Sat 07:00` from a day ahead on. */
export interface LocalInstant {
  readonly wallMs: number;
  readonly text: string;
}

/** A planned charge as people read it. */
export interface SlotOutlook {
  readonly start: LocalInstant;
  readonly end: LocalInstant;
  /** What the car gets in it, the sun's share included, Wh. */
  readonly energyWh: number;
  /** Mean over the slot, ct/kWh; undefined where a part of it has no known price. */
  readonly priceCtKwh: number | undefined;
}

/** What a plan means for people; made once with the plan. */
export interface PlanOutlook {
  readonly kind: PlanKind;
  readonly slots: readonly SlotOutlook[];
  /** When the car must be ready. */
  readonly deadline: LocalInstant;
  /** From then on the deadline leaves no choice. */
  readonly latestStart: LocalInstant;
  /** Until when prices are known, where that is before the plan ends. */
  readonly pricesUntil: LocalInstant | undefined;
  /** What the slots cost beyond the expected sun, ct; undefined where a price is not known. */
  readonly costCt: number | undefined;
  /** What is left to the sun, Wh. */
  readonly sunWh: number;
}

/**
 * `cheap`: a planned slot runs. `due`: the deadline leaves no choice. `wait`: nothing is charged now.
 * `no_prices`: no slot can be chosen, and the deadline can wait.
 */
export type PlanStance = "cheap" | "due" | "wait" | "no_prices";

/** What the charge plan says in one pass. */
export interface PlanAdvice extends PlanOutlook {
  readonly stance: PlanStance;
  /** What the car still needs by the deadline, Wh. */
  readonly missingWh: number;
  /** What it will lack at the deadline even if it charges from now on, Wh. */
  readonly shortfallWh: number;
  /** The slot that runs, else the next one. */
  readonly nextSlot: SlotOutlook | undefined;
}

export interface OutlookRequest {
  readonly nowMs: number;
  /** When the car must be ready. */
  readonly deadlineMs: number;
  readonly latestStartMs: number;
  readonly chargePowerW: number;
  readonly prices: PriceCurve;
  readonly sun: readonly SunPeriod[];
}

/** `plan` in the words of the house that it was made for by `request`. */
export function planOutlook(plan: PricePlan, request: OutlookRequest, local: LocalTime): PlanOutlook {
  const { nowMs, prices } = request;
  const instant = (wallMs: number): LocalInstant => ({ wallMs, text: clockText(wallMs, nowMs, local) });
  const untilMs = knownUntilMs(prices, nowMs);
  const costsCt = plan.slots.map((slot) => slotCostCt(slot, request));
  return {
    kind: plan.kind,
    slots: plan.slots.map((slot) => ({
      start: instant(slot.startMs),
      end: instant(slot.endMs),
      energyWh: energyWh(request.chargePowerW, slot.endMs - slot.startMs),
      priceCtKwh: slot.priceCtKwh,
    })),
    deadline: instant(request.deadlineMs),
    latestStart: instant(request.latestStartMs),
    pricesUntil: untilMs < plan.deadlineMs ? instant(untilMs) : undefined,
    costCt: costsCt.reduce(added, 0),
    sunWh: plan.sunWh,
  };
}

/** True while the plan lets the car charge at whatever the grid gives. */
export function isPlanCharging(advice: PlanAdvice | undefined): boolean {
  return advice?.stance === "cheap" || advice?.stance === "due";
}

/** What a slot costs beyond the expected sun, ct; undefined where a price is not known. */
function slotCostCt({ startMs, endMs }: PlannedSlot, request: OutlookRequest): number | undefined {
  const segments = planSegments({ nowMs: startMs, deadlineMs: endMs }, request.prices, request.sun);
  return segments
    .map(({ priceCtKwh, sunPowerW, ...segment }) => {
      const gridWh = energyWh(Math.max(0, request.chargePowerW - sunPowerW), segment.endMs - segment.startMs);
      return priceCtKwh === undefined ? undefined : (gridWh * priceCtKwh) / 1_000;
    })
    .reduce(added, 0);
}

function added(sum: number | undefined, part: number | undefined): number | undefined {
  return sum === undefined || part === undefined ? undefined : sum + part;
}
