/**
 * What the law of surplus charging was tuned to. One value, so that a bench can vary each: docs/benchmark.md shows that
 * every one of them lies on a plateau and fits no single day.
 */
export interface LawConstants {
  /**
   * Energy that the set point has missed by, either way, before it is changed, Wh. A large miss is mended within
   * seconds and a small one within a minute, which is how many writes a box's flash can take.
   */
  readonly missedWh: number;
  /** A loop slower than this, ms, allows few writes anyway: as much less energy has to be missed before one. */
  readonly usualLoopMs: number;
  /** A set point that is too high by this much waits for no proof, W: down fast, up slowly. */
  readonly overdrawnW: number;
  /** A miss within this part of the box's step is rounding, not a miss. */
  readonly deadbandSteps: number;
  /** What the other phases would have brought is averaged with a memory of this, ms. */
  readonly phaseMemoryMs: number;
  /** Net solar power that three phases must have brought more on that average, to be worth a pause and the wear, W. */
  readonly toThreePhasesW: number;
  /** The same for one phase, W. */
  readonly toOnePhaseW: number;
  /** The longer phases have stood, the longer will the next: from this on they have to bring as much less, ms. */
  readonly phaseAgeMs: number;
  /** Shortest time between two changes of phases, ms. */
  readonly phaseHoldMs: number;
  /** A raise smaller than this is not worth a write to the box's flash, A. */
  readonly smallestRaiseA: number;
  /** Down fast, up slowly: shortest time from any change to a raise, ms. */
  readonly raiseIntervalMs: number;
  /** Shortest pause, ms: contactors and cars wear with each start. */
  readonly shortestPauseMs: number;
  /** Surplus above the start that proves it in its usual time, W. */
  readonly startWeightW: number;
  /** Largest weight of surplus above or below the start, W. */
  readonly startCeilingW: number;
  /** Shortfall below the stop that proves it in its usual time, W. */
  readonly stopWeightW: number;
  /** Smallest weight of a shortfall or of its end, W: the noise of a house is smaller. */
  readonly stopFloorW: number;
  /** Largest weight of a shortfall or of its end, W. */
  readonly stopCeilingW: number;
}

export const LAW_CONSTANTS: LawConstants = {
  missedWh: 2.2,
  usualLoopMs: 12_000,
  overdrawnW: 3_000,
  deadbandSteps: 0.55,
  phaseMemoryMs: 300_000,
  toThreePhasesW: 400,
  toOnePhaseW: 600,
  phaseAgeMs: 2_700_000,
  phaseHoldMs: 300_000,
  smallestRaiseA: 0.6,
  raiseIntervalMs: 10_000,
  shortestPauseMs: 60_000,
  startWeightW: 500,
  startCeilingW: 1_000,
  stopWeightW: 750,
  stopFloorW: 450,
  stopCeilingW: 6_000,
};
