import type { BatteryShare } from "./battery-policy.ts";
import type { OperatorStatus } from "./grid-operator.ts";
import type { LimitName, SiteLimits } from "./limits.ts";
import type { PlanAdvice, SlotOutlook } from "./planner/plan-advice.ts";

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
}

/** What a limit is made of, to be told with it. */
export interface LimitFigures {
  readonly limits: Pick<SiteLimits, "mainFuseA" | "importLimitW" | "unbalanceLimitA" | "unattendedMaxA">;
  readonly operator: OperatorStatus | undefined;
}

export const reasons = {
  startingUp: (): Reason => ({
    code: "starting_up",
    text: "Starting: waiting for the first readings of meter and wallbox.",
  }),
  noVehicle: (): Reason => ({ code: "no_vehicle", text: "No car is plugged in." }),
  sessionEnded: (): Reason => ({
    code: "session_ended",
    text: "The wallbox has ended the session: unplug the car and plug it in again.",
  }),
  wallboxDisconnected: (): Reason => ({
    code: "wallbox_disconnected",
    text: "The wallbox is not connected: it falls back to its failsafe current by itself.",
  }),
  wallboxFaulted: (): Reason => ({
    code: "wallbox_faulted",
    text: "The wallbox reports a fault: look at its display.",
  }),
  wallboxNotModulating: (): Reason => ({
    code: "wallbox_not_modulating",
    text: "The wallbox takes no current limit, so it cannot follow the sun.",
  }),
  wallboxNotFollowing: (setpointA: number): Reason => ({
    code: "wallbox_not_following",
    text: `The car draws more than the ${amps(setpointA)} that the wallbox was told: nothing is raised until it obeys.`,
  }),
  wallboxContested: (setpointA: number): Reason => ({
    code: "wallbox_contested",
    text: `Another controller changes the limit of the wallbox: ${allowed(setpointA)}, and nothing is raised until it stops. Look for a second system that steers it.`,
  }),
  wallboxSilent: (setpointA: number): Reason => ({
    code: "wallbox_silent",
    text: `The wallbox does not say what the car draws: ${allowed(setpointA)} until it does.`,
  }),
  settling: (setpointA: number): Reason => ({
    code: "settling",
    text: `Waiting for readings that show the last change: ${allowed(setpointA)} meanwhile.`,
  }),
  meterSuspect: (setpointA: number): Reason => ({
    code: "meter_suspect",
    text: `The meter does not answer sensibly: holding ${amps(setpointA)}, no increase.`,
  }),
  meterLost: (setpointA: number): Reason => ({
    code: "meter_lost",
    text: `The meter is lost: ${allowed(setpointA)} until it is back.`,
  }),
  waitingForSurplus: (surplusW: number, startW: number, proofMs: number, battery?: BatteryShare): Reason => ({
    code: "waiting_for_surplus",
    text: `Waiting: ${surplusWords(surplusW, battery)}, starts at ${watts(startW)} of export held for ${seconds(proofMs)}.`,
  }),
  provingStart: (startW: number, remainingMs: number | undefined): Reason => ({
    code: "proving_start",
    text:
      remainingMs === undefined
        ? `About to start: waiting for the export to return to ${watts(startW)}.`
        : `Starts in ${seconds(remainingMs)} if the export stays above ${watts(startW)}.`,
  }),
  followingSurplus: (setpointA: number, surplusW: number): Reason => ({
    code: "following_surplus",
    text: `Charging from surplus: ${watts(surplusW)} available, ${amps(setpointA)} allowed.`,
  }),
  provingStop: (surplusW: number, remainingMs: number, battery?: BatteryShare): Reason => ({
    code: "proving_stop",
    text: `Too little sun (${surplusWords(surplusW, battery)}): stops in ${seconds(remainingMs)} unless it returns.`,
  }),
  vehicleNotCharging: (setpointA: number): Reason => ({
    code: "vehicle_not_charging",
    text: `${amps(setpointA)} are offered, but the car takes nothing: it is full or asleep.`,
  }),
  unsteered: (): Reason => ({
    code: "unsteered",
    text: "No steering: the car may charge as fast as the limits allow.",
  }),
  boost: (): Reason => ({ code: "boost", text: "Boost: charging now, as fast as the limits allow." }),
  waitingForCheapSlot: (plan: PlanAdvice, { start, priceCtKwh }: SlotOutlook): Reason => ({
    code: "waiting_for_cheap_slot",
    text: `Waiting for a cheap hour: starts at ${start.text}${bracketedPrice(priceCtKwh)}.${unknownPrices(plan)}`,
  }),
  cheapSlot: (plan: PlanAdvice): Reason => ({
    code: "cheap_slot",
    text: `Charging in a cheap hour${slotWords(plan.nextSlot)}: ${dueWords(plan)}.`,
  }),
  deadlineDue: (plan: PlanAdvice): Reason => ({
    code: "deadline_due",
    text: `Charging because ${dueWords(plan)}${shortfallWords(plan.shortfallWh)}.`,
  }),
  planFulfilled: ({ deadline }: PlanAdvice): Reason => ({
    code: "plan_fulfilled",
    text: `What is due by ${deadline.text} has been charged: use boost for more.`,
  }),
  noPrices: (plan: PlanAdvice | undefined): Reason => ({
    code: "no_prices",
    text:
      plan === undefined
        ? "No electricity prices are known, so no cheap hour can be chosen: use boost to charge now."
        : `No electricity prices are known: starts at ${plan.latestStart.text} at the latest, because ${dueWords(plan)}.`,
  }),
  /** A mode that needs no meter goes on without it, but only so far. */
  failsafe: (currentA: number, aim: Reason): Reason => ({
    code: "limited",
    text: `The meter is lost: ${allowed(currentA)} until it is back. ${aim.text}`,
  }),
  limited: (limit: LimitName, currentA: number, figures: LimitFigures): Reason => {
    const words = limitWords(limit, figures);
    const clock = limit === "grid_operator" ? figures.operator?.endsAtClock : undefined;
    const until = clock === undefined ? "" : ` until ${clock}`;
    return {
      code: "limited",
      text:
        currentA === 0
          ? `Paused${until}: ${words} leaves less than the car needs to charge.`
          : `Limited to ${amps(currentA)}${until} by ${words}.`,
    };
  },
};

