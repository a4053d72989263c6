import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseIsoMs } from "../../src/core/iso-time.ts";

export interface MarketHour {
  readonly startMs: number;
  readonly priceEurMwh: number;
}

/** The day-ahead hours of 2024 for Germany-Luxembourg; source and licence in NOTICE. */
export function marketYear2024(): readonly MarketHour[] {
  const path = join(import.meta.dirname, "smard_2024_de_at_hourly.csv");
  const [, ...rows] = readFileSync(path, "utf8").trimEnd().split("\n");
  return rows.map((row) => {
    const [time = "", price = ""] = row.split(",");
    const startMs = parseIsoMs(time);
    if (startMs === undefined) throw new Error(`no time in "${row}"`);
    return { startMs, priceEurMwh: Number(price) };
  });
}
