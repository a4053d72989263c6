import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createFullCollection } from "../../src/service/full-collection.ts";
import { createManualClock } from "../support/manual-clock.ts";

function bench() {
  const clock = createManualClock();
  const startMs = clock.monotonicMs();
  const collectedS: number[] = [];
  const collection = createFullCollection({
    clock,
    collect: () => void collectedS.push((clock.monotonicMs() - startMs) / 1_000),
  });
  return { clock, collectedS, collection };
}

describe("the collection of all garbage", () => {
  it("comes a minute after the start, and then once an hour", async () => {
    const { clock, collectedS, collection } = bench();
    for (let second = 0; second < 3 * 3_600; second += 10) {
      await clock.advance(10_000);
      collection.report();
      await nextTurn();
    }
    expect(collectedS).toEqual([60, 3_660, 7_260]);
  });

  it("does not come within the pass that is told", async () => {
    const { clock, collectedS, collection } = bench();
    await clock.advance(60_000);
    collection.report();
    expect(collectedS).toEqual([]);
    await nextTurn();
    expect(collectedS).toEqual([60]);
  });

  it("does not come where no pass does: control goes first", async () => {
    const { clock, collectedS } = bench();
    await clock.advance(86_400_000);
    await nextTurn();
    expect(collectedS).toEqual([]);
  });
});
