const TOLERANCE_A = 0.5;
/** A car may take this long to follow a new limit; the meter value must be younger. */
const GRACE_MS = 10_000;
/** A violation must last this long before it counts: with the grace 30 s after the write. */
const PATIENCE_MS = 20_000;
const MAX_RETRIES = 3;
/** A box that is given up is written to again this often: what holds it may have passed. */
const LOST_RETRY_MS = 600_000;

/** `suspect`: a first sign; look again soon. `retry`: write again. `lost`, `recovered`: `isFollowing` changed. */
export type FollowVerdict = "fine" | "suspect" | "retry" | "lost" | "recovered";

/** Whether the measured current keeps below the limit that the box confirmed. */
export interface FollowCheck {
  readonly isFollowing: boolean;
  limitSet(limitA: number, atMs: number): void;
  measured(currentA: number, atMs: number): FollowVerdict;
  /** It is not known any more which limit the box holds. */
  forgetLimits(): void;
}

export function createFollowCheck(): FollowCheck {
  let limits: readonly { readonly limitA: number; readonly atMs: number }[] = [];
  let violatedSinceMs: number | undefined;
  let retries = 0;
  let isFollowing = true;

  /** The largest limit that was in force during the grace time before `atMs`. */
  function allowedA(atMs: number): number {
    const current = limits.findLastIndex((limit) => limit.atMs <= atMs - GRACE_MS);
    limits = limits.slice(Math.max(0, current));
    if (limits.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(...limits.map((limit) => limit.limitA));
  }

  function violated(atMs: number): FollowVerdict {
    violatedSinceMs ??= atMs;
    if (atMs - violatedSinceMs < PATIENCE_MS) return isFollowing ? "suspect" : "fine";
    if (!isFollowing && atMs - violatedSinceMs < LOST_RETRY_MS) return "fine";
    violatedSinceMs = atMs;
    if (!isFollowing) return "retry";
    if (retries < MAX_RETRIES) {
      retries++;
      return "retry";
    }
    isFollowing = false;
    return "lost";
  }

  return {
    get isFollowing() {
      return isFollowing;
    },
    limitSet(limitA, atMs) {
      // The first limit after the unknown holds for the unknown before it.
      if (limits.length === 0) limits = [{ limitA: Number.POSITIVE_INFINITY, atMs: atMs - 1 }];
      limits = [...limits.slice(-50), { limitA, atMs }];
    },
    measured(currentA, atMs) {
      const limitA = allowedA(atMs);
      if (!Number.isFinite(limitA)) return "fine";
      if (currentA > limitA + TOLERANCE_A) return violated(atMs);
      violatedSinceMs = undefined;
      retries = 0;
      if (isFollowing) return "fine";
      isFollowing = true;
      return "recovered";
    },
    forgetLimits() {
      limits = [];
      violatedSinceMs = undefined;
      retries = 0;
    },
  };
}
