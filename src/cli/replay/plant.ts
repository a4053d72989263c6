import { type Car, type CarOptions, createCar } from "../../../simulator/house/car.ts";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createDelayedReadings } from "../../../simulator/house/delayed-readings.ts";
import { createEvse, type Evse, type EvseState } from "../../../simulator/house/evse.ts";
import {
  createHouse,
  type House,
  type HouseOptions,
  type HouseReadings,
} from "../../../simulator/house/house.ts";
import type { PhaseCount, PhaseCurrentsA } from "../../core/units.ts";
import { PHASE_SWITCH_S, type PhaseChoice, plantPeakW, type ReplayDevice } from "./replay-device.ts";
import { createRunCounter, type RunCounts } from "./run-counter.ts";

const SECOND_MS = 1_000;
/** The meter's registers show a measurement this long after it was taken, ms. */
const METER_LAG_MS = 1_000;
/** Larger than any day could fill: the car of a replay is never full. */
const ENDLESS_BATTERY_WH = 1e12;

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

const NO_CURRENTS: PhaseCurrentsA = [0, 0, 0];

/** What a controller can see, however late. */
export interface PlantView {
  readonly nowMs: number;
  /** The newest reading that the meter shows; the same object until there is a newer one. */
  readonly meter: HouseReadings;
  /** Charging power and the time to which it belongs, as the box reported it. */
  readonly charge: ChargeReading;
  readonly isCharging: boolean;
  /** What the box says of the car. */
  readonly evseState: EvseState;
  /** Phases that the box is switched to now. */
  readonly phases: PhaseCount;
  readonly isSwitchingPhases: boolean;
  /** What was commanded last. */
  readonly command: PlantCommand;
}

/** House, meter, wallbox and car in virtual time. */
export interface Plant {
  readonly house: House;
  readonly view: PlantView;
  readonly endMs: number;
  /** Changed commands so far: what a box would write to its flash. */
  readonly writes: number;
  advanceTo(nowMs: number): void;
  command(command: PlantCommand): void;
  counts(): RunCounts;
}

/** What the plant did in one second. */
export interface PlantSecond {
  readonly nowMs: number;
  readonly chargePowerW: number;
  /** Phases that the box is switched to. */
  readonly phases: PhaseCount;
}

export interface PlantOptions {
  readonly trace: DayTrace;
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  readonly onSecond?: (second: PlantSecond) => void;
  /** Where the car is not the nominal one, which is never full. */
  readonly car?: Partial<CarOptions>;
  /** Where the house is more than modules and loads. */
  readonly house?: Pick<HouseOptions, "battery" | "inverterAcW" | "feedInLimitW">;
}

/** The box stands on one phase where it can switch, as every day ends; the car is there from the first second on. */
export function createPlant(options: PlantOptions): Plant {
  const { trace, device, phases, onSecond } = options;
  const evse = replayEvse(device, phases, replayCar(device, options.car));
  const house = createHouse({
    ...options.house,
    trace,
    evse,
    peakW: plantPeakW(trace.pvW),
    startMonotonicMs: 0,
  });
  const meter = createDelayedReadings(house, { refreshMs: device.meterS * SECOND_MS, lagMs: METER_LAG_MS });
  const runs = createRunCounter();
  const powerMs = device.powerS * SECOND_MS;
  let nowMs = 0;
  let charge: ChargeReading = { powerW: 0, phaseCurrentsA: NO_CURRENTS, atMs: 0 };
  let command: PlantCommand = { currentA: 0, phases: evse.phases };
  let writes = 0;

  function passSecond(): void {
    nowMs += SECOND_MS;
    house.advanceTo(nowMs);
    const powerW = evse.powerW;
    // A box that does not charge says so at once; while it charges it reports now and then.
    if (powerW === 0) charge = { powerW, phaseCurrentsA: NO_CURRENTS, atMs: nowMs };
    else if (nowMs % powerMs === 0) charge = { powerW, phaseCurrentsA: evse.phaseCurrentsA, atMs: nowMs };
    runs.passSecond(nowMs, powerW > 0, evse.isSwitchingPhases);
    onSecond?.({ nowMs, chargePowerW: powerW, phases: evse.phases });
  }

  const view: PlantView = {
    get nowMs() {
      return nowMs;
    },
    get meter() {
      return meter.visibleAt(nowMs);
    },
    get charge() {
      return charge;
    },
    get isCharging() {
      return evse.powerW > 0;
    },
    get evseState() {
      return evse.state;
    },
    get phases() {
      return evse.phases;
    },
    get isSwitchingPhases() {
      return evse.isSwitchingPhases;
    },
    get command() {
      return command;
    },
  };

  return {
    house,
    view,
    endMs: house.endMs,
    get writes() {
      return writes;
    },
    advanceTo(untilMs) {
      while (nowMs + SECOND_MS <= untilMs) passSecond();
    },
    command(next) {
      const wanted = phases === "auto" ? next : { ...next, phases };
      if (wanted.currentA === command.currentA && wanted.phases === command.phases) return;
      writes += 1;
      command = wanted;
      evse.setPhases(wanted.phases);
      evse.allow(wanted.currentA);
    },
    counts: runs.counts,
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
