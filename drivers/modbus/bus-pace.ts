import type { BusOutcome } from "./bus-request.ts";

/** "Acknowledge" and "device busy": the device asks for time (Modbus application protocol 1.1b3, section 7). */
const BUSY_CODES: ReadonlySet<number> = new Set([5, 6]);
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 4_000;
/** Every "busy" makes the bus slower by so much, and every good answer a little faster again. */
const GAP_STEP_MS = 100;
const LONGEST_EXTRA_GAP_MS = 1_000;
const RECOVERY_SHARE = 0.98;
/** Below it there is no gap worth a timer. */
const LEAST_EXTRA_GAP_MS = 1;

/** How long a bus is silent between an answer and the next request. */
export interface BusPace {
  /** Silence after this outcome, ms. */
  gapAfterMs(outcome: BusOutcome): number;
}

export function createBusPace(gapMs: number): BusPace {
  let extraGapMs = 0;
  let pauseMs = FIRST_PAUSE_MS;
  return {
    gapAfterMs(outcome) {
      const isBusy = !outcome.ok && outcome.fault.kind === "exception" && BUSY_CODES.has(outcome.fault.code);
      if (isBusy) {
        const silenceMs = Math.max(gapMs, pauseMs);
        extraGapMs = Math.min(extraGapMs + GAP_STEP_MS, LONGEST_EXTRA_GAP_MS);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        return silenceMs;
      }
      pauseMs = FIRST_PAUSE_MS;
      extraGapMs = extraGapMs * RECOVERY_SHARE < LEAST_EXTRA_GAP_MS ? 0 : extraGapMs * RECOVERY_SHARE;
      return gapMs + extraGapMs;
    },
  };
}
