import { parseIsoMs } from "../iso-time.ts";
import type { LocalTime } from "./local-time.ts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** Wall time, ms, of an ISO 8601 time, or of the local midnight at which a date such as 2026-11-21 begins. */
export function wallMsOf(text: string, local: LocalTime): number | undefined {
  if (!DATE.test(text)) return parseIsoMs(text);
  const utcMidnightMs = parseIsoMs(`${text}T00:00Z`);
  return utcMidnightMs === undefined
    ? undefined
    : local.wallMsAt({ dayNumber: utcMidnightMs / DAY_MS, minute: 0 });
}
