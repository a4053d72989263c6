import type { Logger } from "pino";
import { z } from "zod";
import { curveFrom, type PriceCurve, priceCurve, updatedCurve } from "../core/planner/price-curve.ts";
import type { Clock } from "../ports/clock.ts";
import type { Prices } from "../ports/prices.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { PriceReading } from "./price-reading.ts";

const STORE_KEY = "prices";
/** Prices stay this long behind their end, ms: reports look back a little. */
const KEPT_MS = 3_600_000;

const storedSchema = z.object({
  periods: z.array(z.tuple([z.number(), z.number(), z.number()])).max(2_000),
});

export interface Tariff {
  /** ct/kWh on top of the market price, before VAT. */
  readonly markupCtKwh: number;
  readonly vatPct: number;
}

/** Keeps the last good prices, across restarts too. */
export interface PriceKeeper extends Prices {
  /** Takes a reading; what it says goes over what was known, the rest stays. */
  take(reading: PriceReading): void;
  /** Wall time of the last good reading of this run, ms. */
  fetchedWallMs(): number | undefined;
}

export function createPriceKeeper(
  tariff: Tariff,
  deps: { readonly clock: Clock; readonly log: Logger; readonly store: StateStore },
): PriceKeeper {
  const { clock, log, store } = deps;
  let market: PriceCurve = storedCurve(store.get(STORE_KEY));
  let retail = retailCurve(market, tariff);
  let fetchedWallMs: number | undefined;
  let isGood: boolean | undefined;

  /** One line at loss, one at recovery. */
  function note(reading: PriceReading): void {
    if (reading.ok === isGood) return;
    if (!reading.ok) log.warn({ fault: reading.fault }, "electricity prices lost");
    else if (isGood === false) log.info({}, "electricity prices back");
    isGood = reading.ok;
  }

  return {
    curve: () => retail,
    fetchedWallMs: () => fetchedWallMs,
    take(reading) {
      note(reading);
      if (!reading.ok) return;
      fetchedWallMs = clock.wallMs();
      const next = updatedCurve(
        curveFrom(market, fetchedWallMs - KEPT_MS),
        curveFrom(priceCurve(reading.periods), fetchedWallMs - KEPT_MS),
      );
      if (isSame(next, market)) return;
      market = next;
      retail = retailCurve(market, tariff);
      store.put(STORE_KEY, {
        periods: market.map(({ startMs, endMs, priceCtKwh }) => [startMs, endMs, priceCtKwh]),
      });
    },
  };
}

function retailCurve(market: PriceCurve, { markupCtKwh, vatPct }: Tariff): PriceCurve {
  return market.map((period) => ({
    ...period,
    priceCtKwh: (period.priceCtKwh + markupCtKwh) * (1 + vatPct / 100),
  }));
}

/** What an earlier run stored; nothing when it does not fit. */
function storedCurve(stored: unknown): PriceCurve {
  const { data } = storedSchema.safeParse(stored);
  return priceCurve(
    (data?.periods ?? []).map(([startMs, endMs, priceCtKwh]) => ({ startMs, endMs, priceCtKwh })),
  );
}

function isSame(a: PriceCurve, b: PriceCurve): boolean {
  return (
    a.length === b.length &&
    a.every((period, index) => {
      const other = b[index];
      return (
        period.startMs === other?.startMs &&
        period.endMs === other.endMs &&
        period.priceCtKwh === other.priceCtKwh
      );
    })
  );
}
