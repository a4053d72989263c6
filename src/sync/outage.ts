import type { Logger } from "pino";
import { type BackOffRange, backOffMs } from "../partner/back-off.ts";
import type { PartnerError } from "../partner/partner-error.ts";
import type { Clock } from "../ports/clock.ts";

const RANGE: BackOffRange = { shortestMs: 1_000, longestMs: 900_000 };

/** Failures in a row of one exchange with the Partner API: how long to wait, and one log line each for loss and recovery. */
export interface Outage {
  /** Takes a failure and returns the time to the next try, ms. */
  failed(error: PartnerError): number;
  recovered(): void;
  /** The latest failure, undefined while all is well. */
  error(): PartnerError | undefined;
}

/**
 * Exponential back-off with full jitter between 1 s and 15 min, so that a fleet does not come back all at once; a pause
 * that the server asked for is kept.
 */
export function createOutage(
  what: string,
  deps: { readonly clock: Clock; readonly log: Logger; readonly random: () => number },
): Outage {
  const { clock, log, random } = deps;
  let failures = 0;
  let sinceMs = 0;
  let latest: PartnerError | undefined;

  return {
    failed(error) {
      if (failures === 0) {
        sinceMs = clock.monotonicMs();
        log.warn({ what, kind: error.kind, detail: error.detail }, "Partner API gives no useful answer");
      }
      failures++;
      latest = error;
      return Math.max(backOffMs(failures, RANGE, random), error.retryAfterMs ?? 0);
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
