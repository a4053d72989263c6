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

/** Time from which on a reading shows the present set point, ms. */
export function shownSinceMs(lastWriteMs: number | undefined, loopDelayMs: number): number {
  return lastWriteMs === undefined ? Number.NEGATIVE_INFINITY : lastWriteMs + loopDelayMs;
}

/** True when the meter has been read since the last change of the set point had time to show. */
export function isMeterSettled(sample: SiteSample, sinceMs: number): boolean {
  return isSince(sample.gridPowerW, sinceMs);
}

/**
 * True when meter and wallbox have both been read since the last change of the set point had time to show in them.
 * Only then do the two fit together; acting on a mixture makes the loop hunt.
 */
export function isSettled(sample: SiteSample, sinceMs: number): boolean {
  return isMeterSettled(sample, sinceMs) && isSince(sample.wallbox.chargePowerW, sinceMs);
}

function isSince(reading: Reading<number> | undefined, timeMs: number): boolean {
  return reading !== undefined && reading.atMs >= timeMs;
}
