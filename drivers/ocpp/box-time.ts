import { parseIsoMs } from "../../src/core/iso-time.ts";
import type { Clock } from "../../src/ports/clock.ts";

const REPLAY_AGE_MS = 60_000;
const RELEARN_AFTER_MS = 60_000;

/**
 * Tells live messages from those that a box kept while it was offline, by their timestamps. The box's clock may be
 * wrong by hours: its distance from ours is learned, forwards at once, backwards after a minute of nothing newer.
 */
export interface BoxTime {
  /** True when a sample with this timestamp is older than a minute. A missing timestamp counts as now. */
  isReplay(timestamp: string | undefined): boolean;
}

export function createBoxTime(clock: Clock): BoxTime {
  let offsetMs = clock.wallMs() - clock.monotonicMs();
  let onlyOldSinceMs: number | undefined;

  return {
    isReplay(timestamp) {
      const boxMs = timestamp === undefined ? undefined : parseIsoMs(timestamp);
      if (boxMs === undefined) return false;
      const nowMs = clock.monotonicMs();
      const ageMs = nowMs + offsetMs - boxMs;
      if (ageMs > REPLAY_AGE_MS) {
        onlyOldSinceMs ??= nowMs;
        if (nowMs - onlyOldSinceMs < RELEARN_AFTER_MS) return true;
      }
      if (ageMs < 0 || ageMs > REPLAY_AGE_MS) offsetMs = boxMs - nowMs;
      onlyOldSinceMs = undefined;
      return false;
    },
  };
}
