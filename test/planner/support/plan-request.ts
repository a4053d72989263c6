import type { PlanRequest } from "../../../src/core/planner/price-plan.ts";

export const QUARTER_MS = 900_000;
export const HOUR_MS = 3_600_000;
export const START_MS = 1_704_067_200_000;

/** Quarter hours from `START_MS` on. */
export function quarters(pricesCtKwh: readonly number[]) {
  return pricesCtKwh.map((priceCtKwh, index) => ({
    startMs: START_MS + index * QUARTER_MS,
    endMs: START_MS + (index + 1) * QUARTER_MS,
    priceCtKwh,
  }));
}

export function request(changes: Partial<PlanRequest> & Pick<PlanRequest, "prices">): PlanRequest {
  return {
    nowMs: START_MS,
    deadlineMs: changes.prices.at(-1)?.endMs ?? START_MS,
    energyWh: 3_000,
    chargePowerW: 12_000,
    sun: [],
    startPenaltyCt: 0,
    isCharging: false,
    ...changes,
  };
}
