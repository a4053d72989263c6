import type { BatteryShare } from "../battery-policy.ts";
import type { OperatorStatus } from "../grid-operator.ts";
import type { LimitName } from "../limits.ts";
import type { PlanAdvice, SlotOutlook } from "../planner/plan-advice.ts";
import {
  bracketed,
  endOf,
  isNotableShortfall,
  type LimitFigures,
  type ReasonWords,
  seconds,
  tenths,
  watts,
} from "./reason-words.ts";

export const english: ReasonWords = {
  startingUp: () => "Starting: waiting for the first readings of meter and wallbox.",
  noVehicle: () => "No car is plugged in.",
  sessionEnded: () => "The wallbox has ended the session: unplug the car and plug it in again.",
  wallboxDisconnected: () => "The wallbox is not connected: it falls back to its failsafe current by itself.",
  wallboxFaulted: () => "The wallbox reports a fault: look at its display.",
  wallboxNotModulating: () => "The wallbox takes no current limit, so it cannot follow the sun.",
  wallboxNotFollowing: (setpointA) =>
    `The car draws more than the ${amps(setpointA)} that the wallbox was told: nothing is raised until it obeys.`,
  wallboxContested: (setpointA) =>
    `Another controller changes the limit of the wallbox: ${allowed(setpointA)}, and nothing is raised until it stops. Look for a second system that steers it.`,
  wallboxSilent: (setpointA) =>
    `The wallbox does not say what the car draws: ${allowed(setpointA)} until it does.`,
  settling: (setpointA) => `Waiting for readings that show the last change: ${allowed(setpointA)} meanwhile.`,
  meterSuspect: (setpointA) => `The meter does not answer sensibly: holding ${amps(setpointA)}, no increase.`,
  meterLost: (setpointA) => `The meter is lost: ${allowed(setpointA)} until it is back.`,
  waitingForSurplus: (surplusW, startW, proofMs, battery) =>
    `Waiting: ${surplusWords(surplusW, battery)}, starts at ${watts(startW)} of export held for ${seconds(proofMs)}.`,
  provingStart: (startW, remainingMs) =>
    remainingMs === undefined
      ? `About to start: waiting for the export to return to ${watts(startW)}.`
      : `Starts in ${seconds(remainingMs)} if the export stays above ${watts(startW)}.`,
  followingSurplus: (setpointA, surplusW) =>
    `Charging from surplus: ${watts(surplusW)} available, ${amps(setpointA)} allowed.`,
  provingStop: (surplusW, remainingMs, battery) =>
    `Too little sun (${surplusWords(surplusW, battery)}): stops in ${seconds(remainingMs)} unless it returns.`,
  vehicleNotCharging: (setpointA) =>
    `${amps(setpointA)} are offered, but the car takes nothing: it is full or asleep.`,
  unsteered: () => "No steering: the car may charge as fast as the limits allow.",
  boost: () => "Boost: charging now, as fast as the limits allow.",
  waitingForCheapSlot: (plan, { start, priceCtKwh }) =>
    `Waiting for a cheap hour: starts at ${start.text}${bracketedPrice(priceCtKwh)}.${unknownPrices(plan)}`,
  cheapSlot: (plan) => `Charging in a cheap hour${slotWords(plan.nextSlot)}: ${dueWords(plan)}.`,
  deadlineDue: (plan) => `Charging because ${dueWords(plan)}${shortfallWords(plan.shortfallWh)}.`,
  planFulfilled: ({ deadline }) => `What is due by ${deadline.text} has been charged: use boost for more.`,
  noPrices: (plan) =>
    plan === undefined
      ? "No electricity prices are known, so no cheap hour can be chosen: use boost to charge now."
      : `No electricity prices are known: starts at ${plan.latestStart.text} at the latest, because ${dueWords(plan)}.`,
  failsafe: (currentA, aim) => `The meter is lost: ${allowed(currentA)} until it is back. ${aim}`,
  limited: (limit, currentA, figures) => {
    const words = limitWords(limit, figures);
    const clock = endOf(limit, figures);
    const until = clock === undefined ? "" : ` until ${clock}`;
    return currentA === 0
      ? `Paused${until}: ${words} leaves less than the car needs to charge.`
      : `Limited to ${amps(currentA)}${until} by ${words}.`;
  },
};

function dueWords({ missingWh, deadline }: PlanAdvice): string {
  return `${kilowattHours(missingWh)} are due by ${deadline.text}`;
}

function shortfallWords(shortfallWh: number): string {
  return isNotableShortfall(shortfallWh) ? `; about ${kilowattHours(shortfallWh)} of it will be missing` : "";
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

function amps(currentA: number): string {
  return `${tenths(currentA)} A`;
}
