import { NOMINAL_VOLTAGE_V } from "../../src/core/units.ts";
import type { DayTrace } from "./day-trace.ts";
import type { Evse } from "./evse.ts";
import type { HomeBattery } from "./home-battery.ts";
import { createSecondBySecond, noiseAt, type StepSeconds } from "./second-by-second.ts";
import { createTallies, type Tallies } from "./tallies.ts";

/** One value for each of L1, L2, L3. */
export type ThreePhases = readonly [number, number, number];

/** What the house does, as the mean of its last second. Signs of `src/core/units.ts`. */
export interface HouseReadings {
  /** End of that second, monotonic ms. */
  readonly atMs: number;
  readonly pvPowerW: number;
  /** The house without the car, W. */
  readonly loadPowerW: number;
  readonly chargePowerW: number;
  readonly batteryPowerW: number;
  /** Undefined without a home battery. */
  readonly batterySocPct: number | undefined;
  readonly gridPowerW: number;
  readonly gridPhasePowersW: ThreePhases;
  /** Signed like the power: export < 0. */
  readonly gridPhaseCurrentsA: ThreePhases;
  readonly voltagesV: ThreePhases;
  readonly frequencyHz: number;
  /** Counted since the house was made, Wh. */
  readonly importWh: number;
  readonly exportWh: number;
  readonly pvWh: number;
  readonly batteryChargedWh: number;
  readonly batteryDischargedWh: number;
}

export interface HouseOptions {
  readonly trace: DayTrace;
  /** The wallbox with the car on its cable; the house alone lets its time pass. */
  readonly evse: Evse;
  /** Further wallboxes of the house. */
  readonly moreEvses?: readonly Evse[];
  readonly battery?: HomeBattery;
  /** Rated PV power, W. */
  readonly peakW: number;
  /** Monotonic time at which the trace begins. */
  readonly startMonotonicMs: number;
  readonly seed?: number;
  /** The most that a hybrid inverter turns into AC, from modules and battery together, W; default no limit. */
  readonly inverterAcW?: number;
  /** The most that may be exported: the modules are throttled beyond it, W; 0 is zero export, default no limit. */
  readonly feedInLimitW?: number;
}

/** A house in steps of one second, without any timer: whoever looks brings it up to the present first. */
export interface House {
  readonly trace: DayTrace;
  readonly evse: Evse;
  /** All wallboxes, the first of them `evse`. */
  readonly evses: readonly Evse[];
  readonly battery: HomeBattery | undefined;
  readonly peakW: number;
  readonly startMonotonicMs: number;
  /** How far it has come; whole seconds after the start. */
  readonly nowMs: number;
  /** Wall time of `nowMs` on the day of the trace, ms since 1970; runs on when the trace begins anew. */
  readonly traceWallMs: number;
  /** Monotonic time at which the trace is over and begins anew. */
  readonly endMs: number;
  /** Lets all whole seconds up to `monotonicMs` pass; a time in the past does nothing. */
  advanceTo(monotonicMs: number): void;
  readings(): HouseReadings;
  /** Of the last second; the same object all the time. */
  readonly flow: Flow;
  tallies(): Tallies;
  /** Calls `take` now and then every `periodMs` (at least a second) with the readings of that very second. */
  watch(periodMs: number, take: (readings: HouseReadings) => void): void;
}

const STEP_MS = 1_000;
/** A house is never balanced: the kitchen hangs on L1. */
export const LOAD_SHARES: ThreePhases = [0.46, 0.32, 0.22];

/** Powers of a second, W. */
export interface Flow {
  readonly pvW: number;
  readonly loadW: number;
  readonly chargeW: number;
  readonly batteryW: number;
  readonly gridW: number;
}

interface Watcher {
  readonly everySeconds: number;
  readonly take: (readings: HouseReadings) => void;
}

