import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoUtc, parseIsoMs } from "../../src/core/iso-time.ts";
import {
  readAwattar,
  readEnergyCharts,
  readPriceCsv,
  readPriceList,
} from "../../src/prices/price-formats.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = parseIsoMs("2024-01-15T09:00:00Z") ?? 0;

describe("price formats", () => {
  const formats = { readAwattar, readEnergyCharts, readPriceCsv, readPriceList };

  it.each(Object.entries(formats))("%s answers anything with a reading", (_name, read) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(read(text, NOW_MS).ok).toBe(false);
        },
      ),
    );
  });

  it("mix hours and quarters, in one list", () => {
    const text = JSON.stringify([
      { start: isoUtc(NOW_MS), end: isoUtc(NOW_MS + HOUR_MS), price: 100 },
      { start: NOW_MS + HOUR_MS, end: NOW_MS + 1.25 * HOUR_MS, price: -20 },
      { start: (NOW_MS + 1.25 * HOUR_MS) / 1_000, price: 30 },
    ]);
    expect(readPriceList(text, NOW_MS)).toEqual({
      ok: true,
      periods: [
        { startMs: NOW_MS, endMs: NOW_MS + HOUR_MS, priceCtKwh: 10 },
        { startMs: NOW_MS + HOUR_MS, endMs: NOW_MS + 1.25 * HOUR_MS, priceCtKwh: -2 },
        { startMs: NOW_MS + 1.25 * HOUR_MS, endMs: NOW_MS + 1.5 * HOUR_MS, priceCtKwh: 3 },
      ],
    });
  });

  it.each([
    [
      "of another unit",
      { start_timestamp: NOW_MS, end_timestamp: NOW_MS + HOUR_MS, marketprice: 9, unit: "ct/kWh" },
    ],
    [
      "of last year",
      { start_timestamp: NOW_MS - 9e9, end_timestamp: NOW_MS - 9e9 + HOUR_MS, marketprice: 9 },
    ],
    ["beyond the market", { start_timestamp: NOW_MS, end_timestamp: NOW_MS + HOUR_MS, marketprice: 1e6 }],
    ["of a whole day", { start_timestamp: NOW_MS, end_timestamp: NOW_MS + 24 * HOUR_MS, marketprice: 9 }],
    ["without a price", { start_timestamp: NOW_MS, end_timestamp: NOW_MS + HOUR_MS, marketprice: null }],
  ])("leave out an entry %s", (_what, entry) => {
    const good = { start_timestamp: NOW_MS, end_timestamp: NOW_MS + HOUR_MS, marketprice: 50 };
    expect(readAwattar(JSON.stringify({ data: [entry] }), NOW_MS).ok).toBe(false);
    expect(readAwattar(JSON.stringify({ data: [entry, good] }), NOW_MS)).toMatchObject({
      ok: true,
      periods: [{ priceCtKwh: 5 }],
    });
  });

  it.each([
    { unix_seconds: [NOW_MS / 1_000], price: [1, 2] },
    { unix_seconds: [NOW_MS / 1_000], price: [1], unit: "ct/kWh" },
    { unix_seconds: [NOW_MS / 1_000], price: [null] },
  ])("refuse %j", (answer) => {
    expect(readEnergyCharts(JSON.stringify(answer), NOW_MS).ok).toBe(false);
  });
});
