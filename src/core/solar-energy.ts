import { energyWh } from "./units.ts";

/** Longest stretch that one pass may account for, ms: what happened in a longer gap is not known. */
const LONGEST_PASS_MS = 60_000;

/** Energy charged from surplus on one local day; survives a restart. */
export interface SolarEnergy {
  /** Local date, `2026-11-21`. */
  readonly day: string;
  readonly energyWh: number;
}

/** The tally after one pass; a new local day starts at zero. Import is charged to the car, never to the house. */
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
  if (pass.chargePowerW === undefined || pass.gridPowerW === undefined)
    return { day: pass.day, energyWh: before };
  const solarPowerW = Math.max(0, pass.chargePowerW - Math.max(0, pass.gridPowerW));
  const durationMs = Math.min(Math.max(pass.durationMs, 0), LONGEST_PASS_MS);
  return { day: pass.day, energyWh: before + energyWh(solarPowerW, durationMs) };
}
