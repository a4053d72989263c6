import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";

/** F13: this many starts that did not end in order, */
const MOST_STARTS = 5;
/** within this long, ms, are a crash loop. */
const WITHIN_MS = 600_000;
/** F13: after this long without another crash the gateway is trusted again, ms. */
const STABLE_AFTER_MS = 3_600_000;
const STORE_KEY = "starts";

/** Notices a program that crashes again and again, and keeps it to what is safe until it has been stable. */
export interface CrashGuard {
  isSafeMode(): boolean;
  /** A stop that somebody asked for is no crash, and whoever asked has had a look: counting starts afresh. */
  endedInOrder(): void;
}

/** Counts this start at once, so that a crash a moment later has been counted. */
export function createCrashGuard(deps: {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly log: Logger;
}): CrashGuard {
  const { clock, store, log } = deps;
  const nowWallMs = clock.wallMs();
  const before = storedStarts(store.get(STORE_KEY)).filter(
    (wallMs) => wallMs <= nowWallMs && nowWallMs - wallMs < WITHIN_MS,
  );
  const starts = [...before, nowWallMs].slice(-MOST_STARTS);
  store.put(STORE_KEY, starts);
  store.flush();
  const startedMs = clock.monotonicMs();
  let isSafe = starts.length >= MOST_STARTS;
  if (isSafe) log.error({ starts: starts.length }, "safe mode: the gateway has crashed again and again");

  return {
    isSafeMode() {
      if (isSafe && clock.monotonicMs() - startedMs >= STABLE_AFTER_MS) {
        isSafe = false;
        store.put(STORE_KEY, []);
        log.info("safe mode is over: stable for an hour");
      }
      return isSafe;
    },
    endedInOrder() {
      store.put(STORE_KEY, []);
    },
  };
}

function storedStarts(stored: unknown): readonly number[] {
  return Array.isArray(stored) ? stored.filter((entry): entry is number => typeof entry === "number") : [];
}
