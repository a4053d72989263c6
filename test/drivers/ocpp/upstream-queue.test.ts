import { describe, expect, it } from "vitest";
import { createUpstreamQueue, type Queued } from "../../../drivers/ocpp/upstream/upstream-queue.ts";
import { createMemoryStateStore } from "../../../src/history/memory-state-store.ts";

const MOST = 400;

const start = (id: number): Queued => ({ action: "StartTransaction", payload: { idTag: `TAG${id}` }, id });
const stop = (id: number): Queued => ({ action: "StopTransaction", payload: { meterStop: id }, id });
const values = (id: number): Queued => ({ action: "MeterValues", payload: { connectorId: 1 }, id });

/** A queue whose upstream is away until `isThere`. */
function bench() {
  const upstream = { isThere: false };
  const lost: Queued[] = [];
  const sent: { readonly action: string; readonly payload: object }[] = [];
  const store = createMemoryStateStore();
  const create = () =>
    createUpstreamQueue("queue", {
      store,
      monotonicMs: () => 0,
      onTag: () => {},
      onLost: (message) => void lost.push(message),
      async call(action, payload) {
        if (!upstream.isThere) return { kind: "disconnected" };
        sent.push({ action, payload });
        return { kind: "result", payload: { transactionId: sent.length } };
      },
    });
  return { upstream, lost, sent, create };
}

describe("the queue to an upstream that stays away", () => {
  it("gives meter values for starts and stops", () => {
    const { lost, create } = bench();
    const queue = create();
    for (let id = 1; id <= MOST; id++) for (const message of [values(id), start(id)]) queue.push(message);
    expect([queue.length, lost]).toEqual([MOST, []]);
  });

  it("gives up the oldest starts and stops for newer ones, and tells which", async () => {
    const { upstream, lost, sent, create } = bench();
    const queue = create();
    for (let id = 1; id <= MOST / 2 + 3; id++)
      for (const message of [start(id), stop(id)]) queue.push(message);
    expect(queue.length).toBe(MOST);
    expect(lost.map(({ action, id }) => [action, id])).toEqual(
      [1, 2, 3].flatMap((id) => [
        ["StartTransaction", id],
        ["StopTransaction", id],
      ]),
    );
    upstream.isThere = true;
    await create().drain();
    expect(sent[0]).toEqual({ action: "StartTransaction", payload: { idTag: "TAG4" } });
    expect(sent.at(-1)).toEqual({
      action: "StopTransaction",
      payload: { meterStop: MOST / 2 + 3, transactionId: MOST - 1 },
    });
    expect(sent).toHaveLength(MOST);
  });
});
