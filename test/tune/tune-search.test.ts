import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DayCounts } from "../../src/cli/replay/day-figures.ts";
import { bootstrapGain } from "../../src/cli/tune/bootstrap.ts";
import { moneySaved, NET_SOLAR, rankingValue } from "../../src/cli/tune/objective.ts";
import { searchPairs } from "../../src/cli/tune/pair-search.ts";
import { coarsePoints, pairAt, pointsAround } from "../../src/cli/tune/threshold-pairs.ts";
import type { Thresholds } from "../../src/core/settings.ts";

function dayCounts(changes: Partial<DayCounts>): DayCounts {
  return {
    surplusWh: 20_000,
    solarWh: 10_000,
    gridWh: 1_000,
    optimumWh: 12_000,
    starts: 2,
    phaseSwitches: 0,
    shortRuns: 0,
    writes: 100,
    wallMs: 1,
    ...changes,
  };
}

const pair = (minExportToStartW: number, maxImportBeforeStoppingW: number): Thresholds => ({
  minExportToStartW,
  maxImportBeforeStoppingW,
});

describe("the pairs that are tried", () => {
  it("never flap: start and stop are at least the smallest load apart", () => {
    const point = fc.record({
      stop: fc.double({ min: 0, max: 1.5, noNaN: true }),
      slack: fc.double({ min: 0, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(point, fc.integer({ min: 1_380, max: 22_080 }), (at, leastW) => {
        const { minExportToStartW, maxImportBeforeStoppingW } = pairAt(at, leastW);
        expect(minExportToStartW + maxImportBeforeStoppingW).toBeGreaterThanOrEqual(leastW);
        for (const watts of [minExportToStartW, maxImportBeforeStoppingW]) {
          expect(Number.isInteger(watts) && watts >= 0 && watts <= 50_000).toBe(true);
        }
      }),
    );
  });

  it("are a grid, and then the neighbours of its best", () => {
    expect(coarsePoints()).toHaveLength(15);
    expect(pairAt({ stop: 0.2, slack: 0 }, 4_140)).toEqual(pair(3_350, 800));
    expect(pointsAround({ stop: 0.5, slack: 0.2 }, 0.1)).toHaveLength(8);
    expect(pointsAround({ stop: 0, slack: 0 }, 0.1)).toEqual([
      { stop: 0, slack: 0.1 },
      { stop: 0.1, slack: 0 },
      { stop: 0.1, slack: 0.1 },
    ]);
  });
});

describe("the search", () => {
  /** Days on which a pair loses by its distance from the best one. */
  async function search(best: Thresholds, current: Thresholds, days = 10) {
    const asked: string[] = [];
    const progress: [number, number][] = [];
    const result = await searchPairs({
      current,
      minChargePowerW: 4_140,
      surplusWh: Array.from({ length: days }, (_, day) => (day % 3 === 0 ? 0 : 10_000 * day)),
      rank: (day) => rankingValue(NET_SOLAR, day),
      onProgress: (done, most) => progress.push([done, most]),
      async replay(given, day) {
        asked.push(`${given.minExportToStartW} ${given.maxImportBeforeStoppingW} ${day}`);
        const lossWh =
          Math.abs(given.minExportToStartW - best.minExportToStartW) +
          Math.abs(given.maxImportBeforeStoppingW - best.maxImportBeforeStoppingW);
        return dayCounts({ solarWh: 30_000 - lossWh });
      },
    });
    return { ...result, asked, progress };
  }

  it.each([pair(3_700, 400), pair(2_500, 1_700), pair(5_000, 900)])("comes near to %j", async (best) => {
    const found = await search(best, pair(9_000, 0));
    expect(Math.abs(found.best.pair.minExportToStartW - best.minExportToStartW)).toBeLessThanOrEqual(300);
    expect(
      Math.abs(found.best.pair.maxImportBeforeStoppingW - best.maxImportBeforeStoppingW),
    ).toBeLessThanOrEqual(300);
  });

  it("replays nothing twice, and no more than it said", async () => {
    const { asked, progress, finalists } = await search(pair(3_700, 400), pair(9_000, 0));
    expect(new Set(asked).size).toBe(asked.length);
    const [done, most] = progress.at(-1) ?? [0, 0];
    expect(done).toBe(asked.length);
    expect(done).toBeLessThanOrEqual(most);
    expect(finalists).toHaveLength(5);
    for (const { days } of finalists) expect(days).toHaveLength(10);
  });

  it("stays with the present pair where nothing is better", async () => {
    const { current, best } = await search(pair(3_730, 415), pair(3_730, 415));
    expect(best).toBe(current);
  });

  it("is content with one day, and with days without any sun", async () => {
    expect((await search(pair(3_700, 400), pair(9_000, 0), 1)).best.days).toHaveLength(1);
  });
});

describe("the objective", () => {
  it("is net solar energy, or money", () => {
    const day = dayCounts({ solarWh: 10_000, gridWh: 2_000, starts: 5 });
    expect(NET_SOLAR.value(day)).toBe(8);
    // 10 kWh spare 22 ct each; import now costs what it costs at other times.
    expect(moneySaved({ importCt: 30, exportCt: 8, carCt: 30 }).value(day)).toBe(220);
    expect(moneySaved({ importCt: 30, exportCt: 8, carCt: 20 }).value(day)).toBe(120 - 20);
    expect(rankingValue(NET_SOLAR, day)).toBeCloseTo(7.9, 9);
  });
});

describe("the certainty of a gain", () => {
  const days = 20;
  const none = new Array<number>(days).fill(0);
  const steady = (gain: number) => new Array<number>(days).fill(gain);

  it("is complete when every day says the same", () => {
    const gains = [none, steady(0.5)];
    expect(bootstrapGain({ gains, ranks: gains }, 1)).toEqual({
      expected: 0.5,
      low: 0.5,
      high: 0.5,
      optimism: 0,
    });
  });

  it("is the wider the more the days differ, and the same each time", () => {
    const mixed = none.map((_, day) => (day % 2 === 0 ? 2 : -1));
    const gain = bootstrapGain({ gains: [none, mixed], ranks: [none, mixed] }, 1);
    expect(gain.low).toBeLessThan(gain.expected);
    expect(gain.high).toBeGreaterThan(gain.expected);
    expect(gain.high - gain.low).toBeGreaterThan(0.8);
    expect(bootstrapGain({ gains: [none, mixed], ranks: [none, mixed] }, 1)).toEqual(gain);
  });

  it("takes off what comes from choosing among many that are all the same", () => {
    // Twenty candidates that gain nothing but noise: the best of them looks good by luck alone.
    let state = 7;
    const noise = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648 - 0.5;
    };
    const gains = [none, ...Array.from({ length: 20 }, () => none.map(noise))];
    const means = gains.map((values) => values.reduce((sum, value) => sum + value, 0) / days);
    const best = means.indexOf(Math.max(...means));
    const gain = bootstrapGain({ gains, ranks: gains }, best);
    expect(gain.optimism).toBeGreaterThan(0.05);
    expect(gain.expected).toBeLessThan((means[best] ?? 0) - 0.05);
    expect(gain.low).toBeLessThan(0);
  });

  it("has nothing to say without days", () => {
    expect(bootstrapGain({ gains: [[]], ranks: [[]] }, 0)).toEqual({
      expected: 0,
      low: 0,
      high: 0,
      optimism: 0,
    });
  });
});
