import type { Reading, SiteSample } from "./site-sample.ts";

/**
 * Power that the car could take without importing, W: export plus what the car takes now. Below zero when the
 * house imports without the car. Undefined unless the grid and the charging power are both known.
 */
export function surplusPowerW(sample: SiteSample): number | undefined {
  const { gridPowerW, wallbox } = sample;
  if (gridPowerW === undefined || wallbox.chargePowerW === undefined) return undefined;
  return wallbox.chargePowerW.value - gridPowerW.value;
}

/**
 * True when meter and wallbox have both been read after the last change of the set point had time to show in them.
 * Only then do the two fit together; acting on a mixture makes the loop hunt.
 */
export function isSettled(sample: SiteSample, lastWriteMs: number | undefined, loopDelayMs: number): boolean {
  if (lastWriteMs === undefined) return true;
  const shownMs = lastWriteMs + loopDelayMs;
  return isSince(sample.gridPowerW, shownMs) && isSince(sample.wallbox.chargePowerW, shownMs);
}

function isSince(reading: Reading<number> | undefined, timeMs: number): boolean {
  return reading !== undefined && reading.atMs >= timeMs;
}
