import { LONGEST_PASS_MS } from "./pass-duration.ts";
import { energyWh } from "./units.ts";

/** Energy charged from surplus on one local day; survives a restart. */
export interface SolarEnergy {
  /** Local date, `2026-11-21`. */
  readonly day: string;
  readonly energyWh: number;
}

/** The tally after one pass; a new local day starts at zero. */
export function nextSolarEnergy(
  solar: SolarEnergy,
  pass: {
    readonly day: string;
    readonly durationMs: number;
    readonly chargePowerW: number | undefined;
    readonly gridPowerW: number | undefined;
  },
): SolarEnergy {
  const before = pass.day === solar.day ? solar.energyWh : 0;
  const solarW = solarPowerW(pass.chargePowerW, pass.gridPowerW);
  if (solarW === undefined) return { day: pass.day, energyWh: before };
  const durationMs = Math.min(Math.max(pass.durationMs, 0), LONGEST_PASS_MS);
  return { day: pass.day, energyWh: before + energyWh(solarW, durationMs) };
}

/** Charging power that comes from surplus, W. Import is charged to the car, never to the house. */
export function solarPowerW(
  chargePowerW: number | undefined,
  gridPowerW: number | undefined,
): number | undefined {
  if (chargePowerW === undefined || gridPowerW === undefined) return undefined;
  return Math.max(0, chargePowerW - Math.max(0, gridPowerW));
}
