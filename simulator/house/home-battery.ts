import { energyWh } from "../../src/core/units.ts";

export interface HomeBatteryOptions {
  readonly capacityWh: number;
  readonly initialSocPct: number;
  readonly minSocPct: number;
  readonly maxChargeW: number;
  readonly maxDischargeW: number;
  /** Share of the energy that survives each of charging and discharging. */
  readonly oneWayEfficiency: number;
}

export const TYPICAL_HOME_BATTERY: HomeBatteryOptions = {
  capacityWh: 10_000,
  initialSocPct: 30,
  minSocPct: 10,
  maxChargeW: 5_000,
  maxDischargeW: 5_000,
  oneWayEfficiency: 0.95,
};

/** A battery that holds the grid power at zero as far as it can. Discharge > 0, charge < 0. */
export interface HomeBattery {
  readonly options: HomeBatteryOptions;
  readonly socPct: number;
  /** What it would give for this second against a shortfall (> 0) or an excess (< 0), W; changes nothing. */
  answerW(residualW: number): number;
  /** Gives it; returns the power, W. */
  advance(residualW: number, durationMs: number): number;
}

export function createHomeBattery(options: Partial<HomeBatteryOptions> = {}): HomeBattery {
  const battery: HomeBatteryOptions = { ...TYPICAL_HOME_BATTERY, ...options };
  const floorWh = (battery.capacityWh * battery.minSocPct) / 100;
  let storedWh = (battery.capacityWh * battery.initialSocPct) / 100;

  function answerW(residualW: number): number {
    if (residualW > 0) return storedWh > floorWh ? Math.min(residualW, battery.maxDischargeW) : 0;
    return storedWh < battery.capacityWh ? Math.max(residualW, -battery.maxChargeW) : 0;
  }

  return {
    options: battery,
    get socPct() {
      return (100 * storedWh) / battery.capacityWh;
    },
    answerW,
    advance(residualW, durationMs) {
      const batteryW = answerW(residualW);
      const share = batteryW > 0 ? 1 / battery.oneWayEfficiency : battery.oneWayEfficiency;
      storedWh = Math.max(0, Math.min(battery.capacityWh, storedWh - energyWh(batteryW, durationMs) * share));
      return batteryW;
    },
  };
}
