import type { NoticeCode } from "../core/notice-codes.ts";
import type { Figures } from "./conditions.ts";
import type { NoticeKind } from "./notice.ts";
import { german } from "./words-de.ts";
import { english } from "./words-en.ts";

export type Language = "en" | "de";

/** A short name, and a sentence for each kind that there is; `{name}` stands for a figure, `{subject}` for the subject. */
export interface NoticeWords {
  readonly title: string;
  readonly raised?: string;
  readonly cleared?: string;
  readonly event?: string;
  readonly test?: string;
}

export type Words = Readonly<Record<NoticeCode | "test", NoticeWords>> & {
  /** Names of limits. */
  readonly limits: Readonly<Record<string, string>>;
  readonly decimalMark: string;
};

const LANGUAGES: Readonly<Record<Language, Words>> = { en: english, de: german };

export function wordsOf(
  language: Language,
  facts: {
    readonly code: NoticeCode | "test";
    readonly kind: NoticeKind;
    readonly subject: string | undefined;
    readonly figures: Figures;
  },
): { readonly title: string; readonly text: string } {
  const words = LANGUAGES[language];
  const { title, ...sentences } = words[facts.code];
  const subject = facts.subject ?? "";
  const values: Figures = { ...facts.figures, subject: words.limits[subject] ?? subject };
  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? String(value).replace(".", words.decimalMark) : value;
    });
  return { title: filled(title), text: filled(sentences[facts.kind] ?? title) };
}
