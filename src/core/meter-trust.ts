import type { MeterTrust } from "./site-sample.ts";

/** F1: this many bad reads in a row make the meter suspect. */
const BAD_READS = 3;
/** F1: so does this long without a good read, ms. */
const SUSPECT_AFTER_MS = 10_000;
/** F2: this long without a good read and it is lost, ms. */
const LOST_AFTER_MS = 30_000;
/** F2: a meter that has been suspect this long without becoming good again is lost too, ms: holding has an end. */
const SUSPECT_FOR_MS = 60_000;
/** F1: recovered after this many good reads in a row. */
const GOOD_READS = 3;
/** F2: a lost meter is trusted again after good reads for this long, ms. */
const TRUSTED_AFTER_MS = 60_000;

/** What is remembered of the grid meter between passes. */
export interface MeterRecord {
  readonly trust: MeterTrust;
  /** Since when it is so, ms. */
  readonly trustSinceMs: number;
  /** Last good read, or the start of the daemon, ms. */
  readonly lastGoodMs: number;
  /** Start of the present unbroken run of good reads, ms. */
  readonly goodSinceMs: number | undefined;
  readonly goodReads: number;
  readonly badReads: number;
}

/** At start nothing is known: no increase, and lost after the same time as later. */
export function initialMeterRecord(nowMs: number): MeterRecord {
  return {
    trust: "suspect",
    trustSinceMs: nowMs,
    lastGoodMs: nowMs,
    goodSinceMs: undefined,
    goodReads: 0,
    badReads: 0,
  };
}

/** The record after a read: `isGood` is false for faults, frozen and implausible values. Silence breaks a run too. */
export function afterMeterRead(record: MeterRecord, isGood: boolean, nowMs: number): MeterRecord {
  if (!isGood) return { ...record, badReads: record.badReads + 1, goodReads: 0, goodSinceMs: undefined };
  const { goodSinceMs } = record;
  const isRun = goodSinceMs !== undefined && nowMs - record.lastGoodMs < SUSPECT_AFTER_MS;
  const run = isRun ? { goodSinceMs, goodReads: record.goodReads + 1 } : { goodSinceMs: nowMs, goodReads: 1 };
  return { ...record, ...run, lastGoodMs: nowMs, badReads: 0 };
}

/** The record at a pass: judges by reads in a row and by age. */
export function judgedMeter(record: MeterRecord, nowMs: number): MeterRecord {
  const trust = judgedTrust(record, nowMs);
  return trust === record.trust ? record : { ...record, trust, trustSinceMs: nowMs };
}

function judgedTrust(record: MeterRecord, nowMs: number): MeterTrust {
  const ageMs = nowMs - record.lastGoodMs;
  if (ageMs >= LOST_AFTER_MS) return "lost";
  switch (record.trust) {
    case "good":
      return record.badReads >= BAD_READS || ageMs >= SUSPECT_AFTER_MS ? "suspect" : "good";
    case "suspect":
      if (record.goodReads >= GOOD_READS && ageMs < SUSPECT_AFTER_MS) return "good";
      return nowMs - record.trustSinceMs >= SUSPECT_FOR_MS ? "lost" : "suspect";
    case "lost":
      return nowMs - (record.goodSinceMs ?? nowMs) >= TRUSTED_AFTER_MS ? "good" : "lost";
  }
}

/** How long the meter has been lost, ms; undefined while it is not. */
export function meterLostForMs({ trust, trustSinceMs }: MeterRecord, nowMs: number): number | undefined {
  return trust === "lost" ? nowMs - trustSinceMs : undefined;
}
