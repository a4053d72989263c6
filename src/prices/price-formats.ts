import { z } from "zod";
import { parseIsoMs } from "../core/iso-time.ts";
import { type MarketEntry, malformed, type PriceReading, usablePrices } from "./price-reading.ts";

/** Reads one answer; `wallMs` is now. Unknown members are ignored, and single entries that make no sense left out. */
export type PriceFormat = (text: string, wallMs: number) => PriceReading;

const MOST_ENTRIES = 100_000;
/** Smaller numbers are Unix seconds: as ms they would lie in 1973. */
const LOWEST_MS = 1e11;

const awattarSchema = z.object({ data: z.array(z.unknown()).max(MOST_ENTRIES) });
const awattarEntry = z.object({
  start_timestamp: z.number(),
  end_timestamp: z.number(),
  marketprice: z.number(),
  unit: z.string().optional(),
});
const energyChartsSchema = z.object({
  unix_seconds: z.array(z.unknown()).max(MOST_ENTRIES),
  price: z.array(z.unknown()).max(MOST_ENTRIES),
  unit: z.string().optional(),
});
const listSchema = z.array(z.unknown()).max(MOST_ENTRIES);
const time = z.union([z.number(), z.string()]);
const listEntry = z.object({ start: time, end: time.optional(), price: z.number() });

/** `{data:[{start_timestamp, end_timestamp, marketprice, unit}]}`, times in ms. */
export const readAwattar: PriceFormat = (text, wallMs) => {
  const answer = awattarSchema.safeParse(jsonOf(text));
  if (!answer.success) return malformed("not the aWATTar format");
  const entries = answer.data.data.flatMap((raw): MarketEntry[] => {
    const { data: entry } = awattarEntry.safeParse(raw);
    if (entry === undefined || !isEurMwh(entry.unit)) return [];
    return [{ startMs: entry.start_timestamp, endMs: entry.end_timestamp, priceEurMwh: entry.marketprice }];
  });
  return usablePrices(entries, wallMs);
};

/** `{unix_seconds:[], price:[], unit}`: two lists of equal length. */
export const readEnergyCharts: PriceFormat = (text, wallMs) => {
  const answer = energyChartsSchema.safeParse(jsonOf(text));
  if (!answer.success) return malformed("not the energy-charts format");
  const { unix_seconds: seconds, price, unit } = answer.data;
  if (seconds.length !== price.length) return malformed("lists of times and prices differ in length");
  if (!isEurMwh(unit)) return malformed("prices are not in EUR/MWh");
  const entries = seconds.flatMap((second, index): MarketEntry[] => {
    const priceEurMwh = price[index];
    if (typeof second !== "number" || typeof priceEurMwh !== "number") return [];
    return [{ startMs: second * 1_000, endMs: undefined, priceEurMwh }];
  });
  return usablePrices(entries, wallMs);
};

/** First column the start as an ISO 8601 time in UTC, second the price in EUR/MWh; a header line and more columns may stand there. */
export const readPriceCsv: PriceFormat = (text, wallMs) => {
  const entries = text.split(/\r?\n/, MOST_ENTRIES).flatMap((line): MarketEntry[] => {
    const [start = "", price = ""] = line.split(/[,;]/);
    const startMs = parseIsoMs(start);
    if (startMs === undefined || price.trim() === "") return [];
    return [{ startMs, endMs: undefined, priceEurMwh: Number(price) }];
  });
  return usablePrices(entries, wallMs);
};

/** `[{start, end, price}]`: ISO 8601 times, Unix ms or seconds; `end` may be left out. */
export const readPriceList: PriceFormat = (text, wallMs) => {
  const answer = listSchema.safeParse(jsonOf(text));
  if (!answer.success) return malformed("not a JSON list");
  const entries = answer.data.flatMap((raw): MarketEntry[] => {
    const { data: entry } = listEntry.safeParse(raw);
    if (entry === undefined) return [];
    const startMs = timeMs(entry.start);
    const endMs = entry.end === undefined ? undefined : timeMs(entry.end);
    if (startMs === undefined || (entry.end !== undefined && endMs === undefined)) return [];
    return [{ startMs, endMs, priceEurMwh: entry.price }];
  });
  return usablePrices(entries, wallMs);
};

function timeMs(value: number | string): number | undefined {
  if (typeof value === "string") return parseIsoMs(value);
  return value < LOWEST_MS ? value * 1_000 : value;
}

/** The unit is mostly left out or spelled in some way; any other one would be wrong by a factor. */
function isEurMwh(unit: string | undefined): boolean {
  return unit === undefined || /^(eur|€)\s*\/\s*mwh$/i.test(unit.trim());
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
