import { describe, expect, it } from "vitest";
import { type Bench, onBench } from "./support/bench.ts";
import { constantTrace } from "./support/constant-trace.ts";
import { watchFuse } from "./support/fuse-watch.ts";

const THREE = [
  { name: "first", priority: 3 },
  { name: "second", priority: 2 },
  { name: "third", priority: 1 },
];
const FUSE_A = 31;
/** Box and car take some ten seconds to follow. */
const LONGEST_BREACH_S = 15;

function offeredA({ site }: Bench): readonly number[] {
  return site.house.evses.map(({ offeredCurrentA }) => offeredCurrentA);
}

describe("three wallboxes on one gateway", { timeout: 120_000 }, () => {
  it(
    "share the fuse by priority, while cars come and go and a box loses its power",
    onBench(
      { wallboxes: THREE, mode: "none", mainFuseA: FUSE_A, trace: constantTrace({ pvW: 0, loadW: 500 }) },
      async (bench) => {
        const [first, second] = bench.wallboxes;
        bench.startDaemon();
        await bench.within(400, () => `${offeredA(bench)}` === "16,13,0");
        const longestBreachS = watchFuse(bench, FUSE_A);

        first?.unplugCar();
        await bench.within(400, () => `${offeredA(bench).slice(1)}` === "16,13");

        await second?.pull();
        await bench.within(600, () => offeredA(bench)[2] === 16);
        expect(bench.site.house.readings().chargePowerW).toBeLessThan(12_000);

        second?.plug();
        first?.plugInCar();
        await bench.within(900, () => `${offeredA(bench)}` === "16,13,0");
        expect(longestBreachS()).toBeLessThanOrEqual(LONGEST_BREACH_S);
      },
    ),
  );

  it(
    "leave the sun to the first, which has it kept while it starts",
    onBench({ wallboxes: THREE, mode: "hems" }, async (bench) => {
      const [first, second] = bench.wallboxes;
      first?.unplugCar();
      second?.unplugCar();
      bench.startDaemon();
      await bench.within(400, () => `${offeredA(bench)}` === "0,0,11");

      first?.plugInCar();
      await bench.within(400, () => offeredA(bench)[0] === 11 && offeredA(bench)[2] === 0);
      await bench.pass(240);
      expect(offeredA(bench)).toEqual([11, 0, 0]);
    }),
  );
});
