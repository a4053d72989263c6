import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";

/** A second master that was heard may come back within this time. */
const SHARED_FOR_MS = 600_000;
/** Silence after somebody else's answer before we speak. */
const FOREIGN_GAP_MS = 50;
/** However much others talk, we speak after this many timeouts. */
const MOST_WAIT_TIMEOUTS = 3;

/**
 * What is known of another master on an RTU line. Its answers look like ours when unit and length agree, so while one
 * is about, an answer counts only when no second one follows within the timeout.
 */
export interface SharedLine {
  readonly isShared: boolean;
  /** Somebody else's frame was heard. Returns until when we must listen, monotonic ms. */
  heard(frame: { readonly isRequest: boolean }): number;
  /** We speak: waiting begins anew. */
  spoke(): void;
}

export function createSharedLine(
  timeoutMs: number,
  { clock, log }: { clock: Clock; log: Logger },
): SharedLine {
  let sharedUntilMs: number | undefined;
  let waitingSinceMs: number | undefined;
  return {
    get isShared() {
      return sharedUntilMs !== undefined && clock.monotonicMs() < sharedUntilMs;
    },
    heard({ isRequest }) {
      const nowMs = clock.monotonicMs();
      if (sharedUntilMs === undefined || nowMs >= sharedUntilMs) {
        log.warn("another Modbus master talks on this line: reading becomes slow");
      }
      sharedUntilMs = nowMs + SHARED_FOR_MS;
      waitingSinceMs ??= nowMs;
      const latestMs = waitingSinceMs + MOST_WAIT_TIMEOUTS * timeoutMs;
      return Math.min(nowMs + (isRequest ? timeoutMs : FOREIGN_GAP_MS), latestMs);
    },
    spoke() {
      waitingSinceMs = undefined;
    },
  };
}
