import type { Reading } from "../../src/core/site-sample.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCount, type PhaseCurrentsA } from "../../src/core/units.ts";
import type { MeterSample } from "./meter-values.ts";

const NO_CURRENT: PhaseCurrentsA = [0, 0, 0];

/** The newest measured values of a box, each with the time at which it came in. */
export interface LiveReadings {
  take(sample: MeterSample, atMs: number): void;
  /** The box stopped charging or is about to start: it draws nothing. */
  zero(atMs: number): void;
  readonly powerW: Reading<number> | undefined;
  readonly phaseCurrentsA: Reading<PhaseCurrentsA> | undefined;
  readonly offeredCurrentA: Reading<number> | undefined;
}

export function createLiveReadings(): LiveReadings {
  let powerW: Reading<number> | undefined;
  let phaseCurrentsA: Reading<PhaseCurrentsA> | undefined;
  let offeredCurrentA: Reading<number> | undefined;
  return {
    take(sample, atMs) {
      powerW = newer(powerW, sample.powerW, atMs);
      phaseCurrentsA = newer(phaseCurrentsA, sample.phaseCurrentsA, atMs);
      offeredCurrentA = newer(offeredCurrentA, sample.offeredCurrentA, atMs);
    },
    zero(atMs) {
      powerW = { value: 0, atMs };
      phaseCurrentsA = { value: NO_CURRENT, atMs };
    },
    get powerW() {
      return powerW;
    },
    get phaseCurrentsA() {
      return phaseCurrentsA;
    },
    get offeredCurrentA() {
      return offeredCurrentA;
    },
  };
}

/** A late message never takes the place of a newer one. */
function newer<T>(known: Reading<T> | undefined, value: T | undefined, atMs: number): Reading<T> | undefined {
  if (value === undefined || (known !== undefined && known.atMs > atMs)) return known;
  return { value, atMs };
}

/** The current that a limit is judged by: the largest phase, else the power spread over the phases. */
export function judgedCurrentA(sample: MeterSample, phases: PhaseCount): number | undefined {
  if (sample.phaseCurrentsA !== undefined) return Math.max(...sample.phaseCurrentsA);
  return sample.powerW === undefined ? undefined : sample.powerW / (NOMINAL_VOLTAGE_V * phases);
}
