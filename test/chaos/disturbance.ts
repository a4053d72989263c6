import type { PeerName } from "../../simulator/site.ts";
import type { PlannedFault } from "./fault-schedule.ts";

/** What a schedule says of a moment. */
export interface Disturbances {
  /** The fault of this peer's line at `atMs`. */
  faultAt(peer: PeerName, atMs: number): PlannedFault | undefined;
  /** True when the line of `peer` is bad at `atMs`, or was within `aftermathMs` before. */
  isDisturbed(peer: PeerName, atMs: number, aftermathMs: number): boolean;
}

export function createDisturbances(schedule: readonly PlannedFault[]): Disturbances {
  const of = (peer: PeerName) => schedule.filter((planned) => planned.peer === peer);
  const perPeer = new Map<PeerName, readonly PlannedFault[]>();
  const known = (peer: PeerName) => {
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
