import { parseIsoMs } from "../core/iso-time.ts";
import type { FetchAnswer } from "../ports/fetch-answer.ts";

/** Longest pause that a server can ask for: 24 h. */
const LONGEST_PAUSE_MS = 24 * 3_600_000;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 9110 5.6.7, IMF-fixdate: the only form that a sender may use. */
const HTTP_DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/;

/**
 * The pause, ms, that `Retry-After` asks for, in seconds or as an HTTP date (RFC 9110 10.2.3). A date counts from
 * the answer's own `Date`, because a gateway's clock may be wrong. Undefined when absent or unreadable.
 */
export function retryAfterMs(headers: FetchAnswer["headers"], wallMs: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_PAUSE_MS);
  const untilMs = parseHttpDateMs(text);
  if (untilMs === undefined) return undefined;
  const nowMs = parseHttpDateMs(headers.get("date") ?? "") ?? wallMs;
  return Math.min(Math.max(0, untilMs - nowMs), LONGEST_PAUSE_MS);
}

function parseHttpDateMs(text: string): number | undefined {
  const [, day, monthName, year, time] = HTTP_DATE.exec(text) ?? [];
  const month = MONTHS.indexOf(monthName ?? "") + 1;
  if (month === 0) return undefined;
  return parseIsoMs(`${year}-${String(month).padStart(2, "0")}-${day}T${time}Z`);
}
