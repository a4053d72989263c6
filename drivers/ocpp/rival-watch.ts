const TOLERANCE_A = 0.5;
/** Box and car have settled on a new limit after this time, ms. */
const GRACE_MS = 15_000;
/** Another offer must last this long before it counts, ms. */
const PATIENCE_MS = 10_000;
/** From a limit that somebody else has put in place of ours until we assert ours again, ms: later each time. */
const PAUSES_MS = [0, 60_000, 300_000, 900_000] as const;
const LONGEST_PAUSE_MS = 900_000;
/** So many times within the time below, and it is no accident but another controller. */
const RIVALRY = 2;
/** A box that has kept our limit for this long is ours again, ms. */
const QUIET_MS = 900_000;

/** `assert`: write our limit again. `contested`, `settled`: `isContested` changed. */
export type RivalVerdict = "fine" | "assert" | "contested" | "settled";

/**
 * Whether somebody else changes the limit that the box holds: it offers the car our limit, and then another one without
 * having been told so by us. A box that never offers our limit has one of its own, which is no matter of two controllers.
 */
export interface RivalWatch {
  readonly isContested: boolean;
  limitConfirmed(limitA: number, atMs: number): void;
  /** What the box says that it offers, A per phase. */
  offered(currentA: number, atMs: number): RivalVerdict;
  /** It is not known any more which limit the box holds. */
  forgetLimits(): void;
}

export function createRivalWatch(): RivalWatch {
  let limit: { readonly limitA: number; readonly atMs: number } | undefined;
  let wasOurs = false;
  let otherSinceMs: number | undefined;
  /** When ours is written again; undefined while the box holds it. */
  let assertAtMs: number | undefined;
  let takeovers = 0;
  let keptSinceMs: number | undefined;
  let isContested = false;

  function ours(atMs: number): RivalVerdict {
    wasOurs = true;
    otherSinceMs = undefined;
    assertAtMs = undefined;
    keptSinceMs ??= atMs;
    if (atMs - keptSinceMs < QUIET_MS) return "fine";
    takeovers = 0;
    if (!isContested) return "fine";
    isContested = false;
    return "settled";
  }

  function taken(atMs: number): RivalVerdict {
    const pauseMs = PAUSES_MS[takeovers] ?? LONGEST_PAUSE_MS;
    takeovers++;
    keptSinceMs = undefined;
    assertAtMs = atMs + pauseMs;
    if (isContested || takeovers < RIVALRY) return dueAssertion(atMs);
    isContested = true;
    return "contested";
  }

  function dueAssertion(atMs: number): RivalVerdict {
    if (assertAtMs === undefined || atMs < assertAtMs) return "fine";
    assertAtMs = undefined;
    otherSinceMs = undefined;
    return "assert";
  }

  return {
    get isContested() {
      return isContested;
    },
    limitConfirmed(limitA, atMs) {
      if (limit?.limitA !== limitA) wasOurs = false;
      limit = { limitA, atMs };
      otherSinceMs = undefined;
      assertAtMs = undefined;
    },
    offered(currentA, atMs) {
      if (limit === undefined) return "fine";
      if (Math.abs(currentA - limit.limitA) <= TOLERANCE_A) return ours(atMs);
      // More than ours is a box that does not follow, whoever told it so: that has a check of its own.
      if (currentA > limit.limitA) return "fine";
      if (!wasOurs || atMs - limit.atMs < GRACE_MS) return "fine";
      if (assertAtMs !== undefined) return dueAssertion(atMs);
      otherSinceMs ??= atMs;
      return atMs - otherSinceMs < PATIENCE_MS ? "fine" : taken(atMs);
    },
    forgetLimits() {
      limit = undefined;
      wasOurs = false;
      otherSinceMs = undefined;
      assertAtMs = undefined;
    },
  };
}
