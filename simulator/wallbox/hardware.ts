import type { PhaseCount, PhaseCurrentsA } from "../../src/core/units.ts";

/**
 * `available` no car; `occupied` car, but no transaction allows charging; `suspended_evse` the box offers 0 A;
 * `suspended_ev` the box offers current and the car takes none; `charging` current flows.
 */
export type HardwareState = "available" | "occupied" | "charging" | "suspended_ev" | "suspended_evse";

/** The electrical half of a wallbox with a car at its cable, as the protocol half needs it. */
export interface ChargePointHardware {
  readonly car: { plugIn(): void; unplug(): void };
  readonly phases: PhaseCount;
  readonly minCurrentA: number;
  readonly maxCurrentA: number;
  readonly voltageV: number;
  readonly state: HardwareState;
  /** What the control pilot offers now, A per phase. */
  readonly offeredCurrentA: number;
  readonly phaseCurrentsA: PhaseCurrentsA;
  readonly powerW: number;
  /** Lifetime register; never goes back. */
  readonly energyWh: number;
  /** What the car may draw, A per phase; undefined when no transaction allows charging. */
  allow(limitA: number | undefined): void;
  /** Begins to change the number of phases; absent where the box cannot. */
  setPhases?(phases: PhaseCount): void;
  /** Lets time pass. */
  advance(durationMs: number): unknown;
}
