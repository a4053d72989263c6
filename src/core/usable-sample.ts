import { ceilToStepA, floorToStepA } from "./limits.ts";
import type { Reading, SiteSample, WallboxCapability } from "./site-sample.ts";

/** The sample without readings that are not finite numbers, and with a current range of whole steps. */
export function usableSample(sample: SiteSample): SiteSample {
  const { wallbox } = sample;
  return {
    ...sample,
    gridPowerW: finite(sample.gridPowerW),
    gridPhaseCurrentsA: finite(sample.gridPhaseCurrentsA),
    pvPowerW: finite(sample.pvPowerW),
    batteryPowerW: finite(sample.batteryPowerW),
    batterySocPct: finite(sample.batterySocPct),
    batteryOffsetW: finite(sample.batteryOffsetW),
    wallbox: {
      ...wallbox,
      chargePowerW: finite(wallbox.chargePowerW),
      phaseCurrentsA: finite(wallbox.phaseCurrentsA),
      capability: steppedCapability(wallbox.capability),
    },
  };
}

function finite<T extends number | readonly number[]>(
  reading: Reading<T> | undefined,
): Reading<T> | undefined {
  return reading !== undefined && isNumeric(reading.value) ? reading : undefined;
}

function isNumeric(value: number | readonly number[]): boolean {
  return typeof value === "number" ? Number.isFinite(value) : value.every(Number.isFinite);
}

function steppedCapability(capability: WallboxCapability): WallboxCapability {
  const { minCurrentA, maxCurrentA, stepA } = capability;
  return {
    ...capability,
    minCurrentA: ceilToStepA(minCurrentA, stepA),
    maxCurrentA: floorToStepA(maxCurrentA, stepA),
  };
}
