import type { Logger } from "pino";
import { z } from "zod";
import { parseIsoMs } from "../core/iso-time.ts";
import type { PartnerClient } from "../partner/partner-client.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { Conflict, Origin, PendingChange, RemoteView } from "./pending-change.ts";

const decisionSchema = z.object({
  wallMs: z.number(),
  part: z.enum(["mode", "minExportToStartW", "maxImportBeforeStoppingW"]),
  local: z.union([z.string(), z.number()]),
  remote: z.union([z.string(), z.number()]),
  winner: z.enum(["local", "remote"]),
  because: z.enum(["remote_changed_after_local", "remote_is_newer", "local_is_newer", "order_unknown"]),
});

/** How a part that was changed here and in the Partner API was settled. */
export type Decision = z.infer<typeof decisionSchema>;

/** Settles changes that were made on both sides, and remembers how. */
export interface Arbitration {
  /** Drops those local wishes that are older than the Partner API's change. */
  settle(conflicts: readonly Conflict[], pending: PendingChange, remote: RemoteView): Promise<void>;
  /** The last decisions, newest first; they survive a restart. */
  decisions(): readonly Decision[];
}

export interface ArbitrationDeps {
  readonly client: Pick<PartnerClient, "latestDeviceUpdate">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
}

const STORE_KEY = "sync.decisions";
const MOST_DECISIONS = 20;

/**
 * charging-config has no time of change. A local wish is known to be older when the Partner API was seen unchanged after it
 * was made, or when a charging device's record was updated after it. Where nothing tells the order the local wish, which
 * somebody in the house is waiting for, stays.
 */
export function createArbitration(deps: ArbitrationDeps): Arbitration {
  const { client, clock, log, store } = deps;
  let decisions = z.array(decisionSchema).safeParse(store.get(STORE_KEY)).data ?? [];

  function record(conflict: Conflict, winner: Decision["winner"], because: Decision["because"]): void {
    const { part, local, remote } = conflict;
    const decision: Decision = { wallMs: clock.wallMs(), part, local, remote, winner, because };
    decisions = [decision, ...decisions].slice(0, MOST_DECISIONS);
    store.put(STORE_KEY, decisions);
    log.warn({ decision }, "changed here and in the Partner API: settled");
  }

  return {
    async settle(conflicts, pending, remote) {
      const [first] = conflicts;
      if (first === undefined) return;
      const isDatesNeeded = conflicts.some(({ origin }) => !origin.isConfirmed);
      const updatedMs = isDatesNeeded ? await remoteChangeMs(client) : undefined;
      for (const conflict of conflicts) {
        const { winner, because } = verdict(conflict, updatedMs, clock);
        if (winner === "remote") pending.drop(conflict.part);
        record(conflict, winner, because);
      }
      // Settled once: a wish that stays is not asked about again unless the Partner API changes once more.
      pending.rebase(remote);
    },
    decisions: () => decisions,
  };
}

function verdict(
  { origin }: Conflict,
  remoteMs: number | undefined,
  clock: Clock,
): Pick<Decision, "winner" | "because"> {
  if (origin.isConfirmed) return { winner: "remote", because: "remote_changed_after_local" };
  if (remoteMs === undefined) return { winner: "local", because: "order_unknown" };
  return remoteMs > madeWallMs(origin, clock)
    ? { winner: "remote", because: "remote_is_newer" }
    : { winner: "local", because: "local_is_newer" };
}

/** By the wall clock of now: a gateway that starts without the time learns it later, and then its wish is no older for it. */
function madeWallMs(origin: Origin, clock: Clock): number {
  if (origin.madeAtMs === undefined) return origin.madeWallMs;
  return clock.wallMs() - (clock.monotonicMs() - origin.madeAtMs);
}

async function remoteChangeMs(client: ArbitrationDeps["client"]): Promise<number | undefined> {
  const updated = await client.latestDeviceUpdate();
  return updated.ok ? parseIsoMs(updated.value ?? "") : undefined;
}
