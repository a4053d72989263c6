import { type MarketHour, marketYear2024 } from "../../simulator/prices/market-year.ts";
import { createLocalTime } from "../../src/core/planner/local-time.ts";
import type { PriceCurve } from "../../src/core/planner/price-curve.ts";
import { quarterHours } from "./quarter-hours.ts";
import {
  CHARGE_POWER_W,
  createVirtualPlanner,
  ENERGY_WH,
  HOUR_MS,
  retailCurve,
  STEP_MS,
  TIME_ZONE,
  USUAL_START_PENALTY_CT,
} from "./virtual-planner.ts";

const DAY_MS = 86_400_000;
/** From 18 to 07 h, unless the clocks change. */
const USUAL_NIGHT_MS = 13 * HOUR_MS;
/** Less than this is what the last pass rounds away, Wh. */
const ROUNDING_WH = 50;

export interface SpotFigures {
  readonly nights: number;
  readonly cost_ct_kwh: number;
  readonly optimum_ct_kwh: number;
  readonly starts_per_night: number;
  readonly undelivered_nights: number;
  readonly delivered_kwh_per_night: number;
  readonly start_penalty_ct: number;
}

/** `usual` nights have 13 hours; those with a change of the clocks have 12 or 14. */
export interface SpotOptions {
  readonly nights: "usual" | "clock_change";
  readonly resolution: "hours" | "quarters";
  readonly startPenaltyCt: number;
}

const USUAL: SpotOptions = { nights: "usual", resolution: "hours", startPenaltyCt: USUAL_START_PENALTY_CT };

interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

interface Night {
  readonly costCt: number;
  readonly deliveredWh: number;
  readonly starts: number;
  readonly optimumCt: number;
}

/**
 * Every night of 2024 from 18 to 07 h local time whose prices are known: 20 kWh at 11 kW, the daemon's planner asked
 * every 30 s. The optimum takes the cheapest stretches, whatever starts it needs.
 */
export function spotNights(asked: Partial<SpotOptions> = {}): SpotFigures {
  const options = { ...USUAL, ...asked };
  const market = marketYear2024();
  const curve = retailCurve(options.resolution === "hours" ? market : quarterHours(market));
  const nights = windows(market)
    .filter(({ startMs, endMs }) => (endMs - startMs === USUAL_NIGHT_MS) === (options.nights === "usual"))
    .map((window) => night(window, curve, options.startPenaltyCt));
  const sum = (pick: (night: Night) => number) => nights.reduce((total, one) => total + pick(one), 0);
  const deliveredWh = sum((one) => one.deliveredWh);
  return {
    nights: nights.length,
    cost_ct_kwh: rounded((sum((one) => one.costCt) / deliveredWh) * 1_000),
    optimum_ct_kwh: rounded((sum((one) => one.optimumCt) / (nights.length * ENERGY_WH)) * 1_000),
    starts_per_night: rounded(sum((one) => one.starts) / nights.length),
    undelivered_nights: nights.filter((one) => one.deliveredWh < ENERGY_WH - ROUNDING_WH).length,
    delivered_kwh_per_night: rounded(deliveredWh / nights.length / 1_000),
    start_penalty_ct: options.startPenaltyCt,
  };
}

/** The nights between the first and the last known price. */
function windows(market: readonly MarketHour[]): readonly Window[] {
  const local = createLocalTime(TIME_ZONE);
  const firstMs = market[0]?.startMs ?? 0;
  const lastMs = (market.at(-1)?.startMs ?? 0) + HOUR_MS;
  const { dayNumber } = local.momentAt(firstMs);
  const days = Array.from({ length: Math.floor((lastMs - firstMs) / DAY_MS) }, (_, day) => dayNumber + day);
  return days.flatMap((day) => {
    const startMs = local.wallMsAt({ dayNumber: day, minute: 18 * 60 });
    const endMs = local.wallMsAt({ dayNumber: day + 1, minute: 7 * 60 });
    return endMs <= lastMs ? [{ startMs, endMs }] : [];
  });
}

function night({ startMs, endMs }: Window, curve: PriceCurve, startPenaltyCt: number): Night {
  const prices = curve.filter((period) => period.startMs >= startMs && period.endMs <= endMs);
  const virtual = createVirtualPlanner({ mode: "spot", deadline: "07:00", startPenaltyCt });
  virtual.setCurve(prices);
  let powerW = 0;
  let starts = 0;
  let deliveredWh = 0;
  let costCt = 0;
  let index = 0;
  for (let wallMs = startMs; wallMs < endMs; wallMs += STEP_MS) {
    while ((prices[index]?.endMs ?? Number.POSITIVE_INFINITY) <= wallMs) index += 1;
    const isCharging = virtual.isCharging(wallMs, { chargePowerW: powerW, houseW: 500, isPlugged: true });
    const nextW = isCharging ? CHARGE_POWER_W : 0;
    if (nextW > 0 && powerW === 0) starts += 1;
    powerW = nextW;
    const stepWh = (powerW * STEP_MS) / HOUR_MS;
    deliveredWh += stepWh;
    costCt += ((prices[index]?.priceCtKwh ?? 0) * stepWh) / 1_000;
  }
  return { costCt, deliveredWh, starts, optimumCt: optimumCt(prices) };
}

/** The cheapest stretches, the dearest of them in part, whatever starts it takes. */
function optimumCt(prices: PriceCurve): number {
  let missingWh = ENERGY_WH;
  let costCt = 0;
  for (const { startMs, endMs, priceCtKwh } of prices.toSorted((a, b) => a.priceCtKwh - b.priceCtKwh)) {
    const usedWh = Math.min((CHARGE_POWER_W * (endMs - startMs)) / HOUR_MS, missingWh);
    missingWh -= usedWh;
    costCt += (priceCtKwh * usedWh) / 1_000;
  }
  return costCt;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
