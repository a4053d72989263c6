import pLimit from "p-limit";
import { type Clock, delay } from "../ports/clock.ts";

export interface PaceOptions {
  /** Most requests that are under way at a time. */
  readonly concurrency: number;
  /** Most requests that begin in a second, on average. */
  readonly perSecond: number;
}

/** Lets requests begin no faster than the server should be asked. */
export interface RequestPace {
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** A bucket of one second's requests that fills evenly; who finds it empty waits for its turn, first come, first served. */
export function createRequestPace(options: PaceOptions, clock: Clock): RequestPace {
  const limit = pLimit(options.concurrency);
  const spacingMs = 1_000 / options.perSecond;
  const burst = Math.max(1, options.perSecond);
  /** When the bucket would be full again; each request moves it on by its share. */
  let fullAtMs = Number.NEGATIVE_INFINITY;

  async function turn(): Promise<void> {
    const nowMs = clock.monotonicMs();
    fullAtMs = Math.max(fullAtMs, nowMs) + spacingMs;
    const waitMs = fullAtMs - nowMs - burst * spacingMs;
    if (waitMs > 0) await delay(clock, waitMs);
  }

  return {
    run: (task) =>
      limit(async () => {
        await turn();
        return task();
      }),
  };
}
