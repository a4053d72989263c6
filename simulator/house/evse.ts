import {
  energyWh,
  LOWEST_CHARGE_CURRENT_A,
  NOMINAL_VOLTAGE_V,
  type PhaseCount,
  type PhaseCurrentsA,
} from "../../src/core/units.ts";
import type { Car, CarSupply } from "./car.ts";

export interface EvseOptions {
  /** Time from an allowed current until the control pilot shows it. */
  readonly deadTimeMs: number;
  /** The box rounds down to a multiple of this, A. */
  readonly stepA: number;
  /** Below it the box offers nothing, A. */
  readonly minCurrentA: number;
  readonly maxCurrentA: number;
  /** Phases that the installation gives the box. */
  readonly phases: PhaseCount;
  readonly voltageV: number;
  /** Energy register at the start, Wh. */
  readonly initialEnergyWh: number;
  /** Nothing flows for this long while the box changes between one phase and three. */
  readonly phaseSwitchMs: number;
}

export const NOMINAL_EVSE: EvseOptions = {
  deadTimeMs: 5_000,
  stepA: 1,
  minCurrentA: LOWEST_CHARGE_CURRENT_A,
  maxCurrentA: 16,
  phases: 3,
  voltageV: NOMINAL_VOLTAGE_V,
  initialEnergyWh: 1_234_567,
  phaseSwitchMs: 30_000,
};

/**
 * `available` no car; `occupied` car, but the protocol allows no charging at all; `suspended_evse` the box offers
 * 0 A; `suspended_ev` the box offers current and the car takes none; `charging` current flows.
 */
export type EvseState = "available" | "occupied" | "charging" | "suspended_ev" | "suspended_evse";

/** The electrical half of a wallbox; a protocol layer allows it a current. Holds no timer, persists nothing. */
export interface Evse {
  readonly car: Car;
  /** Phases it is switched to now; while it switches, still the old ones. */
  readonly phases: PhaseCount;
  readonly isSwitchingPhases: boolean;
  readonly minCurrentA: number;
  readonly maxCurrentA: number;
  readonly voltageV: number;
  readonly state: EvseState;
  /** What the control pilot offers the car now, A per phase. */
  readonly offeredCurrentA: number;
  /** Momentary current on L1, L2, L3. */
  readonly phaseCurrentsA: PhaseCurrentsA;
  /** Momentary power, W. */
  readonly powerW: number;
  /** Energy register, Wh; only ever grows. */
  readonly energyWh: number;
  /**
   * What the car may draw, A per phase, from one dead time after the present moment on; undefined when no
   * transaction allows charging. Bring the box up to the present (`advance`) first.
   */
  allow(limitA: number | undefined): void;
  /**
   * Begins to change to `phases` at once: the pilot takes all current away, the contactors change, and what is
   * allowed then is offered again. Asking for the other count meanwhile begins anew.
   */
  setPhases(phases: PhaseCount): void;
  /** Lets time pass; returns the energy drawn in it, Wh. */
  advance(durationMs: number): number;
}

/** Commands that are on their way at one time; beyond that the newest takes the place of the one before. */
const MAX_PENDING_LIMITS = 64;
/** The car's taper is judged anew at least this often. */
const LONGEST_SPAN_MS = 1_000;

interface PendingLimit {
  limitA: number | undefined;
  readonly dueMs: number;
}

