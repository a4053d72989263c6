import type { TraceSet } from "./trace-sets.ts";

const RATED_KW = 10;
const WATTS_A_KILOWATT = 1_000;

/**
 * How lively the sun of a mean day is, kW per kWp: all changes of PV power from one step of the trace to the next, without
 * their sign. A clear day has about 2. It says how hard a set is, whatever steers the car.
 */
export function liveliness({ traces }: TraceSet): number {
  const sums = traces.map(({ pvW }) =>
    pvW.reduce((sumW, valueW, index) => sumW + Math.abs(valueW - (pvW[index - 1] ?? valueW)), 0),
  );
  const meanW = sums.reduce((sum, dayW) => sum + dayW, 0) / Math.max(1, sums.length);
  return meanW / WATTS_A_KILOWATT / RATED_KW;
}
