import type { Site } from "../../simulator/site.ts";
import { CHAOS_LIMITS } from "./chaos-house.ts";
import type { Disturbances } from "./disturbance.ts";
import type { LawBook } from "./law-book.ts";

/** F1: without a good read for 10 s nothing is raised; a request takes a second, the box 5 s, a profile is sent once more. */
const BLIND_AFTER_MS = 25_000;

/**
 * No raise while blind, by what the control pilot offers the car: once nothing of the meter has come through for a while,
 * the current may fall, and rise no further than the failsafe current.
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
    offeredA = offeredCurrentA;
  };
}
