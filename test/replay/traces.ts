import type { DayTrace } from "../../simulator/house/day-trace.ts";

/** A day of minutes with this PV power, W, and a steady house. */
export function traceOf(pvW: readonly number[], loadW = 0, name = "made"): DayTrace {
  return {
    name,
    stepMs: 60_000,
    startWallMs: Date.UTC(2026, 5, 21, 6),
    pvW: Float64Array.from(pvW),
    loadW: new Float64Array(pvW.length).fill(loadW),
  };
}

/** Steady sun for some minutes. */
export function steady(minutes: number, pvW: number): number[] {
  return new Array<number>(minutes).fill(pvW);
}
