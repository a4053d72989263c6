import { noiseAt } from "../../simulator/house/second-by-second.ts";
import type { MarketHour } from "../../simulator/prices/market-year.ts";

export interface MarketPeriod extends MarketHour {
  readonly endMs: number;
}

const QUARTER_MS = 900_000;
/** Place of each quarter's middle in its hour, from the middle of the hour on. */
const OFFSETS = [-0.375, -0.125, 0.125, 0.375];
const NOISE_EUR_MWH = 3;
const SEED = 15;

/**
 * Quarter hours made up from hours, to run what expects them: each hour is tilted by the slope between its neighbours, with
 * even noise, and keeps its mean. They are no market data.
 */
export function quarterHours(hours: readonly MarketHour[]): readonly MarketPeriod[] {
  return hours.flatMap((hour, index) => {
    const before = hours[index - 1] ?? hour;
    const after = hours[index + 1] ?? hour;
    const slope = (after.priceEurMwh - before.priceEurMwh) / 2;
    const raw = OFFSETS.map((offset, quarter) => slope * offset + noiseEurMwh(index * 4 + quarter));
    const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
    return raw.map((value, quarter) => ({
      startMs: hour.startMs + quarter * QUARTER_MS,
      endMs: hour.startMs + (quarter + 1) * QUARTER_MS,
      priceEurMwh: hour.priceEurMwh + value - mean,
    }));
  });
}

function noiseEurMwh(place: number): number {
  return (noiseAt(SEED, place) / 2 ** 31 - 1) * NOISE_EUR_MWH;
}