export function createHouse(options: HouseOptions): House {
  const { trace, evse, battery, peakW, startMonotonicMs, seed = 1 } = options;
  const evses = [evse, ...(options.moreEvses ?? [])];
  let carsW: readonly number[] = evses.map(() => 0);
  const { inverterAcW = Number.POSITIVE_INFINITY, feedInLimitW = Number.POSITIVE_INFINITY } = options;
  const source = createSecondBySecond(trace, seed);
  const tallies = createTallies();
  const watchers: Watcher[] = [];
  let step: StepSeconds = source.step(0);
  let second = 0;
  let secondInStep = 0;
  let stepIndex = 0;
  const flow: { -readonly [K in keyof Flow]: Flow[K] } = firstFlow(step);

  function passSecond(): void {
    if (secondInStep === source.secondsPerStep) {
      secondInStep = 0;
      stepIndex += 1;
      step = source.step(stepIndex);
    }
    const sunW = step.pvW[secondInStep] ?? 0;
    flow.loadW = step.loadW[secondInStep] ?? 0;
    carsW = evses.map((box) => (box.advance(STEP_MS) * 3_600_000) / STEP_MS);
    flow.chargeW = carsW.reduce((sum, carW) => sum + carW, 0);
    const withoutCarW = Math.min(flow.loadW, inverterAcW) - sunW;
    const gridWithoutCarW = flow.loadW - inverterW(sunW, flow.loadW, battery?.answerW(withoutCarW) ?? 0);
    const demandW = flow.loadW + flow.chargeW;
    flow.batteryW = battery?.advance(Math.min(demandW, inverterAcW) - sunW, STEP_MS) ?? 0;
    const acW = inverterW(sunW, demandW, flow.batteryW);
    flow.pvW = acW - flow.batteryW;
    flow.gridW = demandW - acW;
    tallies.add(flow, { gridWithoutCarW, usableSunW: Math.min(sunW, inverterAcW) }, STEP_MS);
    secondInStep += 1;
    second += 1;
    for (const watcher of watchers) if (second % watcher.everySeconds === 0) watcher.take(readings());
  }

  /** What inverter and battery give to the house and the grid, W. */
  function inverterW(sunW: number, demandW: number, batteryW: number): number {
    return Math.min(sunW + batteryW, inverterAcW, demandW + feedInLimitW);
  }

  function readings(): HouseReadings {
    const voltagesV = eachPhase((phase) => NOMINAL_VOLTAGE_V + jitter(seed, second, phase) * 0.9);
    const inverterShareW = (flow.pvW + flow.batteryW) / 3;
    const carPhasesW = phasePowersW(evses, carsW);
    const gridPhasePowersW = eachPhase(
      (phase) => flow.loadW * LOAD_SHARES[phase] + carPhasesW[phase] - inverterShareW,
    );
    const counted = tallies.counters();
    return {
      atMs: startMonotonicMs + second * STEP_MS,
      pvPowerW: flow.pvW,
      loadPowerW: flow.loadW,
      chargePowerW: flow.chargeW,
      batteryPowerW: flow.batteryW,
      batterySocPct: battery?.socPct,
      gridPowerW: flow.gridW,
      gridPhasePowersW,
      gridPhaseCurrentsA: eachPhase((phase) => gridPhasePowersW[phase] / voltagesV[phase]),
      voltagesV,
      frequencyHz: 50 + jitter(seed, second, 3) * 0.02,
      ...counted,
    };
  }

  return {
    trace,
    evse,
    evses,
    battery,
    peakW,
    startMonotonicMs,
    endMs: startMonotonicMs + trace.pvW.length * trace.stepMs,
    get nowMs() {
      return startMonotonicMs + second * STEP_MS;
    },
    get traceWallMs() {
      return trace.startWallMs + second * STEP_MS;
    },
    advanceTo(monotonicMs) {
      const untilSecond = Math.floor((monotonicMs - startMonotonicMs) / STEP_MS);
      while (second < untilSecond) passSecond();
    },
    readings,
    flow,
    tallies: () => tallies.tallies(),
    watch(periodMs, take) {
      watchers.push({ everySeconds: Math.max(1, Math.round(periodMs / STEP_MS)), take });
      take(readings());
    },
  };
}

function firstFlow(step: StepSeconds): Flow {
  const pvW = step.pvW[0] ?? 0;
  const loadW = step.loadW[0] ?? 0;
  return { pvW, loadW, chargeW: 0, batteryW: 0, gridW: loadW - pvW };
}

/** What the cars draw on each phase, W. */
function phasePowersW(evses: readonly Evse[], carsW: readonly number[]): ThreePhases {
  return eachPhase((phase) =>
    evses.reduce((sum, box, index) => sum + (carsW[index] ?? 0) * chargeShares(box)[phase], 0),
  );
}

/** Share of the charge power on each phase. */
function chargeShares(evse: Evse): ThreePhases {
  const used = Math.min(evse.phases, evse.car.phases);
  return [1 / used, used > 1 ? 1 / used : 0, used > 2 ? 1 / used : 0];
}

function eachPhase(value: (phase: 0 | 1 | 2) => number): ThreePhases {
  return [value(0), value(1), value(2)];
}

/** -1..1, different for every second and channel. */
function jitter(seed: number, second: number, channel: number): number {
  return noiseAt(seed + 7 + channel, second) / 2 ** 31 - 1;
}
