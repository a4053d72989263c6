import type { ChargePointHardware } from "../../../simulator/wallbox/hardware.ts";
import type { PhaseCount } from "../../../src/core/units.ts";

export interface FakeHardware extends ChargePointHardware {
  /** What the box was last told: undefined forbids charging. */
  readonly allowedA: number | undefined;
  /** A full car is plugged in and takes nothing. */
  isFull: boolean;
  phases: PhaseCount;
  setPhases(phases: PhaseCount): void;
}

/** A wallbox and car without any physics: what is allowed flows at once, on its phases of 230 V. */
export function createFakeHardware(): FakeHardware {
  let isPlugged = false;
  let allowedA: number | undefined;
  let energyWh = 1_000;
  const offeredA = () => (isPlugged && (allowedA ?? 0) >= 6 ? (allowedA ?? 0) : 0);
  const hardware: FakeHardware = {
    car: {
      plugIn() {
        isPlugged = true;
      },
      unplug() {
        isPlugged = false;
      },
    },
    phases: 3,
    minCurrentA: 6,
    maxCurrentA: 32,
    voltageV: 230,
    isFull: false,
    get allowedA() {
      return allowedA;
    },
    get state() {
      if (!isPlugged) return "available";
      if (allowedA === undefined) return "occupied";
      if (offeredA() === 0) return "suspended_evse";
      return hardware.isFull ? "suspended_ev" : "charging";
    },
    get offeredCurrentA() {
      return offeredA();
    },
    get phaseCurrentsA() {
      const currentA = hardware.isFull ? 0 : offeredA();
      return hardware.phases === 1 ? ([currentA, 0, 0] as const) : ([currentA, currentA, currentA] as const);
    },
    get powerW() {
      return hardware.phaseCurrentsA[0] * hardware.phases * 230;
    },
    get energyWh() {
      return energyWh;
    },
    setPhases(phases) {
      hardware.phases = phases;
    },
    allow(limitA) {
      allowedA = limitA;
    },
    advance(durationMs) {
      energyWh += (hardware.powerW * durationMs) / 3_600_000;
    },
  };
  return hardware;
}
