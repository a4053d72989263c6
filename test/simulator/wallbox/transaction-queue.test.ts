import { beforeEach, describe, expect, it } from "vitest";
import type { CallOutcome } from "../../../simulator/wallbox/ocpp-link.ts";
import {
  createTransactionQueue,
  type TransactionMessage,
  type TransactionQueue,
} from "../../../simulator/wallbox/transaction-queue.ts";
import { settle } from "../../support/manual-clock.ts";

let sent: unknown[];
let outcomes: CallOutcome[];
let nowMs: number;
let queue: TransactionQueue;

beforeEach(() => {
  sent = [];
  outcomes = [];
  nowMs = 0;
  queue = createTransactionQueue({
    async call(_action, payload) {
      sent.push(payload);
      return outcomes.shift() ?? { kind: "result", payload: {} };
    },
    attempts: () => 3,
    retryIntervalMs: () => 60_000,
    monotonicMs: () => nowMs,
  });
});

const message = (id: number, action: TransactionMessage["action"] = "MeterValues"): TransactionMessage => ({
  action,
  payload: () => ({ id }),
});

async function tickAt(atMs: number): Promise<void> {
  nowMs = atMs;
  queue.tick();
  await settle();
}

describe("the queue of transaction messages", () => {
  it("holds everything until the central system is there", async () => {
    queue.push(message(1));
    queue.push(message(2));
    await settle();
    expect(sent).toEqual([]);
    queue.resume();
    await settle();
    expect(sent).toEqual([{ id: 1 }, { id: 2 }]);
    expect(queue.length).toBe(0);
  });

  it("sends a message again that was under way when the connection broke", async () => {
    outcomes = [{ kind: "disconnected" }];
    queue.resume();
    queue.push(message(1));
    await settle();
    queue.pause();
    await tickAt(1_000);
    expect(sent).toEqual([{ id: 1 }]);
    queue.resume();
    await settle();
    expect(sent).toEqual([{ id: 1 }, { id: 1 }]);
  });

  it("waits longer after each refusal and gives up after the attempts it has", async () => {
    outcomes = [
      { kind: "error", code: "InternalError" },
      { kind: "timeout" },
      { kind: "error", code: "InternalError" },
    ];
    queue.resume();
    queue.push(message(1));
    queue.push(message(2));
    await settle();
    await tickAt(59_999);
    expect(sent).toHaveLength(1);
    await tickAt(60_000);
    await tickAt(179_999);
    expect(sent).toHaveLength(2);
    await tickAt(180_000);
    expect(sent).toEqual([{ id: 1 }, { id: 1 }, { id: 1 }, { id: 2 }]);
  });

  it("drops the oldest meter values of a long time offline, never a start or a stop", async () => {
    queue.push(message(-1, "StartTransaction"));
    for (let id = 0; id < 600; id++) queue.push(message(id));
    queue.push(message(-2, "StopTransaction"));
    expect(queue.length).toBe(502);
    queue.resume();
    await settle(2_000);
    expect(sent.slice(0, 2)).toEqual([{ id: -1 }, { id: 100 }]);
    expect(sent.at(-1)).toEqual({ id: -2 });
  });
});
