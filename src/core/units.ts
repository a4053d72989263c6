/**
 * Signs, stated once for the whole program:
 *   grid power     import > 0, export < 0
 *   battery power  discharge > 0, charge < 0
 *   PV power, loads and charging  >= 0
 * so that load = pv + grid + battery, where load includes the car.
 * The Partner API counts export as positive; `src/partner` converts at that edge only.
 */

/** Nominal phase voltage of European low-voltage grids (IEC 60038). */
export const NOMINAL_VOLTAGE_V = 230;

/** IEC 61851-1: a control pilot cannot ask for less than 6 A. */
export const LOWEST_CHARGE_CURRENT_A = 6;

export type PhaseCount = 1 | 3;

/** Phases that a car's on-board charger can use. */
export type CarPhases = 1 | 2 | 3;

/** One value for each of L1, L2, L3, in amperes. */
export type PhaseCurrentsA = readonly [number, number, number];

/** Power in watts of `currentA` amperes on each of `phases` phases at nominal voltage. */
export function powerW(currentA: number, phases: CarPhases): number {
  return currentA * phases * NOMINAL_VOLTAGE_V;
}

/** Amperes per phase that carry `watts` over `phases` phases at nominal voltage. */
export function currentA(watts: number, phases: CarPhases): number {
  return watts / (phases * NOMINAL_VOLTAGE_V);
}

/** Watt-hours of `watts` held for `durationMs`. */
export function energyWh(watts: number, durationMs: number): number {
  return (watts * durationMs) / 3_600_000;
}
