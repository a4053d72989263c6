import { setImmediate } from "node:timers";
import type { Clock } from "../ports/clock.ts";

/** What the start left behind is known by then, ms. */
const FIRST_MS = 60_000;
/** Seldom enough not to be felt, ms. */
const EVERY_MS = 3_600_000;

export interface FullCollectionDeps {
  readonly clock: Clock;
  /** Collects all garbage and gives its pages back: some tens of milliseconds in which nothing else runs. */
  readonly collect: () => void;
}

/** Told of every pass; a minute after the start and then hourly all garbage is collected, in the pause after a pass. */
export interface FullCollection {
  report(): void;
}

export function createFullCollection({ clock, collect }: FullCollectionDeps): FullCollection {
  let dueMs = clock.monotonicMs() + FIRST_MS;
  return {
    report() {
      const nowMs = clock.monotonicMs();
      if (nowMs < dueMs) return;
      dueMs = nowMs + EVERY_MS;
      setImmediate(collect);
    },
  };
}
