import type { Clock } from "../../../src/ports/clock.ts";
import type { BoxLink, JsonRecord, RawLink, Station } from "../box-link.ts";
import { listOf, recordOf } from "../lenient-json.ts";
import type { IncomingAction201 } from "./actions-201.ts";
import { createIncoming201 } from "./incoming-201.ts";
import { createInventories } from "./inventory-201.ts";
import { NOT_SAYABLE, outgoing201 } from "./outgoing-201.ts";
import { createTransactionNames } from "./transaction-names.ts";
import { keysOf } from "./variables-201.ts";

/** A 2.0.1 station in front of one who speaks 1.6: both mean "set point, floor, horizon". */
export interface Station201 {
  onConnected(link: RawLink): void;
  onDisconnected(link: RawLink): void;
  onCall(action: IncomingAction201, payload: JsonRecord): JsonRecord;
}

const MAX_KEYS = 50;

function asksForAll(action: string, payload: object): boolean {
  return action === "GetConfiguration" && recordOf(payload).key === undefined;
}

export function createStation201(station: Station, clock: Clock): Station201 {
  const names = createTransactionNames();
  const inventories = createInventories(clock);
  const answer = createIncoming201({
    names,
    ask: (action, payload) => station.onCall(action, payload),
    onReport: inventories.take,
  });
  const translated = new Map<RawLink, BoxLink>();
  let remoteStarts = 0;
  const context = {
    transactionName: names.nameOf,
    nextRemoteStartId() {
      remoteStarts += 1;
      return remoteStarts;
    },
  };

  /** What was asked for by name, and what a report tells beyond it. */
  async function withReport(link: RawLink, told: JsonRecord): Promise<JsonRecord> {
    const reported = keysOf(await inventories.ask(link));
    return { configurationKey: [...listOf(told.configurationKey, MAX_KEYS), ...reported] };
  }

  function translating(link: RawLink): BoxLink {
    return {
      identity: link.identity,
      protocol: link.protocol,
      callTimeoutMs: link.callTimeoutMs,
      get isOpen() {
        return link.isOpen;
      },
      setPingInterval: (intervalMs) => link.setPingInterval(intervalMs),
      async call(action, payload) {
        const request = outgoing201(action, payload, context);
        if (request === undefined) return NOT_SAYABLE;
        const outcome = await link.call(request.action, request.payload);
        if (outcome.kind !== "result") return outcome;
        const told = request.answer(outcome.payload);
        return { kind: "result", payload: asksForAll(action, payload) ? await withReport(link, told) : told };
      },
    };
  }

  return {
    onConnected(link) {
      const ours = translating(link);
      translated.set(link, ours);
      station.onConnected(ours);
    },
    onDisconnected(link) {
      const ours = translated.get(link);
      translated.delete(link);
      if (ours !== undefined) station.onDisconnected(ours);
    },
    onCall: answer,
  };
}
