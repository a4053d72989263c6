import { amps, power } from "./format.ts";
import type { View } from "./wire.ts";
import { german } from "./words-de.ts";
import { english } from "./words-en.ts";
import type { Words } from "./words-shape.ts";

const LANGUAGES: Readonly<Record<string, Words>> = { en: english, de: german };
export type Language = "en" | "de";

/** The language that was chosen here, else the browser's, else English. */
export function firstLanguage(): Language {
  const chosen = localStorage.getItem("language") ?? navigator.language.slice(0, 2);
  return chosen === "de" ? "de" : "en";
}

let words: Words = english;

export function speak(language: Language): void {
  words = LANGUAGES[language] ?? english;
  document.documentElement.lang = language;
  localStorage.setItem("language", language);
}

/** The words for a key, with `{name}` filled in; a key that nobody knows is shown as it is. */
export function say(key: string, figures: Readonly<Record<string, string | number>> = {}): string {
  const text = words[key] ?? english[key];
  if (text === undefined) return key.slice(key.indexOf(".") + 1).replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name] ?? ""));
}

/** No line ends between a number and its unit. */
function withUnits(sentence: string): string {
  return sentence.replace(/(\d) (?=(?:k?Wh?|A|s|ct)\b)/g, "$1\u00a0");
}

/** Why the car gets its current: the gateway's own English sentence, or the same in the page's language. */
export function whySentence({ state, telemetry }: View): string {
  const key = `why.${state.reason}`;
  if (words === english || words[key] === undefined) return withUnits(state.reason_text);
  const surplus = telemetry.surplus_w;
  return say(key, {
    setpoint: amps(state.setpoint_a),
    surplus: surplus === null || surplus >= 0 ? power(surplus) : `−${power(surplus)}`,
    start: power(state.thresholds.effective.hems_min_export_to_start_w),
    limit: say(`limit.${state.limited_by ?? "failsafe"}`),
    next: state.plan?.next_start_text ?? "",
    deadline: state.plan?.deadline_text ?? "",
    seconds: /in (\d+) s/.exec(state.reason_text)?.[1] ?? "?",
  });
}
