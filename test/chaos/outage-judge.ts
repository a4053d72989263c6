import type { Site } from "../../simulator/site.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { CentralSystem } from "../simulator/wallbox/central-system.ts";
import type { PlannedFault } from "./fault-schedule.ts";
import type { LawBook } from "./law-book.ts";
import type { LinkName } from "./link-names.ts";

/** Time after a fault within which everything must be as before, ms: the longest back-off of each and a try. */
const RECOVERED_AFTER_MS: Readonly<Record<LinkName, number>> = {
  inverter: 60_000,
  meter: 60_000,
  // The simulated box dials again within 30 s.
  wallbox: 180_000,
  // Back-off up to 15 min, in slots of a minute.
  partner: 1_020_000,
  broker: 180_000,
  // Back-off up to 5 min, and a heartbeat as often.
  upstream: 660_000,
};

/** Watches that each outage ends, by what the devices hear after it. */
export interface OutageJudge {
  /** Outages that were followed to their end; the others were cut short by the next. */
  readonly judged: number;
}

export function judgeOutages(
  schedule: readonly PlannedFault[],
  peers: { readonly site: Site; readonly backOffice: CentralSystem },
  { clock, laws }: { readonly clock: Clock; readonly laws: LawBook },
): OutageJudge {
  let judged = 0;
  for (const planned of schedule) {
    const { peer, fault, untilMs } = planned;
    const dueMs = untilMs + RECOVERED_AFTER_MS[peer];
    const isCutShort = schedule.some(
      (next) => next.peer === peer && next.fromMs > untilMs && next.fromMs <= dueMs,
    );
    if (isCutShort) continue;
    clock.setTimeout(() => watch(peer, fault.kind, dueMs), untilMs - clock.monotonicMs());
  }

  function watch(peer: LinkName, kind: string, dueMs: number): void {
    const before = heardBy(peers, peer);
    clock.setTimeout(() => {
      judged += 1;
      if (heardBy(peers, peer) > before && isWell(peers.site, peer)) return;
      const minutes = RECOVERED_AFTER_MS[peer] / 60_000;
      laws.broken(clock.monotonicMs(), `the ${peer} hears nothing ${minutes} min after ${kind} on its line`);
    }, dueMs - clock.monotonicMs());
  }

  return {
    get judged() {
      return judged;
    },
  };
}

/** Messages that a peer got; for the wallbox calls in both directions. */
function heardBy(
  { site, backOffice }: { readonly site: Site; readonly backOffice: CentralSystem },
  peer: LinkName,
): number {
  switch (peer) {
    case "inverter":
    case "meter":
      return site[peer].requestsServed;
    case "wallbox":
      return site.wallbox()?.counters().calls ?? 0;
    case "partner":
      return site.partner.counters().configPulls;
    case "broker":
      return Object.values(site.broker.messagesPublished()).reduce((sum, count) => sum + count, 0);
    case "upstream":
      return backOffice.received.length;
  }
}

function isWell(site: Site, peer: LinkName): boolean {
  return peer !== "wallbox" || site.wallbox()?.state().isConnected === true;
}
