import { isoUtc } from "../core/iso-time.ts";
import type { NoticeCode } from "../core/notice-codes.ts";
import type { Figures } from "./conditions.ts";
import { type Language, wordsOf } from "./words.ts";

/** What is sent: as a whole by webhook and MQTT, its title and text by ntfy. */
export interface Notice {
  /** The same at every try, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly site: string;
  readonly code: NoticeCode | "test";
  readonly kind: NoticeKind;
  /** Which device, wallbox or limit; null where there is one. */
  readonly subject: string | null;
  readonly title: string;
  readonly text: string;
  readonly ts: string;
  /** Since when a condition holds. */
  readonly since: string | null;
  readonly figures: Figures;
}

/** A condition begins or ends, or something happened once. */
export type NoticeKind = "raised" | "cleared" | "event" | "test";

export interface NoticeFacts {
  readonly id: string;
  readonly site: string;
  readonly code: Notice["code"];
  readonly kind: NoticeKind;
  readonly subject?: string | undefined;
  readonly figures?: Figures;
  readonly wallMs: number;
  readonly sinceWallMs?: number;
}

export function createNotice(language: Language, facts: NoticeFacts): Notice {
  const { id, site, code, kind, subject, figures = {}, wallMs, sinceWallMs } = facts;
  const { title, text } = wordsOf(language, { code, kind, subject, figures });
  return {
    id,
    site,
    code,
    kind,
    subject: subject ?? null,
    title: `${site}: ${title}`,
    text,
    ts: isoUtc(wallMs),
    since: sinceWallMs === undefined ? null : isoUtc(sinceWallMs),
    figures,
  };
}

/** In the shape of Standard Webhooks: a type, a time and the rest. */
export function noticeJson(notice: Notice): string {
  const { code, kind, ts, ...rest } = notice;
  return JSON.stringify({ type: `${code}.${kind}`, timestamp: ts, data: { code, kind, ...rest } });
}
