import type { PlannedFault } from "./fault-schedule.ts";
import type { LinkName } from "./link-names.ts";

/** What a schedule says of a moment. */
export interface Disturbances {
  /** The fault of this peer's line at `atMs`. */
  faultAt(peer: LinkName, atMs: number): PlannedFault | undefined;
  /** True when the line of `peer` is bad at `atMs`, or was within `aftermathMs` before. */
  isDisturbed(peer: LinkName, atMs: number, aftermathMs: number): boolean;
}

export function createDisturbances(schedule: readonly PlannedFault[]): Disturbances {
  const of = (peer: LinkName) => schedule.filter((planned) => planned.peer === peer);
  const perPeer = new Map<LinkName, readonly PlannedFault[]>();
  const known = (peer: LinkName) => {
    const found = perPeer.get(peer) ?? of(peer);
    perPeer.set(peer, found);
    return found;
  };
  return {
    faultAt: (peer, atMs) => known(peer).find(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs),
    isDisturbed: (peer, atMs, aftermathMs) =>
      known(peer).some(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs + aftermathMs),
  };
}
