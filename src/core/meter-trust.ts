import type { MeterTrust } from "./site-sample.ts";

/** F1: this many bad reads in a row make the meter suspect. */
const BAD_READS = 3;
/** F1: so does this long without a good read, ms. */
const SUSPECT_AFTER_MS = 10_000;
/** F2: this long without a good read and it is lost, ms. */
const LOST_AFTER_MS = 30_000;
/** F1: recovered after this many good reads in a row. */
const GOOD_READS = 3;
/** F2: a lost meter is trusted again after good reads for this long, ms. */
const TRUSTED_AFTER_MS = 60_000;

/** What is remembered of the grid meter between passes. */
export interface MeterRecord {
  readonly trust: MeterTrust;
  /** Last good read, or the start of the daemon, ms. */
  readonly lastGoodMs: number;
  /** Start of the present unbroken run of good reads, ms. */
  readonly goodSinceMs: number | undefined;
  readonly goodReads: number;
  readonly badReads: number;
  /** Since when the meter has been lost, ms. */
  readonly lostSinceMs: number | undefined;
}

/** At start nothing is known: no increase, and lost after the same time as later. */
export function initialMeterRecord(nowMs: number): MeterRecord {
  return {
    trust: "suspect",
    lastGoodMs: nowMs,
    goodSinceMs: undefined,
    goodReads: 0,
    badReads: 0,
    lostSinceMs: undefined,
  };
}

/** The record after a read: `isGood` is false for faults, frozen and implausible values. */
export function afterMeterRead(record: MeterRecord, isGood: boolean, nowMs: number): MeterRecord {
  if (!isGood) return { ...record, badReads: record.badReads + 1, goodReads: 0, goodSinceMs: undefined };
  const goodSinceMs = record.goodSinceMs ?? nowMs;
  return { ...record, lastGoodMs: nowMs, goodSinceMs, goodReads: record.goodReads + 1, badReads: 0 };
}

/** The record at a pass: judges by reads in a row and by age. */
export function judgedMeter(record: MeterRecord, nowMs: number): MeterRecord {
  const ageMs = nowMs - record.lastGoodMs;
  if (ageMs >= LOST_AFTER_MS) {
    return { ...record, trust: "lost", lostSinceMs: record.lostSinceMs ?? nowMs };
  }
  if (record.trust === "lost") {
    const isBack = record.goodSinceMs !== undefined && nowMs - record.goodSinceMs >= TRUSTED_AFTER_MS;
    return isBack ? { ...record, trust: "good", lostSinceMs: undefined } : record;
  }
  if (record.badReads >= BAD_READS || ageMs >= SUSPECT_AFTER_MS) return { ...record, trust: "suspect" };
  return record.goodReads >= GOOD_READS ? { ...record, trust: "good" } : record;
}
