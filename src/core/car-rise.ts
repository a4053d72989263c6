import type { Reading } from "./site-sample.ts";

/** Less than this is no rise: cars and meters waver, W. */
const SMALLEST_RISE_W = 300;

/** When the car was last seen to take more than before, by a set point or by itself. */
export interface CarRise {
  /** The least that it was seen to take since then, W; undefined before the first reading. */
  readonly fromW: number | undefined;
  /** Undefined before the first rise, ms. */
  readonly atMs: number | undefined;
}

export const NO_RISE: CarRise = { fromW: undefined, atMs: undefined };

/** The rise after a reading of the wallbox: until the meter had time to show it, both do not fit together. */
export function nextCarRise(rise: CarRise, chargePowerW: Reading<number> | undefined): CarRise {
  if (chargePowerW === undefined) return rise;
  const { value, atMs } = chargePowerW;
  const { fromW = value } = rise;
  if (value > fromW + SMALLEST_RISE_W) return { fromW: value, atMs };
  return { ...rise, fromW: Math.min(value, fromW) };
}
