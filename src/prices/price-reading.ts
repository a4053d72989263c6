import type { PricePeriod } from "../core/planner/price-curve.ts";

export type PriceFault =
  | { readonly kind: "timeout"; readonly detail: string }
  | { readonly kind: "unreachable"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string; readonly status: number }
  | { readonly kind: "malformed"; readonly detail: string };

/** Market prices in ct/kWh, in any order, or why there are none. */
export type PriceReading =
  | { readonly ok: true; readonly periods: readonly PricePeriod[] }
  | { readonly ok: false; readonly fault: PriceFault };

/** An entry as some source gave it, EUR/MWh. */
export interface MarketEntry {
  readonly startMs: number;
  /** Undefined where the source only gives starts. */
  readonly endMs: number | undefined;
  readonly priceEurMwh: number;
}

/** Of the harmonised auction, EUR/MWh, with room for the limits to move: beyond them it is another unit or a mistake. */
const LOWEST_EUR_MWH = -1_000;
const HIGHEST_EUR_MWH = 10_000;
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
/** 1 ct/kWh is 10 EUR/MWh. */
const EUR_MWH_PER_CT_KWH = 10;
/** A day has at most 100 quarter hours; nobody needs more than a week. */
const MOST_PERIODS = 1_000;
const PAST_MS = 26 * HOUR_MS;
const FUTURE_MS = 100 * HOUR_MS;

export function malformed(detail: string): PriceReading {
  return { ok: false, fault: { kind: "malformed", detail } };
}

/**
 * What can be used of `entries` around `wallMs`: those with a plausible price, a length between a quarter of an hour and an
 * hour, and a time not far from now. Without any, a fault.
 */
export function usablePrices(entries: readonly MarketEntry[], wallMs: number): PriceReading {
  const sorted = entries
    .filter(({ startMs }) => startMs > wallMs - PAST_MS && startMs < wallMs + FUTURE_MS)
    .sort((a, b) => a.startMs - b.startMs)
    .slice(0, MOST_PERIODS);
  const periods = sorted.flatMap((entry, index) => {
    const { startMs, priceEurMwh } = entry;
    const endMs = entry.endMs ?? startMs + stepMs(sorted, index);
    const isPlausible =
      Number.isFinite(priceEurMwh) &&
      priceEurMwh >= LOWEST_EUR_MWH &&
      priceEurMwh <= HIGHEST_EUR_MWH &&
      endMs - startMs >= QUARTER_MS &&
      endMs - startMs <= HOUR_MS;
    return isPlausible ? [{ startMs, endMs, priceCtKwh: priceEurMwh / EUR_MWH_PER_CT_KWH }] : [];
  });
  return periods.length === 0 ? malformed("no usable price for these days") : { ok: true, periods };
}

/** The time to the next start, or, before a gap and at the end, the time since the last one. */
function stepMs(sorted: readonly MarketEntry[], index: number): number {
  const startMs = sorted[index]?.startMs ?? 0;
  const next = sorted.find((entry) => entry.startMs > startMs)?.startMs;
  if (next !== undefined && next - startMs <= HOUR_MS) return next - startMs;
  const previous = sorted.findLast((entry) => entry.startMs < startMs)?.startMs;
  return previous !== undefined && startMs - previous <= HOUR_MS ? startMs - previous : HOUR_MS;
}
