import type { PhaseCount, PhaseCurrentsA } from "../../src/core/units.ts";

/**
 * What the control pilot shows (IEC 61851-1): A no car; B a car that does not charge; C the contactor is closed
 * and the car may draw.
 */
export type PilotState = "A" | "B" | "C";

/** The power electronics behind the protocol: contactor, pilot, meter and the car at the end of the cable. */
export interface ChargePointHardware {
  readonly state: PilotState;
  readonly phaseCurrentsA: PhaseCurrentsA;
  readonly powerW: number;
  /** Lifetime register; never goes back. */
  readonly energyWh: number;
  /** What the pilot offers now; 0 while it offers nothing. */
  readonly offeredCurrentA: number;
  /** A per phase the box may offer from now on; below 6 A it offers nothing; undefined is the box's own rating. */
  allow(limitA: number | undefined, phases?: PhaseCount): void;
  /** Mains to the box on or off: without it the contactor is open at once. */
  setPowered(isPowered: boolean): void;
  plugInCar(): void;
  unplugCar(): void;
  /** Moves the physics on to this monotonic time; absent where the house already does it, harmless when repeated. */
  advanceTo?(monotonicMs: number): void;
}
