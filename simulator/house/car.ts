/**
 * A car as its wallbox sees it. The nominal values follow HTW Berlin's wbsim: it draws a little less than it
 * may, takes its time to start, and ramps up slower than down.
 */
export interface CarOptions {
  readonly batteryWh: number;
  readonly initialSocPct: number;
  /** Limit of the on-board charger, A per phase. */
  readonly maxCurrentA: number;
  /** Phases of the on-board charger. */
  readonly phases: 1 | 2 | 3;
  /** Draws this much less than offered, A per phase. */
  readonly offsetA: number;
  /** Time from current becoming available until the car draws any. */
  readonly startDelayMs: number;
  readonly rampUpAPerS: number;
  readonly rampDownAPerS: number;
  /** From here on the battery takes less and less. */
  readonly taperFromPct: number;
  /** Share of the on-board charger's current that is left just below 100 %. */
  readonly taperEndShare: number;
  /** Share of the drawn energy that reaches the battery. */
  readonly chargingEfficiency: number;
  /** Without current for this long the car falls asleep and ignores the next offer; undefined never sleeps. */
  readonly sleepsAfterMs: number | undefined;
  readonly isPluggedIn: boolean;
}

export const NOMINAL_CAR: CarOptions = {
  batteryWh: 77_000,
  initialSocPct: 15,
  maxCurrentA: 16,
  phases: 3,
  offsetA: 0.2,
  startDelayMs: 15_000,
  rampUpAPerS: 2,
  rampDownAPerS: 5,
  taperFromPct: 80,
  taperEndShare: 0.15,
  chargingEfficiency: 0.9,
  sleepsAfterMs: undefined,
  isPluggedIn: true,
};

/** What the wallbox gives the car for a span of time. */
export interface CarSupply {
  /** A per phase; 0 is a pause. */
  readonly offeredCurrentA: number;
  readonly voltageV: number;
  /** Phases that are wired through to the car. */
  readonly phases: number;
}

export interface Car {
  readonly isPluggedIn: boolean;
  readonly socPct: number;
  readonly isFull: boolean;
  readonly isAsleep: boolean;
  readonly phases: 1 | 2 | 3;
  /** Current drawn at this moment, A per phase. */
  readonly currentA: number;
  /** Energy stored in the battery, Wh. */
  readonly storedWh: number;
  plugIn(): void;
  unplug(): void;
  /** Takes this energy, Wh, out of the battery, as far as it is in there. */
  drive(energyWh: number): void;
  /** What a person does at the door, or some wallboxes by the pilot: the car listens to offers again. */
  wake(): void;
  /** Lets at most about a second pass under `supply`; returns the mean current drawn, A per phase. */
  advance(supply: CarSupply, durationMs: number): number;
}

/** A car with the nominal values where `options` says nothing else. Pure stepping: it holds no timer. */
export function createCar(options: Partial<CarOptions> = {}): Car {
  const car: CarOptions = { ...NOMINAL_CAR, ...options };
  let storedWh = (car.batteryWh * car.initialSocPct) / 100;
  let isPluggedIn = car.isPluggedIn;
  let isAsleep = false;
  let currentA = 0;
  let waitedMs = 0;
  let withoutOfferMs = 0;

  const socPct = () => (100 * storedWh) / car.batteryWh;

  function rest(): void {
    isAsleep = false;
    waitedMs = 0;
    withoutOfferMs = 0;
  }

  /** Current the car settles at under this offer, A per phase. */
  function wantedCurrentA(offeredCurrentA: number): number {
    if (isAsleep || storedWh >= car.batteryWh) return 0;
    const taperPct = Math.max(0, socPct() - car.taperFromPct);
    const share = 1 - ((1 - car.taperEndShare) * taperPct) / Math.max(1e-9, 100 - car.taperFromPct);
    return Math.max(0, Math.min(offeredCurrentA - car.offsetA, car.maxCurrentA * share));
  }

  /** Moves the current toward `targetA` for `durationMs`; returns what flowed, in A x ms. */
  function ramp(targetA: number, durationMs: number): number {
    const ratePerMs = (targetA > currentA ? car.rampUpAPerS : car.rampDownAPerS) / 1000;
    const neededMs = Math.abs(targetA - currentA) / ratePerMs;
    const startA = currentA;
    if (neededMs > durationMs) {
      currentA += Math.sign(targetA - currentA) * ratePerMs * durationMs;
      return ((startA + currentA) / 2) * durationMs;
    }
    currentA = targetA;
    return ((startA + targetA) / 2) * neededMs + targetA * (durationMs - neededMs);
  }

  function flow(offeredCurrentA: number, durationMs: number): number {
    if (offeredCurrentA <= 0) {
      waitedMs = 0;
      withoutOfferMs += durationMs;
      if (car.sleepsAfterMs !== undefined && withoutOfferMs >= car.sleepsAfterMs) isAsleep = true;
      return ramp(0, durationMs);
    }
    withoutOfferMs = 0;
    const waitMs = Math.min(durationMs, car.startDelayMs - waitedMs);
    waitedMs += waitMs;
    const waiting = waitMs > 0 ? ramp(0, waitMs) : 0;
    return waiting + ramp(wantedCurrentA(offeredCurrentA), durationMs - waitMs);
  }

  return {
    phases: car.phases,
    get isPluggedIn() {
      return isPluggedIn;
    },
    get socPct() {
      return socPct();
    },
    get isFull() {
      return storedWh >= car.batteryWh;
    },
    get isAsleep() {
      return isAsleep;
    },
    get currentA() {
      return currentA;
    },
    get storedWh() {
      return storedWh;
    },
    plugIn() {
      if (!isPluggedIn) rest();
      isPluggedIn = true;
    },
    unplug() {
      isPluggedIn = false;
      currentA = 0;
      rest();
    },
    drive(energyWh) {
      storedWh = Math.max(0, storedWh - energyWh);
    },
    wake: rest,
    advance(supply, durationMs) {
      if (!isPluggedIn || durationMs <= 0) return 0;
      const meanA = flow(supply.offeredCurrentA, durationMs) / durationMs;
      const phases = Math.min(supply.phases, car.phases);
      const drawnWh = (meanA * phases * supply.voltageV * durationMs) / 3_600_000;
      storedWh = Math.min(car.batteryWh, storedWh + drawnWh * car.chargingEfficiency);
      return meanA;
    },
  };
}
