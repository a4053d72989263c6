import type { Clock, Timer } from "../ports/clock.ts";

/** One task that runs again and again, never twice at a time. */
export interface Lane {
  /** First run after `delayMs`. */
  start(delayMs: number): void;
  /** Brings the next run forward to `delayMs` from now; nothing while the task runs or before `start`. */
  wake(delayMs: number): void;
  /** No further run. A run that is under way ends by itself. */
  stop(): void;
  isStopped(): boolean;
}

/** `task` returns the time to its next run, ms, and never rejects. */
export function createLane(clock: Clock, task: () => Promise<number>): Lane {
  let next: { readonly timer: Timer; readonly atMs: number } | undefined;
  let isStopped = false;

  function schedule(delayMs: number): void {
    if (isStopped) return;
    if (next !== undefined) clock.clearTimeout(next.timer);
    next = { timer: clock.setTimeout(run, delayMs), atMs: clock.monotonicMs() + delayMs };
  }

  function run(): void {
    next = undefined;
    void task().then(schedule);
  }

  return {
    start: schedule,
    wake(delayMs) {
      if (next !== undefined && clock.monotonicMs() + delayMs < next.atMs) schedule(delayMs);
    },
    stop() {
      isStopped = true;
      if (next !== undefined) clock.clearTimeout(next.timer);
      next = undefined;
    },
    isStopped: () => isStopped,
  };
}