/** Wallbox hardware with `car` at the end of its cable; nominal values where `options` says nothing else. */
export function createEvse(car: Car, options: Partial<EvseOptions> = {}): Evse {
  const box: EvseOptions = { ...NOMINAL_EVSE, ...options };
  let phases = box.phases;
  let usedPhases = Math.min(phases, car.phases);
  let phaseSwitch: { readonly to: PhaseCount; readonly dueMs: number } | undefined;
  const supply: { -readonly [K in keyof CarSupply]: CarSupply[K] } = {
    offeredCurrentA: 0,
    voltageV: box.voltageV,
    phases: usedPhases,
  };
  const pending: PendingLimit[] = [];
  let nowMs = 0;
  let newestLimitA: number | undefined;
  let limitA: number | undefined;
  let registerWh = box.initialEnergyWh;

  function enforce(next: number | undefined): void {
    limitA = next;
    supply.offeredCurrentA = phaseSwitch === undefined ? offeredCurrentA(next ?? 0, box) : 0;
  }

  function beginSwitch(to: PhaseCount): void {
    if (to === (phaseSwitch?.to ?? phases)) return;
    phaseSwitch = { to, dueMs: nowMs + box.phaseSwitchMs };
    enforce(limitA);
    endDueSwitch();
  }

  function endDueSwitch(): void {
    if (phaseSwitch === undefined || phaseSwitch.dueMs > nowMs) return;
    phases = phaseSwitch.to;
    usedPhases = Math.min(phases, car.phases);
    supply.phases = usedPhases;
    phaseSwitch = undefined;
    enforce(limitA);
  }

  function flow(durationMs: number): number {
    const meanA = car.advance(supply, durationMs);
    return energyWh(meanA * usedPhases * box.voltageV, durationMs);
  }

  function state(): EvseState {
    if (!car.isPluggedIn) return "available";
    if (car.currentA > 0) return "charging";
    if (limitA === undefined) return "occupied";
    return supply.offeredCurrentA > 0 ? "suspended_ev" : "suspended_evse";
  }

  function enforceDue(): void {
    for (let next = pending[0]; next !== undefined && next.dueMs <= nowMs; next = pending[0]) {
      pending.shift();
      enforce(next.limitA);
    }
  }

  return {
    car,
    get phases() {
      return phases;
    },
    get isSwitchingPhases() {
      return phaseSwitch !== undefined;
    },
    minCurrentA: box.minCurrentA,
    maxCurrentA: box.maxCurrentA,
    voltageV: box.voltageV,
    get state() {
      return state();
    },
    get offeredCurrentA() {
      return car.isPluggedIn ? supply.offeredCurrentA : 0;
    },
    get phaseCurrentsA(): PhaseCurrentsA {
      const currentA = car.currentA;
      return [currentA, usedPhases > 1 ? currentA : 0, usedPhases > 2 ? currentA : 0];
    },
    get powerW() {
      return car.currentA * usedPhases * box.voltageV;
    },
    get energyWh() {
      return registerWh;
    },
    allow(next) {
      if (next === newestLimitA) return;
      newestLimitA = next;
      const last = pending.at(-1);
      if (pending.length >= MAX_PENDING_LIMITS && last !== undefined) last.limitA = next;
      else pending.push({ limitA: next, dueMs: nowMs + box.deadTimeMs });
      enforceDue();
    },
    setPhases: beginSwitch,
    advance(durationMs) {
      const untilMs = nowMs + durationMs;
      let drawnWh = 0;
      while (nowMs < untilMs) {
        const dueMs = Math.min(pending[0]?.dueMs ?? untilMs, phaseSwitch?.dueMs ?? untilMs);
        const spanMs = Math.min(untilMs, dueMs, nowMs + LONGEST_SPAN_MS) - nowMs;
        drawnWh += flow(spanMs);
        nowMs += spanMs;
        enforceDue();
        endDueSwitch();
      }
      registerWh += drawnWh;
      return drawnWh;
    },
  };
}

/** What a box of this kind makes of an allowed current: capped, rounded down, and nothing below its minimum. */
function offeredCurrentA(limitA: number, box: EvseOptions): number {
  const cappedA = Math.min(limitA, box.maxCurrentA);
  // The addend keeps 6.3 / 0.1 from falling to 62 by binary rounding.
  const steppedA = Math.floor(cappedA / box.stepA + 1e-6) * box.stepA;
  return steppedA >= box.minCurrentA - 1e-6 ? Math.round(steppedA * 1_000) / 1_000 : 0;
}
