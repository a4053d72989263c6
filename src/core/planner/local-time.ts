import { parseIsoMs } from "../iso-time.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

/** A local date, counted in days since 1970-01-01, and the minute since its midnight by the clock on the wall. */
export interface LocalMoment {
  readonly dayNumber: number;
  /** 0 up to, but not including, 1440. */
  readonly minute: number;
}

/** Between wall times and what the clocks of a place show. */
export interface LocalTime {
  momentAt(wallMs: number): LocalMoment;
  /**
   * When clocks show `moment`. Shown twice: the first time. Never shown, because clocks go forward: as many minutes
   * before the change as the moment lies behind it.
   */
  wallMsAt(moment: LocalMoment): number;
}

/** True for an IANA name. Intl also takes offsets such as +01:00, which know no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** `timeZone` is an IANA name. */
export function createLocalTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });

  /** What clocks show, as if it were UTC, ms. */
  function faceMs(wallMs: number): number {
    const minuteMs = Math.floor(wallMs / MINUTE_MS) * MINUTE_MS;
    const text = format.format(minuteMs).replace(", ", "T");
    return (parseIsoMs(text) ?? minuteMs) + wallMs - minuteMs;
  }

  function offsetMs(wallMs: number): number {
    return faceMs(wallMs) - wallMs;
  }

  return {
    momentAt(wallMs) {
      const shownMs = faceMs(wallMs);
      const dayNumber = Math.floor(shownMs / DAY_MS);
      return { dayNumber, minute: Math.floor((shownMs - dayNumber * DAY_MS) / MINUTE_MS) };
    },
    wallMsAt({ dayNumber, minute }) {
      const shownMs = dayNumber * DAY_MS + minute * MINUTE_MS;
      const byOffsetBefore = shownMs - offsetMs(shownMs - DAY_MS);
      const byOffsetAfter = shownMs - offsetMs(shownMs + DAY_MS);
      const earlier = Math.min(byOffsetBefore, byOffsetAfter);
      const later = Math.max(byOffsetBefore, byOffsetAfter);
      return [earlier, later].find((wallMs) => faceMs(wallMs) === shownMs) ?? earlier;
    },
  };
}

/** A wall time as people read it at `nowMs`: `07:00`, or `Sat 07:00` from a day ahead or ago on. */
export function clockText(wallMs: number, nowMs: number, local: LocalTime): string {
  const { dayNumber, minute } = local.momentAt(wallMs);
  const time = timeOfDayText(minute);
  if (Math.abs(wallMs - nowMs) < DAY_MS) return time;
  const weekday = weekdayOf(dayNumber);
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)} ${time}`;
}

/** Minutes since midnight as `07:30`. */
export function timeOfDayText(minute: number): string {
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

export function weekdayOf(dayNumber: number): Weekday {
  const index = (((dayNumber + EPOCH_WEEKDAY) % 7) + 7) % 7;
  return WEEKDAYS[index] as Weekday;
}

/** `07:30` as minutes since midnight; undefined for anything else. */
export function minuteOfDay(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}
