import type { DayCounts } from "../replay/day-figures.ts";

/** What a day is worth, and how that is called. */
export interface Objective {
  readonly unit: "kWh" | "ct";
  /** Less than this a day is not worth a change. */
  readonly leastGain: number;
  /** One sentence for people. */
  readonly words: string;
  value(day: DayCounts): number;
}

/** Prices of a kWh, ct. */
export interface ObjectivePrices {
  readonly importCt: number;
  readonly exportCt: number;
  /** What a kWh in the car costs at other times. */
  readonly carCt: number;
}

/** One start more than needed is worth this much net solar energy, kWh: enough to settle a tie, not more. */
const START_KWH = 0.02;

export const NET_SOLAR: Objective = {
  unit: "kWh",
  leastGain: 0.1,
  words: "net solar energy: what the car gets from the sun, less the import that its charging causes",
  value: ({ solarWh, gridWh }) => (solarWh - gridWh) / 1_000,
};

/** Money saved by the day's charging: a kWh from the sun costs its feed-in, and spares one charged at another time. */
export function moneySaved({ importCt, exportCt, carCt }: ObjectivePrices): Objective {
  return {
    unit: "ct",
    leastGain: 2,
    words: `money: ${importCt} ct for import, ${exportCt} ct for export, ${carCt} ct for a kWh charged at other times`,
    value: ({ solarWh, gridWh }) => (solarWh * (carCt - exportCt) + gridWh * (carCt - importCt)) / 1_000,
  };
}

/** By what pairs are chosen: the objective, and among equals the calmer one. */
export function rankingValue(objective: Objective, day: DayCounts): number {
  return objective.value(day) - START_KWH * day.starts;
}
