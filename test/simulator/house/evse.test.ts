import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CarOptions, createCar } from "../../../simulator/house/car.ts";
import { createEvse, type EvseOptions } from "../../../simulator/house/evse.ts";

/** A box with a car that draws exactly what it may, at once, unless said otherwise. */
function box(evse: Partial<EvseOptions> = {}, car: Partial<CarOptions> = {}) {
  const eager = { offsetA: 0, startDelayMs: 0, rampUpAPerS: 1e6, rampDownAPerS: 1e6 };
  return createEvse(createCar({ ...eager, ...car }), evse);
}

describe("an allowed current", () => {
  it.each([
    { afterMs: 4_999, offeredCurrentA: 0 },
    { afterMs: 5_000, offeredCurrentA: 10 },
  ])("is offered as $offeredCurrentA A $afterMs ms later", ({ afterMs, offeredCurrentA }) => {
    const evse = box();
    evse.allow(10);
    evse.advance(afterMs);
    expect(evse.offeredCurrentA).toBe(offeredCurrentA);
  });

  it("is delayed but never lost or overtaken: each command acts one dead time after it came", () => {
    const evse = box();
    evse.allow(10);
    evse.advance(2_000);
    evse.allow(8);
    const seen = [3_000, 1_999, 1].map((durationMs) => {
      evse.advance(durationMs);
      return evse.offeredCurrentA;
    });
    expect(seen).toEqual([10, 10, 8]);
  });

  it("acts at the right moment inside a long step too", () => {
    const evse = box({}, { phases: 1 });
    evse.allow(10);
    expect(evse.advance(3_605_000)).toBeCloseTo(2_300, 3);
  });

  it("takes the newest command after more of them than the box can hold", () => {
    const evse = box();
    for (let command = 0; command < 1_000; command++) evse.allow(6 + (command % 7));
    evse.allow(9);
    evse.advance(5_000);
    expect(evse.offeredCurrentA).toBe(9);
  });

  it("acts at once where the box has no dead time", () => {
    const evse = box({ deadTimeMs: 0 });
    evse.allow(7);
    expect(evse.offeredCurrentA).toBe(7);
  });

  it.each([
    { limitA: 5.99, stepA: 1, offeredCurrentA: 0 },
    { limitA: 6, stepA: 1, offeredCurrentA: 6 },
    { limitA: 6.99, stepA: 1, offeredCurrentA: 6 },
    { limitA: 15.999, stepA: 1, offeredCurrentA: 15 },
    { limitA: 80, stepA: 1, offeredCurrentA: 16 },
    { limitA: 6.3, stepA: 0.1, offeredCurrentA: 6.3 },
    { limitA: 6.39, stepA: 0.1, offeredCurrentA: 6.3 },
    { limitA: -3, stepA: 1, offeredCurrentA: 0 },
    { limitA: Number.NaN, stepA: 1, offeredCurrentA: 0 },
    { limitA: undefined, stepA: 1, offeredCurrentA: 0 },
  ])("of $limitA A in steps of $stepA A becomes $offeredCurrentA A", ({ limitA, stepA, offeredCurrentA }) => {
    const evse = box({ stepA, deadTimeMs: 0 });
    evse.allow(limitA);
    expect(evse.offeredCurrentA).toBe(offeredCurrentA);
  });

  it("is never exceeded, whatever is commanded when", () => {
    const commands = fc.array(fc.tuple(fc.double({ min: 0, max: 40, noNaN: true }), fc.nat(20_000)));
    fc.assert(
      fc.property(commands, (list) => {
        const evse = createEvse(createCar());
        for (const [limitA, durationMs] of list) {
          evse.allow(limitA);
          evse.advance(durationMs);
          expect(evse.offeredCurrentA).toBeLessThanOrEqual(16);
          for (const currentA of evse.phaseCurrentsA) expect(currentA).toBeLessThanOrEqual(15.8);
        }
        const lastA = list.at(-1)?.[0] ?? 0;
        evse.advance(60_000);
        expect(evse.offeredCurrentA).toBeLessThanOrEqual(lastA);
        expect(Math.max(...evse.phaseCurrentsA)).toBeLessThanOrEqual(lastA);
      }),
    );
  });
});

