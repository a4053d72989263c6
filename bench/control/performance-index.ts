import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { surplusBySecondW } from "../../src/cli/replay/slot-rewards.ts";
import { LOWEST_CHARGE_CURRENT_A, powerW } from "../../src/core/units.ts";

/** What the car takes in a day; what the sun does not bring by its end comes from the grid, Wh. */
export const DAILY_DEMAND_WH = 12_000;
/** Prices of the published method, EUR/kWh. */
const GRID_EUR_KWH = 0.32;
const FEED_IN_EUR_KWH = 0.08;
/** Range of the ideal charger: one phase at its lowest, three at 16 A. */
const LEAST_W = powerW(LOWEST_CHARGE_CURRENT_A, 1);
const MOST_W = powerW(16, 3);
const SECONDS_AN_HOUR = 3_600;

/** What charging by the sun saves against charging from the grid alone, EUR. */
export interface Savings {
  readonly realEur: number;
  readonly idealEur: number;
}

/**
 * The two sides of HTW Berlin's performance indicator (doi:10.1049/icp.2025.4140) on one day: the cost that the real and
 * an ideal charger save against the grid. The ideal one follows the surplus without delay, in any step and phase.
 */
export function savings(trace: DayTrace, chargeW: ArrayLike<number>): Savings {
  const surplusW = surplusBySecondW(trace);
  const real = dayCost(surplusW, (second) => chargeW[second] ?? 0);
  const ideal = dayCost(surplusW, (second) => idealW(surplusW[second] ?? 0));
  const gridOnlyEur = (DAILY_DEMAND_WH / 1_000) * GRID_EUR_KWH;
  return {
    realEur: gridOnlyEur - real.gridEur + real.feedInEur - ideal.feedInEur,
    idealEur: gridOnlyEur - ideal.gridEur,
  };
}

/** Percent; 100 is the ideal charger. */
export function performanceIndexPct(days: readonly Savings[]): number {
  const sum = (of: (day: Savings) => number) => days.reduce((total, day) => total + of(day), 0);
  return (100 * sum(({ realEur }) => realEur)) / sum(({ idealEur }) => idealEur);
}

function idealW(surplusW: number): number {
  return surplusW < LEAST_W ? 0 : Math.min(surplusW, MOST_W);
}

/** The car takes no more than its demand; the rest of it comes from the grid after the day. */
function dayCost(surplusW: Float64Array, chargeAtW: (second: number) => number) {
  let missingWs = DAILY_DEMAND_WH * SECONDS_AN_HOUR;
  let gridWs = 0;
  let feedInWs = 0;
  for (let second = 0; second < surplusW.length; second++) {
    const chargedW = Math.min(chargeAtW(second), missingWs);
    const sunW = Math.max(0, surplusW[second] ?? 0);
    missingWs -= chargedW;
    gridWs += Math.max(0, chargedW - sunW);
    feedInWs += Math.max(0, sunW - chargedW);
  }
  const kWh = (wattSeconds: number) => wattSeconds / SECONDS_AN_HOUR / 1_000;
  return { gridEur: kWh(gridWs + missingWs) * GRID_EUR_KWH, feedInEur: kWh(feedInWs) * FEED_IN_EUR_KWH };
}
