import { solarPowerW } from "./solar-energy.ts";
import type { TickReport } from "./tick-report.ts";

/** The powers of a pass as flows in one direction each, W, never below zero; undefined where not known. */
export interface PowerFlows {
  readonly importW: number | undefined;
  readonly exportW: number | undefined;
  readonly pvW: number | undefined;
  /** The house without the car. */
  readonly loadW: number | undefined;
  readonly batteryChargeW: number | undefined;
  readonly batteryDischargeW: number | undefined;
  /** What the car could have taken without import. */
  readonly surplusW: number | undefined;
  readonly chargeW: number | undefined;
  /** Part of the charging that no import was needed for. */
  readonly solarW: number | undefined;
}

/** What needs the grid meter is known only while the meter is believed. */
export function powerFlows({ powers, meterTrust }: Pick<TickReport, "powers" | "meterTrust">): PowerFlows {
  const { pvPowerW, batteryPowerW, chargePowerW, loadPowerW, surplusPowerW } = powers;
  const isGridKnown = meterTrust === "good";
  const gridPowerW = isGridKnown ? powers.gridPowerW : undefined;
  const houseW =
    loadPowerW === undefined || chargePowerW === undefined ? undefined : loadPowerW - chargePowerW;
  return {
    importW: positive(gridPowerW),
    exportW: positive(negated(gridPowerW)),
    pvW: positive(pvPowerW),
    loadW: isGridKnown ? positive(houseW) : undefined,
    batteryChargeW: positive(negated(batteryPowerW)),
    batteryDischargeW: positive(batteryPowerW),
    surplusW: isGridKnown ? positive(surplusPowerW) : undefined,
    chargeW: positive(chargePowerW),
    solarW: solarPowerW(chargePowerW, gridPowerW),
  };
}

function positive(powerW: number | undefined): number | undefined {
  return powerW === undefined ? undefined : Math.max(0, powerW);
}

function negated(powerW: number | undefined): number | undefined {
  return powerW === undefined ? undefined : -powerW;
}
