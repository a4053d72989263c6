import { parseIsoMs } from "../../src/core/iso-time.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** Clocks that differ by less agree, ms. */
const AGREEMENT_MS = 30_000;
/** A clock that was put back shows when nothing newer has come for this long, ms. */
const RELEARN_AFTER_MS = 60_000;

/**
 * Tells how old a message is by its timestamp, because boxes keep messages while they are offline. The box's clock may
 * be wrong by hours: its distance from ours is learned, forwards at once, backwards after a minute of nothing newer.
 */
export interface BoxTime {
  /** Age of a sample with this timestamp, ms, at least 0; a missing or unreadable timestamp counts as now. */
  ageMs(timestamp: string | undefined): number;
  /** How far the box's clock is ahead of ours, ms; undefined before the first timestamp. */
  errorMs(): number | undefined;
  /** A time that the box has told just now, or some time ago; nothing is learned of it but that the clocks agree. */
  told(boxMs: number): void;
  /** True once a message has shown that the clocks agree, until one shows that they do not. */
  isAgreed(): boolean;
  /** The box was given another time: what was learned of its clock is worth nothing any more. */
  restart(): void;
  /** The link was lost: what comes next may have been kept meanwhile. */
  interrupted(): void;
}

export function createBoxTime(clock: Clock): BoxTime {
  const ourOffsetMs = () => clock.wallMs() - clock.monotonicMs();
  /** Box time minus our monotonic time of a message that is not delayed. */
  let offsetMs = ourOffsetMs();
  /** What the messages since the newest one say. */
  let since: { offsetMs: number; readonly fromMs: number } | undefined;
  let isKnown = false;
  let hasAgreed = false;

  function told(boxMs: number): void {
    if (Math.abs(boxMs - clock.wallMs()) <= AGREEMENT_MS) hasAgreed = true;
  }

  function learn(seenMs: number, nowMs: number): void {
    if (seenMs >= offsetMs) {
      offsetMs = seenMs;
      since = undefined;
      return;
    }
    since ??= { offsetMs: seenMs, fromMs: nowMs };
    since.offsetMs = Math.max(since.offsetMs, seenMs);
    if (nowMs - since.fromMs < RELEARN_AFTER_MS) return;
    offsetMs = since.offsetMs;
    since = undefined;
  }

  return {
    ageMs(timestamp) {
      const boxMs = timestamp === undefined ? undefined : parseIsoMs(timestamp);
      if (boxMs === undefined) return 0;
      const nowMs = clock.monotonicMs();
      learn(boxMs - nowMs, nowMs);
      told(boxMs);
      isKnown = true;
      return Math.max(0, nowMs + offsetMs - boxMs);
    },
    told,
    isAgreed: () => hasAgreed && (!isKnown || Math.abs(offsetMs - ourOffsetMs()) <= AGREEMENT_MS),
    restart() {
      offsetMs = Number.NEGATIVE_INFINITY;
      since = undefined;
      isKnown = false;
      hasAgreed = false;
    },
    interrupted() {
      since = undefined;
    },
    errorMs: () => (isKnown ? offsetMs - ourOffsetMs() : undefined),
  };
}
