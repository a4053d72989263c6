import type { Clock, Timer } from "../ports/clock.ts";

/** Node fires a longer timeout at once: delays beyond it are waited for in parts. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const DAY_MS = 86_400_000;

export interface SystemClockOptions {
  /** True: pending timers do not keep the process alive. */
  readonly unref?: boolean;
}

/** The machine's own time. A timer never fires early by `monotonicMs`. */
export function createSystemClock(options: SystemClockOptions = {}): Clock {
  return createScaledClock(1, options);
}

/**
 * A clock that runs `speed` times as fast as the machine's: for benches and tests with real sockets. `speed` is a
 * finite number above 0. Its wall time ran ahead from the last UTC midnight on, so that all programs of one bench agree
 * on it, whenever each was started.
 */
export function createScaledClock(speed: number, options: SystemClockOptions = {}): Clock {
  const startMs = performance.now();
  const midnightMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const startWallMs = midnightMs + (Date.now() - midnightMs) * speed;
  const monotonicMs = () => startMs + (performance.now() - startMs) * speed;
  // At true speed the wall clock must follow the machine's, jumps included.
  const wallMs = speed === 1 ? () => Date.now() : () => startWallMs + (monotonicMs() - startMs);

  return {
    monotonicMs,
    wallMs,
    setTimeout(callback, delayMs) {
      const dueMs = monotonicMs() + Math.max(0, delayMs);
      const timer: { id: NodeJS.Timeout | undefined } = { id: undefined };
      const arm = () => {
        const leftMs = Math.ceil((dueMs - monotonicMs()) / speed);
        timer.id = setTimeout(wake, Math.min(Math.max(0, leftMs), LONGEST_TIMEOUT_MS));
        if (options.unref) timer.id.unref();
      };
      const wake = () => {
        if (monotonicMs() >= dueMs) callback();
        else arm();
      };
      arm();
      return timer;
    },
    clearTimeout(timer: Timer) {
      clearTimeout(timer.id as NodeJS.Timeout | undefined);
    },
  };
}
