import type { Clock, Timer } from "../../src/ports/clock.ts";

interface Entry {
  readonly dueMs: number;
  /** Among timers that fall due together the first one set goes first. */
  readonly sequence: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

/** A clock for thousands of gateways: time goes on in small steps, and all that follows from a step comes to rest before the next. */
export interface FleetClock extends Clock {
  advanceTo(atMs: number): Promise<void>;
}

const STEP_MS = 50;
const START_WALL_MS = 1_767_225_600_000;

export function createFleetClock(): FleetClock {
  const heap: Entry[] = [];
  let nowMs = 0;
  let sequence = 0;

  async function fireDue(): Promise<void> {
    for (let first = heap[0]; first !== undefined && first.dueMs <= nowMs; first = heap[0]) {
      pop(heap);
      if (!first.isCancelled) first.callback();
    }
    // The answers here need no I/O: one turn of the event loop settles them.
    await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    monotonicMs: () => nowMs,
    wallMs: () => START_WALL_MS + nowMs,
    setTimeout(callback, delayMs): Timer {
      const entry: Entry = {
        dueMs: nowMs + Math.max(0, delayMs),
        sequence: sequence++,
        callback,
        isCancelled: false,
      };
      push(heap, entry);
      return { id: entry };
    },
    clearTimeout(timer) {
      (timer.id as Entry).isCancelled = true;
    },
    async advanceTo(atMs) {
      while (nowMs < atMs) {
        nowMs = Math.min(atMs, nowMs + STEP_MS);
        await fireDue();
      }
    },
  };
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.sequence < other.sequence);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry) ? right : left;
    if (!isBefore(heap[child] as Entry, last)) break;
    heap[at] = heap[child] as Entry;
    at = child;
  }
  heap[at] = last;
}