describe("the state of the box", () => {
  it("tells a missing car, a missing permission, a pause, a waiting car and charging apart", () => {
    const evse = box({ deadTimeMs: 0 }, { isPluggedIn: false, startDelayMs: 15_000 });
    expect(evse.state).toBe("available");
    evse.car.plugIn();
    expect(evse.state).toBe("occupied");
    evse.allow(0);
    expect(evse.state).toBe("suspended_evse");
    evse.allow(16);
    expect(evse.state).toBe("suspended_ev");
    evse.advance(14_999);
    expect(evse.state).toBe("suspended_ev");
    evse.advance(2);
    expect(evse.state).toBe("charging");
    evse.allow(undefined);
    evse.advance(1_000);
    expect(evse.state).toBe("occupied");
    evse.car.unplug();
    expect(evse.state).toBe("available");
    expect(evse.offeredCurrentA).toBe(0);
  });

  it("shows no current at the very moment the plug is pulled", () => {
    const evse = box({ deadTimeMs: 0 });
    evse.allow(16);
    evse.advance(1_000);
    expect(evse.powerW).toBeCloseTo(16 * 3 * 230, 6);
    evse.car.unplug();
    expect(evse.powerW).toBe(0);
    expect(evse.advance(10_000)).toBe(0);
  });
});

describe("phases", () => {
  it.each([
    { box: 3, car: 3, phaseCurrentsA: [10, 10, 10], powerW: 6_900 },
    { box: 3, car: 2, phaseCurrentsA: [10, 10, 0], powerW: 4_600 },
    { box: 3, car: 1, phaseCurrentsA: [10, 0, 0], powerW: 2_300 },
    { box: 1, car: 3, phaseCurrentsA: [10, 0, 0], powerW: 2_300 },
  ] as const)("a box with $box and a car with $car draw $powerW W at 10 A", (row) => {
    const evse = box({ deadTimeMs: 0, phases: row.box }, { phases: row.car });
    evse.allow(10);
    evse.advance(1_000);
    expect(evse.phaseCurrentsA).toEqual(row.phaseCurrentsA);
    expect(evse.powerW).toBeCloseTo(row.powerW, 6);
  });
});

describe("the energy register", () => {
  it("grows by exactly the energy that each step reports, and by power times time", () => {
    const evse = box({ deadTimeMs: 0, initialEnergyWh: 1_000 });
    evse.allow(10);
    let drawnWh = 0;
    for (let second = 0; second < 3_600; second++) drawnWh += evse.advance(1_000);
    expect(drawnWh).toBeCloseTo(6_900, 3);
    expect(evse.energyWh).toBeCloseTo(7_900, 3);
  });
});

describe("a change of phases", () => {
  function charging(phases: 1 | 3) {
    const evse = box({ phases, deadTimeMs: 0 });
    evse.allow(10);
    evse.advance(10_000);
    return evse;
  }

  it.each([
    { from: 1, to: 3, powerW: 6_900 },
    { from: 3, to: 1, powerW: 2_300 },
  ] as const)("from $from to $to takes 30 s without current", ({ from, to, powerW }) => {
    const evse = charging(from);
    evse.setPhases(to);
    expect([evse.isSwitchingPhases, evse.phases, evse.offeredCurrentA]).toEqual([true, from, 0]);
    evse.advance(1_000);
    expect(evse.advance(28_999)).toBe(0);
    expect(evse.phases).toBe(from);
    evse.advance(1);
    expect([evse.isSwitchingPhases, evse.phases, evse.offeredCurrentA]).toEqual([false, to, 10]);
    evse.advance(1_000);
    expect(evse.powerW).toBe(powerW);
  });

  it("makes the car wait for its start delay again", () => {
    const evse = createEvse(createCar(), { phases: 1, deadTimeMs: 0 });
    evse.allow(10);
    evse.advance(60_000);
    evse.setPhases(3);
    evse.advance(35_000);
    expect(evse.advance(10_000)).toBe(0);
    expect(evse.advance(15_000)).toBeGreaterThan(0);
  });

  it("to the phases it has, or is changing to, does nothing", () => {
    const evse = charging(1);
    evse.setPhases(1);
    expect(evse.isSwitchingPhases).toBe(false);
    evse.setPhases(3);
    evse.advance(20_000);
    evse.setPhases(3);
    evse.advance(10_000);
    expect([evse.isSwitchingPhases, evse.phases]).toEqual([false, 3]);
  });

  it("that is called back begins anew", () => {
    const evse = charging(1);
    evse.setPhases(3);
    evse.advance(20_000);
    evse.setPhases(1);
    evse.advance(29_000);
    expect(evse.isSwitchingPhases).toBe(true);
    evse.advance(1_000);
    expect([evse.isSwitchingPhases, evse.phases, evse.offeredCurrentA]).toEqual([false, 1, 10]);
  });

  it("keeps a current that was allowed meanwhile for afterwards", () => {
    const evse = charging(1);
    evse.setPhases(3);
    evse.allow(8);
    evse.advance(29_000);
    expect(evse.offeredCurrentA).toBe(0);
    evse.advance(1_000);
    expect(evse.offeredCurrentA).toBe(8);
  });
});
