import type { Site } from "../../simulator/site.ts";
import { CHAOS_LIMITS } from "./chaos-house.ts";
import type { Disturbances } from "./disturbance.ts";
import type { LawBook } from "./law-book.ts";

/** F1: without a good read for 10 s nothing is raised; a request takes a second, the box 5 s, a profile is sent once more. */
const BLIND_AFTER_MS = 25_000;
/** F1 and F2: a suspect meter holds the current for 60 s before it counts as lost; the box takes what it is told then. */
const LOST_AFTER_MS = 115_000;
/** A box on a bad line falls by itself when its set point expires, and is told anew when the line is good again. */
const BOX_AFTERMATH_MS = 150_000;

/**
 * No raise while blind, by what the control pilot offers the car: once nothing of the meter has come through for a while,
 * the current may fall, and rise no further than the failsafe current; after a longer while that is all that is left.
 */
export function createRaiseJudge(
  { house, meter }: Site,
  deps: { readonly laws: LawBook; readonly disturbances: Disturbances },
) {
  const { laws, disturbances } = deps;
  let offeredA = house.evse.offeredCurrentA;
  let served = meter.requestsServed;
  let seenMs = 0;

  return ({ atMs }: { readonly atMs: number }): void => {
    const fault = disturbances.faultAt("meter", atMs)?.fault;
    const isCut = fault?.kind === "half_open" || fault?.kind === "reset";
    if (meter.requestsServed > served && !isCut) seenMs = atMs;
    served = meter.requestsServed;
    const { offeredCurrentA } = house.evse;
    const isLate = (disturbances.faultAt("wallbox", atMs)?.fault.kind ?? "none") === "latency";
    const isBlind = atMs - seenMs > BLIND_AFTER_MS + (isLate ? BLIND_AFTER_MS : 0);
    const isRaised = offeredCurrentA > Math.max(offeredA, CHAOS_LIMITS.failsafeCurrentA);
    if (isBlind && isRaised)
      laws.broken(atMs, `a raise from ${offeredA} A to ${offeredCurrentA} A while blind`);
    const isLost = atMs - seenMs > LOST_AFTER_MS;
    const isTold = !disturbances.isDisturbed("wallbox", atMs, BOX_AFTERMATH_MS);
    if (isLost && isTold && offeredCurrentA > CHAOS_LIMITS.failsafeCurrentA)
      laws.broken(atMs, `${offeredCurrentA} A although the meter is lost`);
    offeredA = offeredCurrentA;
  };
}
