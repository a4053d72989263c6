import { type Car, type CarOptions, createCar } from "../../../simulator/house/car.ts";
import { createEvse, type Evse } from "../../../simulator/house/evse.ts";
import type { PhaseCount, PhaseCurrentsA } from "../../core/units.ts";
import { PHASE_SWITCH_S, type PhaseChoice, type ReplayDevice } from "./replay-device.ts";

const SECOND_MS = 1_000;
/** Larger than any day could fill: the car of a replay is never full. */
const ENDLESS_BATTERY_WH = 1e12;
const NO_CURRENTS: PhaseCurrentsA = [0, 0, 0];

/** What is commanded: A per phase, 0 pauses. */
export interface PlantCommand {
  readonly currentA: number;
  readonly phases: PhaseCount;
}

/** What the box measured, and when, ms. */
export interface ChargeReading {
  readonly powerW: number;
  readonly phaseCurrentsA: PhaseCurrentsA;
  readonly atMs: number;
}

export interface PlantBoxOptions {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** Where the car is not the nominal one, which is never full. */
  readonly car?: Partial<CarOptions> | undefined;
}

/** One wallbox of the plant with its car. */
export interface PlantBox {
  readonly evse: Evse;
  /** Charging power and the time to which it belongs, as the box reported it. */
  readonly charge: ChargeReading;
  /** What was commanded last. */
  readonly command: PlantCommand;
  /** Changed commands so far: what a box would write to its flash. */
  readonly writes: number;
  tell(command: PlantCommand): void;
  /** After each second of the house. */
  passSecond(nowMs: number): void;
}

/** The box stands on one phase where it can switch, as every day ends; the car is there from the first second on. */
export function createPlantBox({ device, phases, car }: PlantBoxOptions): PlantBox {
  const evse = replayEvse(device, phases, replayCar(device, car));
  const powerMs = device.powerS * SECOND_MS;
  let charge: ChargeReading = { powerW: 0, phaseCurrentsA: NO_CURRENTS, atMs: 0 };
  let command: PlantCommand = { currentA: 0, phases: evse.phases };
  let writes = 0;
  return {
    evse,
    get charge() {
      return charge;
    },
    get command() {
      return command;
    },
    get writes() {
      return writes;
    },
    tell(next) {
      const wanted = phases === "auto" ? next : { ...next, phases };
      if (wanted.currentA === command.currentA && wanted.phases === command.phases) return;
      writes += 1;
      command = wanted;
      evse.setPhases(wanted.phases);
      evse.allow(wanted.currentA);
    },
    passSecond(nowMs) {
      const { powerW } = evse;
      // A box that does not charge says so at once; while it charges it reports now and then.
      if (powerW === 0) charge = { powerW, phaseCurrentsA: NO_CURRENTS, atMs: nowMs };
      else if (nowMs % powerMs === 0) charge = { powerW, phaseCurrentsA: evse.phaseCurrentsA, atMs: nowMs };
    },
  };
}

function replayEvse(device: ReplayDevice, phases: PhaseChoice, car: Car): Evse {
  return createEvse(car, {
    deadTimeMs: device.deadS * SECOND_MS,
    stepA: device.stepA,
    minCurrentA: device.minA,
    maxCurrentA: device.maxA,
    phases: phases === "auto" ? 1 : phases,
    phaseSwitchMs: PHASE_SWITCH_S * SECOND_MS,
  });
}

function replayCar(device: ReplayDevice, options: Partial<CarOptions> | undefined): Car {
  return createCar({
    batteryWh: ENDLESS_BATTERY_WH,
    initialSocPct: 0,
    maxCurrentA: device.maxA,
    offsetA: device.offsetA,
    startDelayMs: device.startS * SECOND_MS,
    ...options,
  });
}
