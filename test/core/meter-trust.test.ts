import { describe, expect, it } from "vitest";
import {
  afterMeterRead,
  initialMeterRecord,
  judgedMeter,
  type MeterRecord,
  meterLostForMs,
} from "../../src/core/meter-trust.ts";

const START_MS = 50_000;

function afterReads(record: MeterRecord, reads: readonly boolean[], fromMs: number, everyMs = 1_000) {
  let next = record;
  reads.forEach((isGood, index) => {
    const nowMs = fromMs + index * everyMs;
    next = judgedMeter(afterMeterRead(next, isGood, nowMs), nowMs);
  });
  return next;
}

const goodMeter = afterReads(initialMeterRecord(START_MS - 2_000), [true, true, true], START_MS - 2_000);

describe("trust in the meter", () => {
  it("is missing at the start, and there after three good reads", () => {
    const start = initialMeterRecord(START_MS);
    expect(start.trust).toBe("suspect");
    expect(afterReads(start, [true, true], START_MS).trust).toBe("suspect");
    expect(afterReads(start, [true, true, true], START_MS).trust).toBe("good");
  });

  it("is lost when nothing answers within 30 s of the start", () => {
    const start = initialMeterRecord(START_MS);
    expect(judgedMeter(start, START_MS + 29_999).trust).toBe("suspect");
    expect(judgedMeter(start, START_MS + 30_000).trust).toBe("lost");
  });

  it.each([
    [2, "good"],
    [3, "suspect"],
  ] as const)("after %d bad reads in a row is %s", (count, trust) => {
    expect(afterReads(goodMeter, Array(count).fill(false), START_MS + 1_000).trust).toBe(trust);
  });

  it("survives single bad reads between good ones", () => {
    const reads = [false, false, true, false, false, true];
    expect(afterReads(goodMeter, reads, START_MS + 1_000).trust).toBe("good");
  });

  it.each([
    [9_999, "good"],
    [10_000, "suspect"],
    [29_999, "suspect"],
    [30_000, "lost"],
  ] as const)("after %d ms of silence is %s", (silenceMs, trust) => {
    const suspected = judgedMeter(goodMeter, START_MS + Math.min(silenceMs, 15_000));
    expect(judgedMeter(suspected, START_MS + silenceMs).trust).toBe(trust);
  });

  it("goes from good to lost at once when the gateway slept", () => {
    expect(judgedMeter(goodMeter, START_MS + 30_000).trust).toBe("lost");
  });

  it("comes back from suspicion after three good reads in a row", () => {
    const suspect = afterReads(goodMeter, [false, false, false], START_MS + 1_000);
    expect(afterReads(suspect, [true, true], START_MS + 4_000).trust).toBe("suspect");
    expect(afterReads(suspect, [true, true, false, true], START_MS + 4_000).trust).toBe("suspect");
    expect(afterReads(suspect, [true, true, true], START_MS + 4_000).trust).toBe("good");
  });

  it("does not come back while the last good read is ten seconds old", () => {
    const reads = afterReads(initialMeterRecord(START_MS), [true, true], START_MS);
    const third = afterMeterRead(reads, true, START_MS + 2_000);
    expect(judgedMeter(third, START_MS + 12_000).trust).toBe("suspect");
    expect(judgedMeter(third, START_MS + 11_999).trust).toBe("good");
  });

  it("is lost after a minute of suspicion, whatever single good reads there are", () => {
    const suspect = afterReads(goodMeter, [false, false, false], START_MS + 1_000);
    expect(suspect.trustSinceMs).toBe(START_MS + 3_000);
    const doubted = afterReads(suspect, Array(59).fill([true, false]).flat().slice(0, 59), START_MS + 4_000);
    expect(doubted.trust).toBe("suspect");
    expect(judgedMeter(doubted, START_MS + 62_999).trust).toBe("suspect");
    expect(judgedMeter(doubted, START_MS + 63_000).trust).toBe("lost");
  });

  it("comes back from loss after good reads for 60 s without a gap", () => {
    const lost = judgedMeter(goodMeter, START_MS + 30_000);
    const back = afterReads(lost, Array(60).fill(true), START_MS + 31_000);
    expect(back.trust).toBe("lost");
    expect(judgedMeter(back, START_MS + 90_999).trust).toBe("lost");
    expect(judgedMeter(back, START_MS + 91_000).trust).toBe("good");
    const broken = afterReads(back, [false, true], START_MS + 91_000);
    expect(judgedMeter(broken, START_MS + 93_000).trust).toBe("lost");
  });

  it.each([
    [9_999, "good"],
    [10_000, "lost"],
  ] as const)("takes %d ms without a word for %s", (gapMs, trust) => {
    const lost = judgedMeter(goodMeter, START_MS + 30_000);
    const back = afterReads(lost, Array(31).fill(true), START_MS + 31_000);
    const again = afterReads(back, Array(31).fill(true), START_MS + 61_000 + gapMs);
    expect(again.trust).toBe(trust);
  });

  it("needs three good reads after a silence", () => {
    const suspect = judgedMeter(goodMeter, START_MS + 10_000);
    expect(afterReads(suspect, [true, true], START_MS + 11_000).trust).toBe("suspect");
    expect(afterReads(suspect, [true, true, true], START_MS + 11_000).trust).toBe("good");
  });

  it("stays lost while nothing is read", () => {
    const lost = judgedMeter(goodMeter, START_MS + 30_000);
    expect(judgedMeter(lost, START_MS + 500_000).trust).toBe("lost");
    const failing = afterMeterRead(lost, false, START_MS + 31_000);
    expect(judgedMeter({ ...failing, lastGoodMs: START_MS + 60_000 }, START_MS + 61_000).trust).toBe("lost");
  });

  it("tells how long the meter has been lost", () => {
    expect(meterLostForMs(goodMeter, START_MS + 5)).toBeUndefined();
    const lost = judgedMeter(judgedMeter(goodMeter, START_MS + 30_000), START_MS + 40_000);
    expect(meterLostForMs(lost, START_MS + 42_500)).toBe(12_500);
  });
});
