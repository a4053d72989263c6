import type { Clock, Timer } from "../../src/ports/clock.ts";

export interface ManualClock extends Clock {
  /** Moves time on and fires every timer that falls due, in order; lets promises settle between timers. */
  advance(durationMs: number): Promise<void>;
  /** Moves the wall clock only, as an NTP step would. */
  jumpWall(byMs: number): void;
  readonly pendingTimers: number;
}

/** A clock that only moves when a test says so; `rest` is what it waits for before and after each timer. */
export function createManualClock(
  startWallMs = 1_647_669_600_000,
  rest: () => Promise<void> = settle,
): ManualClock {
  let nowMs = 1_000;
  let wallOffsetMs = startWallMs - nowMs;
  let nextId = 1;
  const pending = new Map<number, { dueMs: number; callback: () => void }>();

  function nextDue(untilMs: number) {
    let best: { id: number; dueMs: number; callback: () => void } | undefined;
    for (const [id, timer] of pending) {
      if (timer.dueMs <= untilMs && (best === undefined || timer.dueMs < best.dueMs)) best = { id, ...timer };
    }
    return best;
  }

  return {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs + wallOffsetMs,
    setTimeout(callback, delayMs): Timer {
      const id = nextId++;
      pending.set(id, { dueMs: nowMs + Math.max(0, delayMs), callback });
      return { id };
    },
    clearTimeout(timer) {
      pending.delete(timer.id as number);
    },
    async advance(durationMs) {
      const untilMs = nowMs + durationMs;
      await rest();
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        pending.delete(due.id);
        nowMs = Math.max(nowMs, due.dueMs);
        due.callback();
        await rest();
      }
      nowMs = untilMs;
      await rest();
    },
    jumpWall(byMs) {
      wallOffsetMs += byMs;
    },
    get pendingTimers() {
      return pending.size;
    },
  };
}

/** A few turns of the event loop, so that local I/O and promise chains come to rest. */
export async function settle(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
