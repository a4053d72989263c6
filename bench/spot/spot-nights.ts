import { marketYear2024 } from "../../simulator/prices/market-year.ts";
import { createLocalTime } from "../../src/core/planner/local-time.ts";
import { curveFrom, type PriceCurve } from "../../src/core/planner/price-curve.ts";
import {
  CHARGE_POWER_W,
  createVirtualPlanner,
  ENERGY_WH,
  HOUR_MS,
  retailCurve,
  STEP_MS,
  TIME_ZONE,
} from "./virtual-planner.ts";

const DAY_MS = 86_400_000;
const NIGHT_HOURS = 13;
const START_PENALTY_CT = 0.5;
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

interface Night {
  readonly costCt: number;
  readonly deliveredWh: number;
  readonly starts: number;
  readonly optimumCt: number;
}

/**
 * Every night of 2024 from 18 to 07 h local time with 13 hours of known prices (the two with a clock change have 12 or
 * 14): 20 kWh at 11 kW, the planner asked every 30 s.
 */
export function spotNights(startPenaltyCt: number = START_PENALTY_CT): SpotFigures {
  const curve = retailCurve(marketYear2024());
  const nights = nightStarts(curve).map((startMs) => night(startMs, curve, startPenaltyCt));
  const sum = (pick: (night: Night) => number) => nights.reduce((total, one) => total + pick(one), 0);
  const deliveredWh = sum((one) => one.deliveredWh);
  return {
    nights: nights.length,
    cost_ct_kwh: rounded((sum((one) => one.costCt) / deliveredWh) * 1_000),
    optimum_ct_kwh: rounded((sum((one) => one.optimumCt) / (nights.length * ENERGY_WH)) * 1_000),
    starts_per_night: rounded(sum((one) => one.starts) / nights.length),
    undelivered_nights: nights.filter((one) => one.deliveredWh < ENERGY_WH - ROUNDING_WH).length,
    delivered_kwh_per_night: rounded(deliveredWh / nights.length / 1_000),
    start_penalty_ct: startPenaltyCt,
  };
}

function nightStarts(curve: PriceCurve): readonly number[] {
  const local = createLocalTime(TIME_ZONE);
  const firstMs = curve[0]?.startMs ?? 0;
  const lastMs = curve.at(-1)?.endMs ?? 0;
  const { dayNumber } = local.momentAt(firstMs);
  const days = Array.from({ length: Math.floor((lastMs - firstMs) / DAY_MS) }, (_, day) => dayNumber + day);
  return days.flatMap((day) => {
    const startMs = local.wallMsAt({ dayNumber: day, minute: 18 * 60 });
    const endMs = local.wallMsAt({ dayNumber: day + 1, minute: 7 * 60 });
    return endMs - startMs === NIGHT_HOURS * HOUR_MS && endMs <= lastMs ? [startMs] : [];
  });
}

function night(startMs: number, curve: PriceCurve, startPenaltyCt: number): Night {
  const hours = curveFrom(curve, startMs).slice(0, NIGHT_HOURS);
  const virtual = createVirtualPlanner({ mode: "spot", deadline: "07:00", startPenaltyCt });
  virtual.setCurve(hours);
  let powerW = 0;
  let starts = 0;
  let deliveredWh = 0;
  let costCt = 0;
  for (let wallMs = startMs; wallMs < startMs + NIGHT_HOURS * HOUR_MS; wallMs += STEP_MS) {
    const isCharging = virtual.isCharging(wallMs, { chargePowerW: powerW, houseW: 500, isPlugged: true });
    const nextW = isCharging ? CHARGE_POWER_W : 0;
    if (nextW > 0 && powerW === 0) starts += 1;
    powerW = nextW;
    const stepWh = (powerW * STEP_MS) / HOUR_MS;
    const priceCtKwh = hours[Math.floor((wallMs - startMs) / HOUR_MS)]?.priceCtKwh ?? 0;
    deliveredWh += stepWh;
    costCt += (priceCtKwh * stepWh) / 1_000;
  }
  return { costCt, deliveredWh, starts, optimumCt: optimumCt(hours) };
}

/** The cheapest hours, the dearest of them in part, whatever starts it takes. */
function optimumCt(hours: PriceCurve): number {
  const prices = hours.map(({ priceCtKwh }) => priceCtKwh).sort((a, b) => a - b);
  let missingWh = ENERGY_WH;
  let costCt = 0;
  for (const priceCtKwh of prices) {
    const usedWh = Math.min(CHARGE_POWER_W, missingWh);
    missingWh -= usedWh;
    costCt += (priceCtKwh * usedWh) / 1_000;
  }
  return costCt;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
