import type { Reading, SiteSample, VehicleState, WallboxCapability } from "../../../src/core/site-sample.ts";
import { type PhaseCount, powerW } from "../../../src/core/units.ts";

export interface PlantOptions {
  readonly capability: WallboxCapability;
  /** The house without the car, W: import > 0. */
  readonly houseGridW: (nowMs: number) => number;
  /** From a write until the car begins to move, ms. */
  readonly deadTimeMs: number;
  readonly rampAPerS: number;
  /** Time from one charger reading to the next, ms. */
  readonly chargerEveryMs: number;
  /** The same of the meter, ms; at each pass if not given. */
  readonly meterEveryMs?: number;
}

/** A house, a box and a car that obey: every watt is measured, every write is taken at once. */
export interface Plant {
  readonly nowMs: number;
  readonly drawnA: number;
  readonly lastWriteMs: number | undefined;
  readonly writes: number;
  vehicle: VehicleState;
  advance(durationMs: number): void;
  /** A change of phases interrupts the current. */
  command(currentA: number, phases: PhaseCount): void;
  sample(): SiteSample;
}

export function createPlant(options: PlantOptions, startMs = 1_000_000): Plant {
  const { houseGridW, deadTimeMs, rampAPerS, chargerEveryMs, meterEveryMs = 0 } = options;
  let { capability } = options;
  let nowMs = startMs;
  let drawnA = 0;
  let commandedA = 0;
  let lastWriteMs: number | undefined;
  let writes = 0;
  let chargePowerW: Reading<number> = { value: 0, atMs: startMs };

  let gridPowerW: Reading<number> = { value: houseGridW(startMs), atMs: startMs };

  const carPowerW = () => powerW(drawnA, capability.phases);

  return {
    get nowMs() {
      return nowMs;
    },
    get drawnA() {
      return drawnA;
    },
    get lastWriteMs() {
      return lastWriteMs;
    },
    get writes() {
      return writes;
    },
    vehicle: "charging",
    advance(durationMs) {
      nowMs += durationMs;
      const isMoving = nowMs - (lastWriteMs ?? nowMs) >= deadTimeMs;
      const reachA = (rampAPerS * durationMs) / 1_000;
      if (isMoving) drawnA += Math.min(Math.max(commandedA - drawnA, -reachA), reachA);
      if (nowMs - chargePowerW.atMs >= chargerEveryMs) chargePowerW = { value: carPowerW(), atMs: nowMs };
      if (nowMs - gridPowerW.atMs >= meterEveryMs)
        gridPowerW = { value: houseGridW(nowMs) + carPowerW(), atMs: nowMs };
    },
    command(currentA, phases) {
      if (currentA === commandedA && phases === capability.phases) return;
      if (phases !== capability.phases) {
        drawnA = 0;
        capability = { ...capability, phases };
      }
      commandedA = currentA;
      lastWriteMs = nowMs;
      writes += 1;
    },
    sample() {
      return {
        nowMs,
        gridPowerW,
        gridPhaseCurrentsA: undefined,
        pvPowerW: undefined,
        batteryPowerW: undefined,
        batterySocPct: undefined,
        meterTrust: "good",
        wallbox: {
          isConnected: true,
          vehicle: this.vehicle,
          chargePowerW,
          phaseCurrentsA: undefined,
          offeredCurrentA: undefined,
          isFollowing: true,
          capability,
        },
      };
    },
  };
}
