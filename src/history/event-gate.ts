/** A device on a bad cable comes and goes for days: its story is told by this many events of a kind in an hour. */
const MOST_PER_HOUR = 60;
const HOUR_MS = 3_600_000;
/** Events that are worth a write of their own get one this often; the others wait for the end of the minute, ms. */
const WRITE_PAUSE_MS = 30_000;

/** Keeps a flood of events from the disk. */
export interface EventGate {
  /** False when there were too many of this kind in the present hour. */
  admits(event: string, nowMs: number): boolean;
  /** True when an event may be written at once; the next one has to wait. */
  opensWrite(nowMs: number): boolean;
  /** Events that were not admitted, since the start. */
  readonly refused: number;
}

/** Times are monotonic. */
export function createEventGate(): EventGate {
  const counts = new Map<string, number>();
  let hour = Number.NaN;
  let writtenMs = Number.NEGATIVE_INFINITY;
  let refused = 0;
  return {
    admits(event, nowMs) {
      const present = Math.floor(nowMs / HOUR_MS);
      if (present !== hour) counts.clear();
      hour = present;
      const count = (counts.get(event) ?? 0) + 1;
      counts.set(event, count);
      if (count > MOST_PER_HOUR) refused += 1;
      return count <= MOST_PER_HOUR;
    },
    opensWrite(nowMs) {
      if (nowMs - writtenMs < WRITE_PAUSE_MS) return false;
      writtenMs = nowMs;
      return true;
    },
    get refused() {
      return refused;
    },
  };
}
