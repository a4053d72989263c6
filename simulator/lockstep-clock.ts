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
/** All times of the clock stand on this grid: a binary one, so that their sums and differences are exact. */
const TICKS_PER_MS = 1_024;
/** Rounds with other processes, in each of which bytes were on their way, after which they no longer hold it. */
const MOST_ROUNDS = 1_000;

export interface LockstepOptions {
  readonly startWallMs: number;
  /** Virtual seconds per real second at the most; undefined runs as fast as the machine can. */
  readonly speed: number | undefined;
}

/** Another process that lives by this clock. */
export interface Follower {
  /** When its next timer is due, ms of this clock; infinite without one. */
  readonly nextDueMs: number;
  /** Lets it go on to `untilMs`; resolves when it has come to rest, to whether it sent or read bytes meanwhile. */
  advance(untilMs: number): Promise<boolean>;
}

/**
 * A clock for everything in one process that talks over real sockets: time stands still while bytes are on their
 * way, and jumps to the next timer as soon as the process has come to rest. Timeouts therefore mean what they mean
 * in the field, at a thousand times the speed.
 */
export interface LockstepClock extends Clock {
  /** Runs until `monotonicMs`, or until `stop`. */
  run(untilMs: number): Promise<void>;
  /** Whether bytes were on their way in the last run. */
  readonly hasMoved: boolean;
  stop(): void;
  /** Takes another process along; the result leaves it behind. */
  take(follower: Follower): () => void;
  /** Wall time jumps by this much, elapsed time does not. */
  shiftWall(byMs: number): void;
  /** When the next timer is due, ms; infinite without one. */
  readonly nextDueMs: number;
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
  let hasMoved = false;
  let { speed, startWallMs } = options;
  const followers = new Set<Follower>();
  let paceFrom = { virtualMs: 0, realMs: realMs() };

  /** Resolves to whether bytes were on their way. */
  async function ownRest(): Promise<boolean> {
    const isStalled = createStallWatch();
    let isMoving = false;
    for (let calm = 0; calm < CALM_TURNS; ) {
      await nextTurn();
      const traffic = wire.look();
      if (traffic === "calm") {
        calm += 1;
        continue;
      }
      isMoving = true;
      calm = 0;
      if (isStalled(traffic)) {
        stalls += 1;
        break;
      }
    }
    return isMoving;
  }

  /** What one process sends another has to read: all are at rest when none of them has moved a byte. */
  async function rest(): Promise<boolean> {
    let wasMoving = await ownRest();
    for (let round = 0, isMoving = followers.size > 0; isMoving && round < MOST_ROUNDS; round++) {
      const theirs = await Promise.all([...followers].map((follower) => follower.advance(nowMs)));
      isMoving = (await ownRest()) || theirs.includes(true);
      wasMoving ||= isMoving;
    }
    return wasMoving;
  }

  function nextDueMs(): number {
    while (queue[0] !== undefined && queue[0].callback === undefined) pop(queue);
    const own = queue[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    return Math.min(own, ...[...followers].map((follower) => follower.nextDueMs));
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
    wallMs: () => startWallMs + nowMs,
    setTimeout(callback, delayMs): Timer {
      order += 1;
      const entry: Entry = { dueMs: onGridMs(nowMs + Math.max(0, delayMs)), order, callback };
      push(queue, entry);
      return { id: entry };
    },
    clearTimeout(timer) {
      (timer.id as Entry).callback = undefined;
    },
    async run(untilAnyMs) {
      const untilMs = onGridMs(untilAnyMs);
      isStopped = false;
      hasMoved = await rest();
      while (!isStopped && (nowMs < untilMs || nextDueMs() <= untilMs)) {
        const dueMs = Math.min(nextDueMs(), untilMs);
        await keepPace(dueMs);
        nowMs = Math.max(nowMs, dueMs);
        fireDue();
        hasMoved = (await rest()) || hasMoved;
      }
    },
    get hasMoved() {
      return hasMoved;
    },
    stop() {
      isStopped = true;
    },
    take(follower) {
      followers.add(follower);
      return () => void followers.delete(follower);
    },
    shiftWall(byMs) {
      startWallMs += byMs;
    },
    get nextDueMs() {
      return nextDueMs();
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

/**
 * Not before `ms`. Another process counts from a start of its own: what is due at a time here has to be due there as well,
 * which the last bit of a sum must not decide.
 */
function onGridMs(ms: number): number {
  return Math.ceil(ms * TICKS_PER_MS) / TICKS_PER_MS;
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
