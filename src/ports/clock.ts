/** Handle of a pending timer; only the clock that made it can read it. */
export interface Timer {
  readonly id: unknown;
}

/**
 * All time comes from here. Elapsed time is monotonic; the wall clock is only for timestamps, tariffs and
 * days. Nothing else in the program may touch `Date`, `setTimeout` or `performance`.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z; may jump. */
  wallMs(): number;
  setTimeout(callback: () => void, delayMs: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** Resolves after `delayMs` on `clock`, or at once when `signal` aborts. Never rejects. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.setTimeout(finish, delayMs);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

/** What `promise` resolves to, or `late` when `timeoutMs` pass first on `clock`. */
export function withTimeout<T, L>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<T>,
  late: L,
): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(late), timeoutMs);
    promise.then(
      (value) => {
        clock.clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clock.clearTimeout(timer);
        reject(error);
      },
    );
  });
}
