import type { Logger } from "pino";

/** Clocks that differ by less need nothing. */
const SMALL_ERROR_MS = 30_000;
/** Box and car have settled on a new limit after this time. */
const GRACE_MS = 15_000;
/** The box must stay at its floor for this long against its set point. */
const PATIENCE_MS = 60_000;
const TOLERANCE_A = 0.5;
/** A box that does not rise after the times were moved is held down by something else. */
const PROOF_MS = 120_000;
/** A set point that is not clearly above the floor proves nothing. */
const CLEAR_A = 1.5;

/**
 * Finds out whether a box keeps its profiles by a wrong clock: it stays at its floor although it holds a higher set
 * point, and its timestamps are off. Only both together count: boxes that write local time into their timestamps keep
 * their profiles well, and moving the times of those would make set points outlive us.
 */
export interface ScheduleClock {
  /** By how much the times in profiles have to be moved, ms. */
  readonly correctionMs: number;
  limitConfirmed(limitA: number, atMs: number): void;
  /** What the box offers or delivers, and how far its timestamps are ahead. */
  seen(currentA: number, atMs: number, errorMs: number): void;
  forgetLimits(): void;
}

export function createScheduleClock(
  floorCurrentA: number,
  { log, onCorrected }: { readonly log: Logger; readonly onCorrected: () => void },
): ScheduleClock {
  let limit: { readonly limitA: number; readonly fromMs: number } | undefined;
  let stuckSinceMs: number | undefined;
  let correctionMs = 0;
  let trial: "none" | { readonly sinceMs: number } | "passed" | "failed" = "none";

  function correct(errorMs: number): void {
    const next = Math.abs(errorMs) <= SMALL_ERROR_MS ? 0 : Math.round(errorMs / 1_000) * 1_000;
    if (next === correctionMs) return;
    correctionMs = next;
    stuckSinceMs = undefined;
    log.warn(
      { movedS: next / 1_000 },
      "wallbox seems to keep its limits by a wrong clock: their times are moved",
    );
    onCorrected();
  }

  /** Moved times that change nothing are moved back, for good: they would only make set points outlive us. */
  function judgeTrial(currentA: number, atMs: number): void {
    if (typeof trial === "string") return;
    if (currentA > floorCurrentA + TOLERANCE_A) trial = "passed";
    else if (atMs - trial.sinceMs >= PROOF_MS) {
      trial = "failed";
      correct(0);
    }
  }

  function isStuck(currentA: number, atMs: number): boolean {
    if (limit === undefined || atMs - limit.fromMs < GRACE_MS) return false;
    return limit.limitA > floorCurrentA + CLEAR_A && Math.abs(currentA - floorCurrentA) <= TOLERANCE_A;
  }

  return {
    get correctionMs() {
      return correctionMs;
    },
    limitConfirmed(limitA, atMs) {
      // Later set points do not begin the wait anew as long as all of them are above the floor.
      const goesOn = limit !== undefined && limit.limitA > floorCurrentA && limitA > floorCurrentA;
      limit = { limitA, fromMs: goesOn && limit !== undefined ? limit.fromMs : atMs };
    },
    seen(currentA, atMs, errorMs) {
      judgeTrial(currentA, atMs);
      if (trial === "failed") return;
      const hasMoved = Math.abs(errorMs - correctionMs) > SMALL_ERROR_MS;
      if (!hasMoved) {
        stuckSinceMs = undefined;
        return;
      }
      // What was corrected once is followed; the first time it takes the proof.
      if (correctionMs !== 0) {
        correct(errorMs);
        return;
      }
      if (!isStuck(currentA, atMs)) {
        stuckSinceMs = undefined;
        return;
      }
      stuckSinceMs ??= atMs;
      if (atMs - stuckSinceMs < PATIENCE_MS) return;
      trial = { sinceMs: atMs };
      correct(errorMs);
    },
    forgetLimits() {
      limit = undefined;
      stuckSinceMs = undefined;
    },
  };
}
