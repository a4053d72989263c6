import type { Socket } from "node:net";
import { type Clock, delay } from "../../src/ports/clock.ts";
import type { LineFault } from "./line-fault.ts";

/** Bytes that wait for a late line, beyond which the connection is given up. */
const LARGEST_BACKLOG_BYTES = 4 * 1024 * 1024;

/** How the chunks of one line fared. */
export interface LineCounters {
  passed: number;
  delayed: number;
  dropped: number;
  corrupted: number;
  reordered: number;
}

export interface LineDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly fault: () => LineFault | undefined;
  readonly counters: LineCounters;
  /** Bytes are missing or not as they were sent. */
  readonly onLoss: () => void;
}

/** One direction of a connection: takes chunks from one socket and gives them to the other, as the fault lets it. */
export interface Line {
  take(chunk: Buffer): void;
  /** Nothing more comes in; the other end is told when the fault allows it. */
  end(): void;
}

export function createLine(to: Socket, deps: LineDeps): Line {
  const { clock, random, counters } = deps;
  let held: { readonly chunk: Buffer } | undefined;
  let lastDueMs = 0;
  let backlogBytes = 0;

  function write(chunk: Buffer): void {
    if (!to.destroyed && to.writable) to.write(chunk);
  }

  /** After what was taken before it, whatever delay that was given. */
  async function writeAt(chunk: Buffer, dueMs: number): Promise<void> {
    lastDueMs = Math.max(lastDueMs, dueMs);
    backlogBytes += chunk.length;
    if (backlogBytes > LARGEST_BACKLOG_BYTES) to.resetAndDestroy();
    await delay(clock, lastDueMs - clock.monotonicMs());
    backlogBytes -= chunk.length;
    write(chunk);
  }

  /** In order behind whatever is late; at once when nothing is. */
  function pass(chunk: Buffer): void {
    counters.passed += 1;
    const isBehind = lastDueMs > clock.monotonicMs();
    if (isBehind) void writeAt(chunk, lastDueMs);
    else write(chunk);
    release();
  }

  function release(): void {
    const late = held;
    held = undefined;
    if (late !== undefined) write(late.chunk);
  }

  async function hold(chunk: Buffer, heldMs: number): Promise<void> {
    counters.reordered += 1;
    deps.onLoss();
    release();
    const own = { chunk };
    held = own;
    await delay(clock, heldMs);
    if (held === own) release();
  }

  function flipped(chunk: Buffer): Buffer {
    const bytes = Buffer.from(chunk);
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    counters.corrupted += 1;
    deps.onLoss();
    return bytes;
  }

  function drop(): void {
    counters.dropped += 1;
    deps.onLoss();
  }

  return {
    take(chunk) {
      const fault = deps.fault();
      switch (fault?.kind) {
        case "latency":
          counters.delayed += 1;
          void writeAt(chunk, clock.monotonicMs() + fault.delayMs + random() * fault.jitterMs);
          return;
        case "half_open":
        case "reset":
          drop();
          return;
        case "drop":
          if (random() < fault.share) drop();
          else pass(chunk);
          return;
        case "corruption":
          pass(random() < fault.share ? flipped(chunk) : chunk);
          return;
        case "reordering":
          if (random() < fault.share) void hold(chunk, fault.heldMs);
          else pass(chunk);
          return;
        case "slow_close":
        case undefined:
          pass(chunk);
      }
    },
    end() {
      const fault = deps.fault();
      if (fault?.kind === "half_open") {
        deps.onLoss();
        return;
      }
      const dueMs = Math.max(
        lastDueMs,
        clock.monotonicMs() + (fault?.kind === "slow_close" ? fault.delayMs : 0),
      );
      if (dueMs <= clock.monotonicMs()) to.end();
      else void delay(clock, dueMs - clock.monotonicMs()).then(() => to.end());
    },
  };
}
