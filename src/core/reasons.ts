import type { BatteryShare } from "./battery-policy.ts";
import type { LimitName } from "./limits.ts";
import type { PlanAdvice, SlotOutlook } from "./planner/plan-advice.ts";
import { english } from "./reason-words/english.ts";
import { german } from "./reason-words/german.ts";
import type { LimitFigures, ReasonWords } from "./reason-words/reason-words.ts";

/** Codes are stable for programs; sentences are for people and may improve. */
export const REASON_CODES = [
  "starting_up",
  "no_vehicle",
  "session_ended",
  "wallbox_disconnected",
  "wallbox_faulted",
  "wallbox_not_modulating",
  "wallbox_not_following",
  "wallbox_contested",
  "wallbox_silent",
  "settling",
  "meter_suspect",
  "meter_lost",
  "waiting_for_surplus",
  "proving_start",
  "following_surplus",
  "proving_stop",
  "vehicle_not_charging",
  "unsteered",
  "boost",
  "waiting_for_cheap_slot",
  "cheap_slot",
  "deadline_due",
  "plan_fulfilled",
  "no_prices",
  "limited",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** Why the car gets this current, and what happens next. */
export interface Reason {
  readonly code: ReasonCode;
  /** One English sentence with figures. */
  readonly text: string;
  /** The same in German, with the same figures. */
  readonly germanText: string;
}

export const reasons = {
  startingUp: () => reason("starting_up", (words) => words.startingUp()),
  noVehicle: () => reason("no_vehicle", (words) => words.noVehicle()),
  sessionEnded: () => reason("session_ended", (words) => words.sessionEnded()),
  wallboxDisconnected: () => reason("wallbox_disconnected", (words) => words.wallboxDisconnected()),
  wallboxFaulted: () => reason("wallbox_faulted", (words) => words.wallboxFaulted()),
  wallboxNotModulating: () => reason("wallbox_not_modulating", (words) => words.wallboxNotModulating()),
  wallboxNotFollowing: (setpointA: number) =>
    reason("wallbox_not_following", (words) => words.wallboxNotFollowing(setpointA)),
  wallboxContested: (setpointA: number) =>
    reason("wallbox_contested", (words) => words.wallboxContested(setpointA)),
  wallboxSilent: (setpointA: number) => reason("wallbox_silent", (words) => words.wallboxSilent(setpointA)),
  settling: (setpointA: number) => reason("settling", (words) => words.settling(setpointA)),
  meterSuspect: (setpointA: number) => reason("meter_suspect", (words) => words.meterSuspect(setpointA)),
  meterLost: (setpointA: number) => reason("meter_lost", (words) => words.meterLost(setpointA)),
  waitingForSurplus: (surplusW: number, startW: number, proofMs: number, battery?: BatteryShare) =>
    reason("waiting_for_surplus", (words) => words.waitingForSurplus(surplusW, startW, proofMs, battery)),
  provingStart: (startW: number, remainingMs: number | undefined) =>
    reason("proving_start", (words) => words.provingStart(startW, remainingMs)),
  followingSurplus: (setpointA: number, surplusW: number) =>
    reason("following_surplus", (words) => words.followingSurplus(setpointA, surplusW)),
  provingStop: (surplusW: number, remainingMs: number, battery?: BatteryShare) =>
    reason("proving_stop", (words) => words.provingStop(surplusW, remainingMs, battery)),
  vehicleNotCharging: (setpointA: number) =>
    reason("vehicle_not_charging", (words) => words.vehicleNotCharging(setpointA)),
  unsteered: () => reason("unsteered", (words) => words.unsteered()),
  boost: () => reason("boost", (words) => words.boost()),
  waitingForCheapSlot: (plan: PlanAdvice, slot: SlotOutlook) =>
    reason("waiting_for_cheap_slot", (words) => words.waitingForCheapSlot(plan, slot)),
  cheapSlot: (plan: PlanAdvice) => reason("cheap_slot", (words) => words.cheapSlot(plan)),
  deadlineDue: (plan: PlanAdvice) => reason("deadline_due", (words) => words.deadlineDue(plan)),
  planFulfilled: (plan: PlanAdvice) => reason("plan_fulfilled", (words) => words.planFulfilled(plan)),
  noPrices: (plan: PlanAdvice | undefined) => reason("no_prices", (words) => words.noPrices(plan)),
  /** A mode that needs no meter goes on without it, but only so far. */
  failsafe: (currentA: number, aim: Reason): Reason => ({
    code: "limited",
    text: english.failsafe(currentA, aim.text),
    germanText: german.failsafe(currentA, aim.germanText),
  }),
  limited: (limit: LimitName, currentA: number, figures: LimitFigures) =>
    reason("limited", (words) => words.limited(limit, currentA, figures)),
};

function reason(code: ReasonCode, sentence: (words: ReasonWords) => string): Reason {
  return { code, text: sentence(english), germanText: sentence(german) };
}
