import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestSchedule, optimum, type SlotDelays } from "../../src/cli/replay/optimum.ts";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import { type SlotRewards, slotRewards } from "../../src/cli/replay/slot-rewards.ts";
import { traceOf } from "./traces.ts";

/** A way of charging that nets these energies, Wh a slot: what it gains is sun, what it loses is import. */
function way(phases: 1 | 3, netWh: readonly number[]): SlotRewards {
  return {
    phases,
    netWh: Float64Array.from(netWh),
    solarWh: Float64Array.from(netWh, (value) => Math.max(0, value)),
    gridWh: Float64Array.from(netWh, (value) => Math.max(0, -value)),
    currentA: Float64Array.from(netWh, () => 6),
  };
}

/** Tries everything, forward in time. */
function bruteForceWh(ways: readonly SlotRewards[], delays: SlotDelays, penaltyWh: number): number {
  const slots = ways[0]!.netWh.length;
  const { startSlots, switchSlots } = delays;
  function best(slot: number, now: number, isOn: boolean): number {
    if (slot >= slots) return 0;
    const options = [(isOn ? ways[now]!.netWh[slot]! : 0) + best(slot + 1, now, isOn)];
    if (isOn) options.push(best(slot, now, false));
    else options.push(best(slot + startSlots, now, true) - penaltyWh);
    if (ways.length > 1 && isOn)
      options.push(best(slot + switchSlots + startSlots, 1 - now, true) - penaltyWh);
    if (ways.length > 1 && !isOn) options.push(best(slot + switchSlots, 1 - now, false));
    return Math.max(...options);
  }
  return Math.max(...ways.map((_, index) => best(0, index, false)));
}

describe("the perfect-foresight optimum", () => {
  const energies = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 });

  it("is what trying everything finds, on short days", () => {
    fc.assert(
      fc.property(
        fc.tuple(energies, energies),
        fc.boolean(),
        fc.record({
          startSlots: fc.integer({ min: 1, max: 2 }),
          switchSlots: fc.integer({ min: 1, max: 3 }),
        }),
        fc.integer({ min: 0, max: 4 }),
        ([one, three], hasBoth, delays, penaltyWh) => {
          const ways = hasBoth ? [way(1, one), way(3, three)] : [way(1, one)];
          const found = bestSchedule(ways, delays, penaltyWh);
          const switchesWhileOn = found.phaseSwitches;
          const valueWh = found.solarWh - found.gridWh - penaltyWh * found.starts;
          const bestWh = bruteForceWh(ways, delays, penaltyWh);
          // Switches while charging are penalised too, switches while paused are not: the value lies between.
          expect(valueWh).toBeGreaterThanOrEqual(bestWh - 1e-3);
          expect(valueWh - penaltyWh * switchesWhileOn).toBeLessThanOrEqual(bestWh + 1e-3);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("charges through a gap that is shorter than a start, and stops in a long one", () => {
    const delays = { startSlots: 2, switchSlots: 3 };
    const short = bestSchedule([way(1, [0, 0, 5, 5, -3, 5, 5])], delays, 0);
    const long = bestSchedule([way(1, [0, 0, 5, 5, -3, -3, -3, -3, 5, 5])], delays, 0);
    expect([short.starts, short.gridWh]).toEqual([1, 3]);
    expect([long.starts, long.gridWh]).toEqual([2, 0]);
  });

  it("stays off on a day that offers nothing", () => {
    const { starts, phaseSwitches, writes } = bestSchedule(
      [way(1, [-1, -1, -1]), way(3, [-2, -2, -2])],
      { startSlots: 1, switchSlots: 1 },
      0,
    );
    expect([starts, phaseSwitches, writes]).toEqual([0, 0, 0]);
  });

  it("takes in each slot the current that nets most", () => {
    const surplusW = new Float64Array(20).fill(2_000, 0, 10).fill(5_000, 10);
    const { currentA, netWh } = slotRewards(surplusW, { ...NOMINAL_DEVICE, offsetA: 0 }, 1);
    // 9 A draw 2070 W and net 1930 W; 8 A only 1840 W. 16 A is the most there is.
    expect([...currentA]).toEqual([9, 16]);
    expect(netWh[0]).toBeCloseTo((1_930 * 10) / 3_600, 6);
  });

  it("never gets less from three phases to choose from than from one", () => {
    const trace = traceOf(Array.from({ length: 120 }, (_, minute) => 60 * minute));
    const net = (phases: "auto" | 1 | 3) => {
      const { solarWh, gridWh } = optimum(trace, { device: NOMINAL_DEVICE, phases, startPenaltyWh: 0 });
      return solarWh - gridWh;
    };
    expect(net("auto")).toBeGreaterThanOrEqual(Math.max(net(1), net(3)));
  });
});
