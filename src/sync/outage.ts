import type { Logger } from "pino";
import type { PartnerError } from "../partner/partner-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { PollSlots } from "./poll-slots.ts";

const LONGEST_PAUSE_MS = 900_000;

/** Failures in a row of one exchange with the Partner API: how long to wait, and one log line each for loss and recovery. */
export interface Outage {
  /** Takes a failure and returns the time to the next try, ms. */
  failed(error: PartnerError): number;
  recovered(): void;
  /** The latest failure, undefined while all is well. */
  error(): PartnerError | undefined;
}

export interface OutageDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly slots: PollSlots;
}

/**
 * The next try is at an own slot again: the next one at first, then any of the next 2, 4, 8 ... up to 15 min (exponential
 * back-off with full jitter). No gateway ever asks more than once in an interval, so that a fleet that comes back after
 * an outage asks no faster than before. A pause that the server asked for is kept.
 */
export function createOutage(what: string, deps: OutageDeps): Outage {
  const { clock, log, random, slots } = deps;
  const mostSlots = Math.max(1, Math.floor(LONGEST_PAUSE_MS / slots.intervalMs));
  let failures = 0;
  let sinceMs = 0;
  let latest: PartnerError | undefined;

  return {
    failed(error) {
      if (failures === 0) {
        sinceMs = clock.monotonicMs();
        log.warn({ what, kind: error.kind, detail: error.detail }, "Partner API gives no useful answer");
      }
      const skipped = Math.floor(random() * Math.min(mostSlots, 2 ** failures));
      failures++;
      latest = error;
      return slots.delayMs(Math.max(skipped * slots.intervalMs, error.retryAfterMs ?? 0));
    },
    recovered() {
      if (failures === 0) return;
      log.info({ what, outageMs: clock.monotonicMs() - sinceMs, failures }, "Partner API answers again");
      failures = 0;
      latest = undefined;
    },
    error: () => latest,
  };
}
