import { isoUtc } from "./iso-time.ts";
import type { LimitPeriod, PowerSummary } from "./limit-periods.ts";

export type LimitPeriodWire = ReturnType<typeof limitPeriodWire>;

/** A limit's period as MQTT, the local API and the command line tell it; powers in whole watts. */
export function limitPeriodWire({ limit, operatorState, value, unit, ...period }: LimitPeriod) {
  return {
    limit,
    source: operatorState === undefined ? "house" : operatorState === "limited" ? "operator" : "failsafe",
    value,
    unit,
    start: isoUtc(period.startWallMs),
    end: isoUtc(period.endWallMs),
    charge_w: period.charge === undefined ? null : summaryWire(period.charge),
    grid_w: period.grid === undefined ? null : summaryWire(period.grid),
  };
}

function summaryWire({ minW, meanW, maxW }: PowerSummary) {
  return { min: Math.round(minW), mean: Math.round(meanW), max: Math.round(maxW) };
}
