import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Car, type CarOptions, createCar } from "../../../simulator/house/car.ts";

const PAUSE_A = 0;

function drive(car: Car, offeredCurrentA: number, durationMs: number): void {
  for (let leftMs = durationMs; leftMs > 0; leftMs -= 1_000) {
    car.advance({ offeredCurrentA, voltageV: 230, phases: 3 }, Math.min(1_000, leftMs));
  }
}

/** A car that has been charging at `currentA` for long enough. */
function charging(options: Partial<CarOptions> = {}, offeredCurrentA = 16): Car {
  const car = createCar(options);
  drive(car, offeredCurrentA, 60_000);
  return car;
}

describe("a car that is offered current", () => {
  it.each([
    { afterMs: 15_000, currentA: 0 },
    { afterMs: 15_500, currentA: 1 },
    { afterMs: 16_000, currentA: 2 },
    { afterMs: 22_900, currentA: 15.8 },
    { afterMs: 40_000, currentA: 15.8 },
  ])("draws $currentA A after $afterMs ms: delay, ramp of 2 A/s, 0.2 A below the offer", (row) => {
    const car = createCar();
    drive(car, 16, row.afterMs);
    expect(car.currentA).toBeCloseTo(row.currentA, 9);
  });

  it("waits anew after every pause", () => {
    const car = charging();
    drive(car, PAUSE_A, 10_000);
    drive(car, 16, 15_000);
    expect(car.currentA).toBe(0);
    drive(car, 16, 500);
    expect(car.currentA).toBeCloseTo(1, 9);
  });

  it.each([
    { afterMs: 1_000, currentA: 10.8 },
    { afterMs: 2_000, currentA: 5.8 },
    { afterMs: 3_160, currentA: 0 },
  ])("falls to $currentA A within $afterMs ms of a pause: 5 A/s", ({ afterMs, currentA }) => {
    const car = charging();
    drive(car, PAUSE_A, afterMs);
    expect(car.currentA).toBeCloseTo(currentA, 9);
  });

  it("follows a change without a new start delay", () => {
    const car = charging({}, 6);
    drive(car, 10, 2_000);
    expect(car.currentA).toBeCloseTo(9.8, 9);
  });

  it("takes no more than its on-board charger can", () => {
    expect(charging({ maxCurrentA: 10 }).currentA).toBe(10);
  });
});

describe("a battery that fills", () => {
  it.each([
    { initialSocPct: 79, currentA: 16 },
    { initialSocPct: 80, currentA: 16 },
    { initialSocPct: 90, currentA: 9.2 },
    { initialSocPct: 99.9999, currentA: 2.4 },
  ])("at $initialSocPct % draws about $currentA A", ({ initialSocPct, currentA }) => {
    const car = charging({ initialSocPct, offsetA: 0, batteryWh: 1e9 });
    expect(car.currentA).toBeCloseTo(currentA, 2);
  });

  it("ends at 100 %: the car draws nothing more while current is offered", () => {
    const car = charging({ initialSocPct: 99.99, batteryWh: 10_000 });
    expect(car.isFull).toBe(true);
    expect(car.socPct).toBe(100);
    expect(car.currentA).toBe(0);
  });

  it("holds what was drawn less the losses, for any course of offers", () => {
    const offers = fc.array(fc.tuple(fc.double({ min: 0, max: 32, noNaN: true }), fc.nat(1_000)));
    fc.assert(
      fc.property(offers, (list) => {
        const car = createCar();
        const beforeWh = car.storedWh;
        let drawnWh = 0;
        for (const [offeredCurrentA, durationMs] of list) {
          const meanA = car.advance({ offeredCurrentA, voltageV: 230, phases: 3 }, durationMs);
          drawnWh += (meanA * 3 * 230 * durationMs) / 3.6e6;
        }
        expect(car.storedWh - beforeWh).toBeCloseTo(drawnWh * 0.9, 6);
      }),
    );
  });
});

describe("a car that falls asleep", () => {
  const sleepy = { sleepsAfterMs: 600_000 };

  it("charges when current returns just before", () => {
    const car = charging(sleepy);
    drive(car, PAUSE_A, 599_000);
    drive(car, 16, 30_000);
    expect(car.isAsleep).toBe(false);
    expect(car.currentA).toBeGreaterThan(0);
  });

  it.each([
    ["it is woken", (car: Car) => car.wake()],
    [
      "it is plugged in anew",
      (car: Car) => {
        car.unplug();
        car.plugIn();
      },
    ],
  ])("ignores offers until %s", (_, rouse) => {
    const car = charging(sleepy);
    drive(car, PAUSE_A, 600_000);
    drive(car, 16, 60_000);
    expect(car.isAsleep).toBe(true);
    expect(car.currentA).toBe(0);
    rouse(car);
    drive(car, 16, 30_000);
    expect(car.currentA).toBeCloseTo(15.8, 9);
  });
});

it("a car that is not plugged in draws nothing, and plugging in twice restarts nothing", () => {
  const car = createCar({ isPluggedIn: false });
  drive(car, 16, 60_000);
  expect(car.currentA).toBe(0);
  car.plugIn();
  drive(car, 16, 10_000);
  car.plugIn();
  drive(car, 16, 6_000);
  expect(car.currentA).toBeCloseTo(2, 9);
});
