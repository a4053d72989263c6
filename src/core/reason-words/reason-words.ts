import type { BatteryShare } from "../battery-policy.ts";
import type { OperatorStatus } from "../grid-operator.ts";
import type { LimitName, SiteLimits } from "../limits.ts";
import type { PlanAdvice, SlotOutlook } from "../planner/plan-advice.ts";

/** What a limit is made of, to be told with it. */
export interface LimitFigures {
  readonly limits: Pick<SiteLimits, "mainFuseA" | "importLimitW" | "unbalanceLimitA" | "unattendedMaxA">;
  readonly operator: OperatorStatus | undefined;
}

/** The sentences of one language: every language is given the same figures, and tells them all. */
export interface ReasonWords {
  startingUp(): string;
  noVehicle(): string;
  sessionEnded(): string;
  wallboxDisconnected(): string;
  wallboxFaulted(): string;
  wallboxNotModulating(): string;
  wallboxNotFollowing(setpointA: number): string;
  wallboxContested(setpointA: number): string;
  wallboxSilent(setpointA: number): string;
  settling(setpointA: number): string;
  meterSuspect(setpointA: number): string;
  meterLost(setpointA: number): string;
  waitingForSurplus(surplusW: number, startW: number, proofMs: number, battery?: BatteryShare): string;
  provingStart(startW: number, remainingMs: number | undefined): string;
  followingSurplus(setpointA: number, surplusW: number): string;
  provingStop(surplusW: number, remainingMs: number, battery?: BatteryShare): string;
  vehicleNotCharging(setpointA: number): string;
  unsteered(): string;
  boost(): string;
  waitingForCheapSlot(plan: PlanAdvice, slot: SlotOutlook): string;
  cheapSlot(plan: PlanAdvice): string;
  deadlineDue(plan: PlanAdvice): string;
  planFulfilled(plan: PlanAdvice): string;
  noPrices(plan: PlanAdvice | undefined): string;
  failsafe(currentA: number, aim: string): string;
  limited(limit: LimitName, currentA: number, figures: LimitFigures): string;
}

/** Less than this is what a plan rounds away, Wh. */
const SMALLEST_SHORTFALL_WH = 100;

export function isNotableShortfall(shortfallWh: number): boolean {
  return shortfallWh >= SMALLEST_SHORTFALL_WH;
}

/** The clock of the limit's end, where one is known. */
export function endOf(limit: LimitName, { operator }: LimitFigures): string | undefined {
  return limit === "grid_operator" ? operator?.endsAtClock : undefined;
}

export function watts(powerW: number): string {
  return `${grouped(Math.round(powerW))} W`;
}

export function seconds(durationMs: number): string {
  return `${Math.ceil(durationMs / 1_000)} s`;
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

export function bracketed(figure: number | undefined, words: (figure: number) => string): string {
  return figure === undefined ? "" : ` (${words(figure)})`;
}

/** 12345 as `12 345`, with no-break spaces. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
}
