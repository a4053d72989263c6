import type { Logger } from "pino";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { SendOutcome } from "./profile-sending.ts";
import { isInSession } from "./vehicle-status.ts";

/** Refusals in a session, or writes without an answer, in a row. */
const FAILURES_UNTIL_READ_ONLY = 3;

type Failure = "timeout" | "refused" | "refused_outside_session" | "unsupported";

const LONGEST_PAUSE_MS = 300_000;

/** How long after a failure nothing is sent: for urgent reductions, and for everything else, where it doubles. */
const pauseAfter: Readonly<Record<Failure, { readonly urgentMs: number; readonly otherMs: number }>> = {
  timeout: { urgentMs: 2_000, otherMs: 10_000 },
  refused: { urgentMs: 5_000, otherMs: 30_000 },
  refused_outside_session: { urgentMs: 300_000, otherMs: 300_000 },
  unsupported: { urgentMs: 600_000, otherMs: 600_000 },
};

/** Remembers that the box did not take a profile: for how long to leave it alone, and whether it ever will. */
export interface ProfileRefusals {
  readonly isModulating: boolean;
  judge(outcome: SendOutcome, vehicle: VehicleState): void;
  isPausing(isUrgent: boolean): boolean;
  /** The state of the car changed. True when a refusal that may have come from the old state is forgiven. */
  vehicleChanged(): boolean;
  /** A new connection: try at once. Only a profile that is taken makes the box modulating again. */
  linkUp(): void;
}

export function createProfileRefusals({
  clock,
  log,
  isProven,
}: {
  readonly clock: Clock;
  readonly log: Logger;
  /** The box has taken a profile before: what it does not know now may be a word that a bad line has changed. */
  readonly isProven: () => boolean;
}): ProfileRefusals {
  let last: { readonly failure: Failure; readonly atMs: number } | undefined;
  let isFailing = false;
  let failures = 0;
  let isModulating = true;

  function accepted(): void {
    if (isFailing) log.info("wallbox takes charging profiles again");
    last = undefined;
    isFailing = false;
    failures = 0;
    isModulating = true;
  }

  function failed(failure: Failure): void {
    if (!isFailing) log.warn({ failure }, "wallbox did not take a charging profile");
    isFailing = true;
    last = { failure, atMs: clock.monotonicMs() };
    if (failure !== "refused_outside_session") failures++;
    if (failure !== "unsupported" && failures < FAILURES_UNTIL_READ_ONLY) return;
    if (isModulating) log.error({ failure }, "wallbox takes no current limit");
    isModulating = false;
  }

  return {
    get isModulating() {
      return isModulating;
    },
    judge(outcome, vehicle) {
      switch (outcome.kind) {
        case "accepted":
          return accepted();
        case "refused":
          return failed(isInSession(vehicle) ? "refused" : "refused_outside_session");
        case "timeout":
          return failed("timeout");
        case "unsupported":
          return failed(isProven() ? "refused" : "unsupported");
        case "disconnected":
          return;
      }
    },
    isPausing(isUrgent) {
      if (last === undefined) return false;
      const { urgentMs, otherMs } = pauseAfter[last.failure];
      const growingMs = Math.min(LONGEST_PAUSE_MS, otherMs * 2 ** Math.max(0, failures - 1));
      const pauseMs = isUrgent ? urgentMs : Math.max(otherMs, growingMs);
      return clock.monotonicMs() - last.atMs < pauseMs;
    },
    vehicleChanged() {
      if (last?.failure !== "refused_outside_session") return false;
      last = undefined;
      return true;
    },
    linkUp() {
      last = undefined;
      failures = 0;
    },
  };
}
