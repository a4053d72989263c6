import type { Logger } from "pino";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { BoxLink } from "./box-link.ts";

const MIN_GAP_MS = 60_000;
/** A box that does not start after so many requests will not after more. */
const MAX_STARTS = 3;

export interface TransactionSteeringDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly habits: () => BoxHabits;
  readonly openTransactionId: () => number | undefined;
}

/** Starts and stops transactions, where a current limit alone moves nothing. */
export interface TransactionSteering {
  /** The charge ended by our pause and only pulling the cable brings it back. */
  readonly needsReplug: boolean;
  linkUp(link: BoxLink): void;
  linkDown(): void;
  vehicleChanged(vehicle: VehicleState): void;
  /** The current that the car is to get, A per phase. */
  wants(currentA: number): void;
  /** Current flows although 0 A were accepted: the next rung of the model's ladder. */
  pauseIgnored(): void;
}

export function createTransactionSteering(
  { connector, idTag }: { readonly connector: number; readonly idTag: string },
  deps: TransactionSteeringDeps,
): TransactionSteering {
  const { clock, log } = deps;
  let link: BoxLink | undefined;
  let vehicle: VehicleState = "unknown";
  let wantedA = 0;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let starts = 0;
  let endedByPause = false;
  let needsReplug = false;

  function mayAsk(): boolean {
    return clock.monotonicMs() - askedAtMs >= MIN_GAP_MS;
  }

  function isStartDue(): boolean {
    if (wantedA === 0 || starts >= MAX_STARTS || !mayAsk()) return false;
    const { remoteStart } = deps.habits();
    if (vehicle === "connected") {
      return deps.openTransactionId() === undefined && (endedByPause || remoteStart.includes("preparing"));
    }
    return vehicle === "finishing" && endedByPause && !needsReplug;
  }

  function follow(): void {
    if (link === undefined || !isStartDue()) return;
    if (vehicle === "finishing" && !deps.habits().remoteStart.includes("finishing")) {
      giveUp();
      return;
    }
    askedAtMs = clock.monotonicMs();
    starts++;
    void start(link);
  }

  async function start(target: BoxLink): Promise<void> {
    const outcome = await target.call("RemoteStartTransaction", { connectorId: connector, idTag });
    const isAccepted = outcome.kind === "result" && outcome.payload.status === "Accepted";
    if (isAccepted || outcome.kind === "disconnected") return;
    if (vehicle === "finishing") giveUp();
    else log.warn({ outcome: outcome.kind }, "wallbox does not start charging when told to");
  }

  function giveUp(): void {
    needsReplug = true;
    log.warn("charge ended by a pause: pull the cable and plug it in again");
  }

  return {
    get needsReplug() {
      return needsReplug;
    },
    linkUp(newLink) {
      link = newLink;
      follow();
    },
    linkDown() {
      link = undefined;
    },
    vehicleChanged(now) {
      if (now === "finishing" && wantedA === 0) endedByPause = true;
      if (now === "absent" || now === "charging") {
        endedByPause = false;
        needsReplug = false;
        starts = 0;
      }
      vehicle = now;
      follow();
    },
    wants(currentA) {
      wantedA = currentA;
      follow();
    },
    pauseIgnored() {
      const transactionId = deps.openTransactionId();
      const isNextRung = deps.habits().pause.includes("remote_stop");
      if (link === undefined || transactionId === undefined || wantedA > 0 || !isNextRung || !mayAsk())
        return;
      askedAtMs = clock.monotonicMs();
      log.warn("wallbox charges on at 0 A: its transaction is ended");
      void link.call("RemoteStopTransaction", { transactionId });
    },
  };
}
