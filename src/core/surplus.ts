import type { Reading, SiteSample } from "./site-sample.ts";

/**
 * Power that the car could take without importing, W: export plus what the car takes now, and what the home battery's
 * policy makes of its own power. Below zero when the house imports without the car. Undefined unless the grid and the charging power are both known.
 */
export function surplusPowerW(sample: SiteSample): number | undefined {
  const { gridPowerW, wallbox } = sample;
  if (gridPowerW === undefined || wallbox.chargePowerW === undefined) return undefined;
  return wallbox.chargePowerW.value - gridPowerW.value + (sample.batteryOffsetW?.value ?? 0);
}

/** Time from which on a reading shows the present set point, ms. */
export function shownSinceMs(lastWriteMs: number | undefined, loopDelayMs: number): number {
  return lastWriteMs === undefined ? Number.NEGATIVE_INFINITY : lastWriteMs + loopDelayMs;
}

/** True when the meter has been read since the last change of the set point had time to show. */
export function isMeterSettled(sample: SiteSample, sinceMs: number): boolean {
  return isSince(sample.gridPowerW, sinceMs);
}

/** From which time on readings show the present set point, ms. */
export interface ShownSince {
  readonly meterMs: number;
  readonly boxMs: number;
}

/**
 * True when meter, wallbox and a battery that counts have all been read since the last change of the set point had
 * time to show in them. Only then do they fit together; acting on a mixture makes the loop hunt.
 */
export function isSettled(sample: SiteSample, since: ShownSince): boolean {
  const { wallbox, batteryOffsetW } = sample;
  const isBatterySettled = batteryOffsetW === undefined || isSince(batteryOffsetW, since.meterMs);
  return (
    isBatterySettled && isMeterSettled(sample, since.meterMs) && isSince(wallbox.chargePowerW, since.boxMs)
  );
}

function isSince(reading: Reading<number> | undefined, timeMs: number): boolean {
  return reading !== undefined && reading.atMs >= timeMs;
}
