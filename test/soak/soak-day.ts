import { median, slope } from "./trend.ts";
import type { Usage } from "./usage.ts";

/** What one simulated day cost. */
export interface SoakDay {
  /** Median over the day. */
  readonly rssBytes: number;
  readonly handles: number;
  readonly writtenBytes: number;
}

/** Makes days of looks that are taken now and then. */
export interface DayBook {
  look(usage: Usage): void;
  /** The day is over; the next one begins. */
  turn(): SoakDay;
}

export function createDayBook(first: Usage): DayBook {
  let looks: Usage[] = [];
  let writtenBytes = first.writtenBytes;
  return {
    look: (usage) => void looks.push(usage),
    turn() {
      const last = looks.at(-1);
      if (last === undefined) throw new Error("nobody looked on this day");
      const day = {
        rssBytes: median(looks.map(({ rssBytes }) => rssBytes)),
        handles: median(looks.map(({ handles }) => handles)),
        writtenBytes: last.writtenBytes - writtenBytes,
      };
      writtenBytes = last.writtenBytes;
      looks = [];
      return day;
    },
  };
}

/** Figures of all days of one run. */
export interface SoakFigures {
  readonly days: number;
  readonly warm_up_days: number;
  readonly rss_mb: { readonly first: number; readonly after_warm_up: number; readonly last: number };
  readonly rss_mb_per_week: number;
  readonly handles: { readonly least: number; readonly most: number; readonly per_week: number };
  readonly written_mb_per_day: { readonly mean: number; readonly most: number };
}

/** Goals: growth after the warm-up, MB in a simulated week, handles in a week, and writes, MB in a simulated day. */
export const GOALS = { rssMbPerWeek: 1, handlesPerWeek: 0.5, writtenMbPerDay: 50 } as const;

const MB = 1_000_000;
const DAYS_PER_WEEK = 7;

/** The first ten days, of a shorter run its first half, are warm-up: caches fill, the heap takes its size. */
export function soakFigures(days: readonly SoakDay[]): SoakFigures {
  const warmUpDays = Math.min(10, Math.floor(days.length / 2));
  const settled = days.slice(warmUpDays);
  const rssMb = (day: SoakDay | undefined) => tenths((day?.rssBytes ?? 0) / MB);
  const handles = settled.map((day) => day.handles);
  const writtenMb = days.map((day) => day.writtenBytes / MB);
  return {
    days: days.length,
    warm_up_days: warmUpDays,
    rss_mb: { first: rssMb(days[0]), after_warm_up: rssMb(settled[0]), last: rssMb(settled.at(-1)) },
    rss_mb_per_week: hundredths((slope(settled.map(({ rssBytes }) => rssBytes)) * DAYS_PER_WEEK) / MB),
    handles: {
      least: Math.min(...handles),
      most: Math.max(...handles),
      per_week: hundredths(slope(handles) * DAYS_PER_WEEK),
    },
    written_mb_per_day: {
      mean: tenths(writtenMb.reduce((sum, mb) => sum + mb, 0) / writtenMb.length),
      most: tenths(Math.max(...writtenMb)),
    },
  };
}

/** False for a run that is too short to tell growth from warming up. */
export function showsGrowth(figures: SoakFigures): boolean {
  return figures.days - figures.warm_up_days >= DAYS_PER_WEEK;
}

/** What of the goals was missed, as sentences. */
export function missedGoals(figures: SoakFigures): readonly string[] {
  const { rss_mb_per_week: rss, handles, written_mb_per_day: written } = figures;
  const isJudged = showsGrowth(figures);
  return [
    ...(isJudged && rss > GOALS.rssMbPerWeek
      ? [`memory grows by ${rss} MB a week, more than ${GOALS.rssMbPerWeek}`]
      : []),
    ...(isJudged && handles.per_week > GOALS.handlesPerWeek
      ? [`handles grow by ${handles.per_week} a week`]
      : []),
    ...(written.most > GOALS.writtenMbPerDay
      ? [`${written.most} MB written on a day, more than ${GOALS.writtenMbPerDay}`]
      : []),
  ];
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
