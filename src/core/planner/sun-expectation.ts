import type { LocalTime } from "./local-time.ts";
import type { SunPeriod } from "./plan-segments.ts";

export const SLOT_MINUTES = 15;
export const SLOTS_PER_DAY = 96;
const SLOT_MS = SLOT_MINUTES * 60_000;

/** Days that are remembered: the sun's path changes little in them, and the weather enough. */
export const REMEMBERED_DAYS = 14;

/** Surplus that a car could have used, W, mean of each quarter of an hour of one local day; undefined: not seen. */
export interface SunDay {
  /** Days since 1970-01-01, local. */
  readonly dayNumber: number;
  readonly powersW: readonly (number | undefined)[];
}

export interface SunForecastOptions {
  /** Quantile of the days that counts as a clear one, in each slot. */
  readonly clearQuantile: number;
  /** Quantile of the days' clearness that is expected: below one half, because a missing kWh must be bought dear. */
  readonly clearnessQuantile: number;
  /** Days of history that count as much as knowing nothing. */
  readonly priorDays: number;
  /** Share of a clear day's energy after which the day itself counts as much as those before it. */
  readonly todayShare: number;
}

export const SUN_FORECAST: SunForecastOptions = {
  clearQuantile: 0.85,
  clearnessQuantile: 0.4,
  priorDays: 2,
  todayShare: 0.25,
};

/**
 * The surplus to expect from `nowMs` until `deadlineMs`, from the plant's own days: their clear-sky shape by the local
 * clock, times how clear days were, and today's own clearness as far as it has shown. No history, no expectation.
 */
export function expectedSun(
  history: readonly SunDay[],
  window: { readonly nowMs: number; readonly deadlineMs: number },
  local: LocalTime,
  options: SunForecastOptions = SUN_FORECAST,
): readonly SunPeriod[] {
  const { dayNumber: today } = local.momentAt(window.nowMs);
  const past = history.filter(({ dayNumber }) => dayNumber < today && dayNumber >= today - REMEMBERED_DAYS);
  if (past.length === 0) return [];
  const shapeW = clearShapeW(past, options.clearQuantile);
  const usual =
    (quantile(
      past.flatMap((day) => clearness(day, shapeW) ?? []),
      options.clearnessQuantile,
    ) *
      past.length) /
    (past.length + options.priorDays);
  const present = history.find(({ dayNumber }) => dayNumber === today);
  const todays = present === undefined ? usual : blended(usual, present, shapeW, options.todayShare);
  return slotStarts(window).flatMap((startMs) => {
    const moment = local.momentAt(startMs);
    const clearW = shapeW[Math.floor(moment.minute / SLOT_MINUTES)] as number;
    const powerW = clearW * (moment.dayNumber === today ? todays : usual);
    return powerW > 0 ? [{ startMs, endMs: startMs + SLOT_MS, powerW }] : [];
  });
}

function clearShapeW(days: readonly SunDay[], clearQuantile: number): readonly number[] {
  return Array.from({ length: SLOTS_PER_DAY }, (_, slot) =>
    quantile(
      days.flatMap(({ powersW }) => powersW[slot] ?? []),
      clearQuantile,
    ),
  );
}

/** What a day brought of what a clear one would have, in the slots that were seen; undefined when that is nothing. */
function clearness({ powersW }: SunDay, shapeW: readonly number[]): number | undefined {
  let brought = 0;
  let clear = 0;
  for (const [slot, clearW] of shapeW.entries()) {
    const powerW = powersW[slot];
    if (powerW === undefined) continue;
    brought += powerW;
    clear += clearW;
  }
  return clear > 0 ? brought / clear : undefined;
}

/** The usual clearness, moved toward today's by how much of a clear day's energy has been seen today. */
function blended(usual: number, today: SunDay, shapeW: readonly number[], todayShare: number): number {
  const shown = clearness(today, shapeW);
  if (shown === undefined) return usual;
  const total = shapeW.reduce((sum, powerW) => sum + powerW, 0);
  const seen = shapeW.reduce(
    (sum, powerW, slot) => sum + (today.powersW[slot] === undefined ? 0 : powerW),
    0,
  );
  const weight = seen / (seen + todayShare * total);
  return usual + weight * (Math.min(1, shown) - usual);
}

function slotStarts({ nowMs, deadlineMs }: { readonly nowMs: number; readonly deadlineMs: number }) {
  const firstMs = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
  const count = Math.max(0, Math.ceil((deadlineMs - firstMs) / SLOT_MS));
  return Array.from({ length: count }, (_, index) => firstMs + index * SLOT_MS);
}

/** Linear between neighbours; 0 of nothing. `share` is 0..1. */
function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  return low + (high - low) * (place - Math.floor(place));
}
