import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Timer } from "../src/ports/clock.ts";
import { createWire } from "./wire.ts";

/** Turns of the event loop without any traffic after which nothing more is going to happen by itself. */
const CALM_TURNS = 3;
/** Real time and turns after which a peer that leaves bytes unread no longer holds the clock; both, for a busy machine. */
const STALL_MS = 200;
const STALL_TURNS = 50;
/** Real time after which even unending traffic no longer holds it, ms. */
const LONGEST_REST_MS = 2_000;

export interface LockstepOptions {
  readonly startWallMs: number;
  /** Virtual seconds per real second at the most; undefined runs as fast as the machine can. */
  readonly speed: number | undefined;
}

/**
 * A clock for everything in one process that talks over real sockets: time stands still while bytes are on their
 * way, and jumps to the next timer as soon as the process has come to rest. Timeouts therefore mean what they mean
 * in the field, at a thousand times the speed.
 */
export interface LockstepClock extends Clock {
  /** Runs until `monotonicMs`, or until `stop`. */
  run(untilMs: number): Promise<void>;
  stop(): void;
  setSpeed(speed: number | undefined): void;
  readonly speed: number | undefined;
  /** How often the clock went on although bytes were still unread. */
  readonly stalls: number;
  close(): void;
}

interface Entry {
  readonly dueMs: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

export function createLockstepClock(options: LockstepOptions): LockstepClock {
  const wire = createWire();
  const queue: Entry[] = [];
  let nowMs = 0;
  let order = 0;
  let stalls = 0;
  let isStopped = false;
  let { speed } = options;
  let paceFrom = { virtualMs: 0, realMs: realMs() };

  async function rest(): Promise<void> {
    const isStalled = createStallWatch();
    for (let calm = 0; calm < CALM_TURNS; ) {
      await nextTurn();
      const traffic = wire.look();
      if (traffic === "calm") {
        calm += 1;
        continue;
      }
      calm = 0;
      if (isStalled(traffic)) {
        stalls += 1;
        return;
      }
    }
  }

  async function keepPace(dueMs: number): Promise<void> {
    if (speed === undefined) return;
    const aheadMs = (dueMs - paceFrom.virtualMs) / speed - (realMs() - paceFrom.realMs);
    if (aheadMs > 1) await sleep(aheadMs);
  }

  function fireDue(): void {
    for (let entry = queue[0]; entry !== undefined && entry.dueMs <= nowMs; entry = queue[0]) {
      pop(queue);
      const { callback } = entry;
      entry.callback = undefined;
      callback?.();
    }
  }

  return {
    monotonicMs: () => nowMs,
    wallMs: () => options.startWallMs + nowMs,
    setTimeout(callback, delayMs): Timer {
      order += 1;
      const entry: Entry = { dueMs: nowMs + Math.max(0, delayMs), order, callback };
      push(queue, entry);
      return { id: entry };
    },
    clearTimeout(timer) {
      (timer.id as Entry).callback = undefined;
    },
    async run(untilMs) {
      isStopped = false;
      await rest();
      while (!isStopped && nowMs < untilMs) {
        while (queue[0] !== undefined && queue[0].callback === undefined) pop(queue);
        const dueMs = Math.min(queue[0]?.dueMs ?? untilMs, untilMs);
        await keepPace(dueMs);
        nowMs = Math.max(nowMs, dueMs);
        fireDue();
        await rest();
      }
    },
    stop() {
      isStopped = true;
    },
    setSpeed(next) {
      speed = next;
      paceFrom = { virtualMs: nowMs, realMs: realMs() };
    },
    get speed() {
      return speed;
    },
    get stalls() {
      return stalls;
    },
    close: () => wire.close(),
  };
}

/** Told what each turn brought, says when the clock has to go on in spite of it. */
function createStallWatch(): (traffic: "moving" | "waiting") => boolean {
  const sinceMs = realMs();
  let movedMs = sinceMs;
  let waitingTurns = 0;
  return (traffic) => {
    const nowMs = realMs();
    waitingTurns = traffic === "moving" ? 0 : waitingTurns + 1;
    if (traffic === "moving") movedMs = nowMs;
    const isStuck = waitingTurns > STALL_TURNS && nowMs - movedMs > STALL_MS;
    return isStuck || nowMs - sinceMs > LONGEST_REST_MS;
  };
}

function realMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Binary heap on (dueMs, order). */
function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry) ? right : left;
    if (!isBefore(heap[child] as Entry, last)) break;
    heap[index] = heap[child] as Entry;
    index = child;
  }
  heap[index] = last;
}
