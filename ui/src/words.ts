import type { State } from "./wire.ts";
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

/** Why a car gets its current, in the gateway's own words. */
export function whySentence(told: Pick<State, "reason_text" | "reason_text_de">): string {
  return withUnits(words === german ? told.reason_text_de : told.reason_text);
}
