import type { DayTrace } from "../../../simulator/house/day-trace.ts";

/** Hours with the same sun and the same load in every minute, so that each change in a test has one cause. */
export function constantTrace(powers: { readonly pvW: number; readonly loadW: number }, hours = 4): DayTrace {
  const minutes = hours * 60;
  return {
    name: "constant",
    stepMs: 60_000,
    startWallMs: 1_647_691_200_000,
    pvW: new Float64Array(minutes).fill(powers.pvW),
    loadW: new Float64Array(minutes).fill(powers.loadW),
  };
}
