import type { Clock, Timer } from "../../ports/clock.ts";

interface Entry {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on, for one control loop whose ports answer at once. */
export interface VirtualClock extends Clock {
  /** Goes on to the next timer, or beyond it, fires it and lets everything that follows from it come to rest. */
  fireNext(atMs?: number): Promise<void>;
  /** When the next timer falls due, ms; undefined without one. */
  nextDueMs(): number | undefined;
}

export interface VirtualClockOptions {
  readonly startWallMs: number;
  /** Called when time has moved on, before any timer fires. */
  readonly onAdvance: (nowMs: number) => void;
  /** True when nothing more happens until the next timer. */
  readonly isAtRest: () => boolean;
}

export function createVirtualClock(options: VirtualClockOptions): VirtualClock {
  /** Never more than a handful: searched, not sorted. */
  const entries: Entry[] = [];
  let nowMs = 0;
  let onRest: (() => void) | undefined;

  function earliest(): Entry | undefined {
    let best = entries[0];
    for (const entry of entries) if (best === undefined || entry.dueMs < best.dueMs) best = entry;
    return best;
  }

  function remove(entry: Entry): void {
    const index = entries.indexOf(entry);
    if (index >= 0) entries.splice(index, 1);
  }

  /** A pass ends with the timer for the next one: waiting for that is cheaper than looking at every microtask. */
  function rest(): Promise<void> {
    return options.isAtRest()
      ? Promise.resolve()
      : new Promise((resolve) => {
          onRest = resolve;
        });
  }

  return {
    monotonicMs: () => nowMs,
    wallMs: () => options.startWallMs + nowMs,
    setTimeout(callback, delayMs): Timer {
      const entry: Entry = { dueMs: nowMs + Math.max(0, delayMs), callback };
      entries.push(entry);
      if (onRest !== undefined && options.isAtRest()) {
        onRest();
        onRest = undefined;
      }
      return { id: entry };
    },
    clearTimeout(timer) {
      remove(timer.id as Entry);
    },
    nextDueMs: () => earliest()?.dueMs,
    async fireNext(atMs = 0) {
      const entry = earliest();
      if (entry === undefined) return;
      remove(entry);
      const untilMs = Math.max(entry.dueMs, atMs);
      if (untilMs > nowMs) {
        nowMs = untilMs;
        options.onAdvance(nowMs);
      }
      entry.callback();
      await rest();
    },
  };
}
