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

export const german: ReasonWords = {
  startingUp: () => "Startet: wartet auf die ersten Werte von Zähler und Wallbox.",
  noVehicle: () => "Kein Auto ist eingesteckt.",
  sessionEnded: () => "Die Wallbox hat den Vorgang beendet: Auto abstecken und neu einstecken.",
  wallboxDisconnected: () =>
    "Die Wallbox ist nicht verbunden: Sie fällt von selbst auf ihren sicheren Strom zurück.",
  wallboxFaulted: () => "Die Wallbox meldet eine Störung: siehe ihre Anzeige.",
  wallboxNotModulating: () => "Die Wallbox nimmt keine Stromgrenze an und kann der Sonne nicht folgen.",
  wallboxNotFollowing: (setpointA) =>
    `Das Auto zieht mehr als die ${amps(setpointA)}, die der Wallbox gesagt wurden: Es wird nichts erhöht, bis sie gehorcht.`,
  wallboxContested: (setpointA) =>
    `Ein anderes Gerät verstellt die Grenze der Wallbox: ${allowed(setpointA)}, und nichts wird erhöht, bis es aufhört. Suchen Sie nach einem zweiten System, das sie steuert.`,
  wallboxSilent: (setpointA) =>
    `Die Wallbox sagt nicht, was das Auto zieht: Bis sie es tut, ${allowedAfter(setpointA)}.`,
  settling: (setpointA) =>
    `Wartet auf Werte, die die letzte Änderung zeigen: Bis dahin ${allowedAfter(setpointA)}.`,
  meterSuspect: (setpointA) =>
    `Der Zähler antwortet nicht vernünftig: hält ${amps(setpointA)}, keine Erhöhung.`,
  meterLost: (setpointA) => `Der Zähler ist verloren: Bis er wieder da ist, ${allowedAfter(setpointA)}.`,
  waitingForSurplus: (surplusW, startW, proofMs, battery) =>
    `Wartet: ${surplusWords(surplusW, battery)}, Start bei ${watts(startW)} Einspeisung, die ${seconds(proofMs)} hält.`,
  provingStart: (startW, remainingMs) =>
    remainingMs === undefined
      ? `Gleich geht es los: wartet, bis die Einspeisung wieder ${watts(startW)} erreicht.`
      : `Startet in ${seconds(remainingMs)}, wenn die Einspeisung über ${watts(startW)} bleibt.`,
  followingSurplus: (setpointA, surplusW) =>
    `Lädt mit Überschuss: ${watts(surplusW)} verfügbar, ${amps(setpointA)} erlaubt.`,
  provingStop: (surplusW, remainingMs, battery) =>
    `Zu wenig Sonne (${surplusWords(surplusW, battery)}): stoppt in ${seconds(remainingMs)}, wenn sie nicht zurückkommt.`,
  vehicleNotCharging: (setpointA) =>
    `${amps(setpointA)} sind frei, aber das Auto nimmt nichts: Es ist voll oder schläft.`,
  unsteered: () => "Ohne Steuerung: Das Auto darf laden, so schnell wie die Grenzen es erlauben.",
  boost: () => "Boost: lädt jetzt, so schnell wie die Grenzen es erlauben.",
  waitingForCheapSlot: (plan, { start, priceCtKwh }) =>
    `Wartet auf eine günstige Stunde: Start um ${clock(start.text)}${bracketedPrice(priceCtKwh)}.${unknownPrices(plan)}`,
  cheapSlot: (plan) => `Lädt in einer günstigen Stunde${slotWords(plan.nextSlot)}: ${dueWords(plan)}.`,
  deadlineDue: (plan) => `Lädt jetzt: ${dueWords(plan)}${shortfallWords(plan.shortfallWh)}.`,
  planFulfilled: ({ deadline }) =>
    `Was bis ${clock(deadline.text)} geladen sein soll, ist geladen: für mehr gibt es Boost.`,
  noPrices: (plan) =>
    plan === undefined
      ? "Keine Strompreise bekannt, also auch keine günstige Stunde: Mit Boost wird jetzt geladen."
      : `Keine Strompreise bekannt: Start spätestens um ${clock(plan.latestStart.text)}, denn ${dueWords(plan)}.`,
  failsafe: (currentA, aim) =>
    `Der Zähler ist verloren: Bis er wieder da ist, ${allowedAfter(currentA)}. ${aim}`,
  limited: (limit, currentA, figures) => {
    const words = limitWords(limit, figures);
    const end = endOf(limit, figures);
    const until = end === undefined ? "" : ` bis ${clock(end)}`;
    return currentA === 0
      ? `Pausiert${until}: ${words} lässt weniger, als das Auto zum Laden braucht.`
      : `Auf ${amps(currentA)} begrenzt${until}: ${words}.`;
  },
};