function dueWords({ missingWh, deadline }: PlanAdvice): string {
  return `${kilowattHours(missingWh)} are due by ${deadline.text}`;
}

/** Less than this is what a plan rounds away, Wh. */
const SMALLEST_SHORTFALL_WH = 100;

function shortfallWords(shortfallWh: number): string {
  return shortfallWh < SMALLEST_SHORTFALL_WH
    ? ""
    : `; about ${kilowattHours(shortfallWh)} of it will be missing`;
}

function slotWords(slot: SlotOutlook | undefined): string {
  return slot === undefined ? "" : ` until ${slot.end.text}${bracketedPrice(slot.priceCtKwh)}`;
}

function bracketedPrice(priceCtKwh: number | undefined): string {
  return priceCtKwh === undefined ? "" : ` (${tenths(priceCtKwh)} ct/kWh)`;
}

function unknownPrices({ pricesUntil }: PlanAdvice): string {
  return pricesUntil === undefined
    ? ""
    : ` No prices after ${pricesUntil.text} are known yet: planned with those until then.`;
}

function kilowattHours(energyWh: number): string {
  return `${tenths(energyWh / 1_000)} kWh`;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function limitWords(limit: LimitName, { limits, operator }: LimitFigures): string {
  switch (limit) {
    case "wallbox_rating":
      return "the wallbox's rating";
    case "cable":
      return "the charging cable";
    case "main_fuse":
      return `the main fuse (${amps(limits.mainFuseA)} a phase)`;
    case "unbalance":
      return `the unbalance limit${bracketed(limits.unbalanceLimitA, (limitA) => `${amps(limitA)} between phases`)}`;
    case "site_import":
      return `the import limit of the house${bracketed(limits.importLimitW, watts)}`;
    case "grid_operator":
      return operatorWords(operator);
    case "configured_maximum":
      return "the configured maximum";
    case "user_maximum":
      return "the user's maximum";
    case "failsafe":
      return "the failsafe current, because the meter is lost";
    case "safe_mode":
      return "safe mode, because the gateway has restarted again and again";
    case "other_wallboxes":
      return "what the other wallboxes need";
    case "no_fallback":
      return `what may flow unwatched (${amps(limits.unattendedMaxA)} a phase for all such wallboxes), because this one does not come down when the gateway dies`;
  }
}

function operatorWords(operator: OperatorStatus | undefined): string {
  const isHeard = operator?.state === "limited";
  const who = isHeard ? "the grid operator" : "the failsafe limit, because the grid operator is not heard";
  return `${who}${bracketed(operator?.limitW, (limitW) => `${watts(limitW)} from the grid`)}`;
}

function bracketed(figure: number | undefined, words: (figure: number) => string): string {
  return figure === undefined ? "" : ` (${words(figure)})`;
}

function surplusWords(surplusW: number, battery?: BatteryShare): string {
  switch (battery?.kind) {
    case "comes_first":
      return `the battery comes first and charges with ${watts(battery.powerW)}`;
    case "gives":
      return `the battery gives ${watts(battery.powerW)} already`;
    case undefined:
      break;
  }
  return surplusW >= 0 ? `${watts(surplusW)} of surplus` : `the house imports ${watts(-surplusW)}`;
}

function allowed(setpointA: number): string {
  return setpointA === 0 ? "charging is paused" : `${amps(setpointA)} are allowed`;
}

function watts(powerW: number): string {
  return `${grouped(Math.round(powerW))} W`;
}

function amps(currentA: number): string {
  return `${tenths(currentA)} A`;
}

function seconds(durationMs: number): string {
  return `${Math.ceil(durationMs / 1_000)} s`;
}

/** 12345 as `12 345`, with no-break spaces. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
}