/** A clock's text may begin with a weekday: `Sat 07:00`. */
const WEEKDAYS = [
  ["Mon ", "Mo "],
  ["Tue ", "Di "],
  ["Wed ", "Mi "],
  ["Thu ", "Do "],
  ["Fri ", "Fr "],
  ["Sat ", "Sa "],
  ["Sun ", "So "],
] as const;

function clock(text: string): string {
  return WEEKDAYS.reduce((words, [english, german]) => words.replace(english, german), text);
}

function dueWords({ missingWh, deadline }: PlanAdvice): string {
  return `bis ${clock(deadline.text)} fehlen noch ${kilowattHours(missingWh)}`;
}

function shortfallWords(shortfallWh: number): string {
  return isNotableShortfall(shortfallWh)
    ? `, etwa ${kilowattHours(shortfallWh)} davon sind nicht mehr zu schaffen`
    : "";
}

function slotWords(slot: SlotOutlook | undefined): string {
  return slot === undefined ? "" : ` bis ${clock(slot.end.text)}${bracketedPrice(slot.priceCtKwh)}`;
}

function bracketedPrice(priceCtKwh: number | undefined): string {
  return priceCtKwh === undefined ? "" : ` (${decimal(priceCtKwh)} ct/kWh)`;
}

function unknownPrices({ pricesUntil }: PlanAdvice): string {
  return pricesUntil === undefined
    ? ""
    : ` Preise nach ${clock(pricesUntil.text)} sind noch nicht bekannt: geplant mit denen bis dahin.`;
}

function kilowattHours(energyWh: number): string {
  return `${decimal(energyWh / 1_000)} kWh`;
}

function limitWords(limit: LimitName, { limits, operator }: LimitFigures): string {
  switch (limit) {
    case "wallbox_rating":
      return "der Nennstrom der Wallbox";
    case "cable":
      return "das Ladekabel";
    case "main_fuse":
      return `die Hauptsicherung (${amps(limits.mainFuseA)} je Phase)`;
    case "unbalance":
      return `die Grenze der Schieflast${bracketed(limits.unbalanceLimitA, (limitA) => `${amps(limitA)} zwischen den Phasen`)}`;
    case "site_import":
      return `die Bezugsgrenze des Hauses${bracketed(limits.importLimitW, watts)}`;
    case "grid_operator":
      return operatorWords(operator);
    case "configured_maximum":
      return "das eingestellte Maximum";
    case "user_maximum":
      return "das Maximum des Nutzers";
    case "failsafe":
      return "der sichere Strom ohne Zähler";
    case "safe_mode":
      return "der sichere Betrieb nach wiederholten Neustarts des Gateways";
    case "other_wallboxes":
      return "der Bedarf der anderen Wallboxen";
    case "no_fallback":
      return `die Grenze für Wallboxen, die ohne Gateway nicht zurückgehen (${amps(limits.unattendedMaxA)} je Phase für alle zusammen)`;
  }
}

function operatorWords(operator: OperatorStatus | undefined): string {
  const isHeard = operator?.state === "limited";
  const who = isHeard ? "der Netzbetreiber" : "die Notgrenze ohne Nachricht vom Netzbetreiber";
  return `${who}${bracketed(operator?.limitW, (limitW) => `${watts(limitW)} aus dem Netz`)}`;
}

function surplusWords(surplusW: number, battery?: BatteryShare): string {
  switch (battery?.kind) {
    case "comes_first":
      return `die Batterie hat Vorrang und lädt mit ${watts(battery.powerW)}`;
    case "gives":
      return `die Batterie gibt schon ${watts(battery.powerW)}`;
    case undefined:
      break;
  }
  return surplusW >= 0 ? `${watts(surplusW)} Überschuss` : `das Haus bezieht ${watts(-surplusW)}`;
}

function allowed(setpointA: number): string {
  return setpointA === 0 ? "Laden pausiert" : `${amps(setpointA)} sind erlaubt`;
}

/** The same after words that come first in the sentence. */
function allowedAfter(setpointA: number): string {
  return setpointA === 0 ? "pausiert das Laden" : `sind ${amps(setpointA)} erlaubt`;
}

function amps(currentA: number): string {
  return `${decimal(currentA)} A`;
}

function decimal(value: number): string {
  return String(tenths(value)).replace(".", ",");
}
