import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Clock, withTimeout } from "../ports/clock.ts";
import type { HistoryAnswer, HistoryPage, HistoryReader } from "../ports/history.ts";
import type { HistoryBatch } from "./history-batch.ts";
import type { HistoryDeskOptions, HistoryReply, HistoryRequest } from "./history-desk.ts";
import type { Numbered } from "./history-worker.ts";

export type WriteOutcome =
  | { readonly ok: true; readonly usedBytes: number; readonly aside: string | undefined }
  | { readonly ok: false; readonly detail: string };

/** The history file behind a thread of its own, so that nobody here ever waits for the disk. */
export interface HistoryThread extends HistoryReader {
  /** Resolves when it is written or has failed, however long that takes; one at a time. Never rejects. */
  write(batch: HistoryBatch, nowMs: number): Promise<WriteOutcome>;
  /** Ends the thread after what it is doing, or after a few seconds anyway. */
  close(): Promise<void>;
}

const READ_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;
/** More readers than this at a time are told to come back. */
const MOST_REQUESTS = 32;
const LARGEST_HEAP_MB = 64;
/** A nursery of the usual size would cost more memory than everything else here. */
const NURSERY_MB = 4;

/** As source in a checkout, as built code in a package: the worker has the same ending as this file. */
const WORKER_FILE = join(import.meta.dirname, `history-worker${extname(import.meta.filename)}`);

export function createHistoryThread(
  options: HistoryDeskOptions,
  deps: { /** Real time: the thread is in nobody's simulation. */ readonly clock: Clock },
): HistoryThread {
  const waiting = new Map<number, (reply: HistoryReply) => void>();
  let worker: Worker | undefined;
  let nextId = 1;
  let isClosed = false;

  function failAll(detail: string): void {
    worker = undefined;
    for (const resolve of waiting.values()) resolve({ kind: "failed", detail });
    waiting.clear();
  }

  /** Started at the first need, and again at the next one after it died. */
  function started(): Worker {
    if (worker !== undefined) return worker;
    const fresh = new Worker(WORKER_FILE, {
      name: "history",
      workerData: options,
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MB, maxYoungGenerationSizeMb: NURSERY_MB },
    });
    const fail = (detail: string) => {
      if (worker === fresh) failAll(detail);
    };
    fresh.on("message", ({ id, content }: Numbered<HistoryReply>) => {
      waiting.get(id)?.(content);
      waiting.delete(id);
      if (waiting.size === 0) fresh.unref();
    });
    fresh.on("error", (error) => fail(`the history thread failed: ${error.message}`));
    fresh.on("exit", () => fail("the history thread has ended"));
    worker = fresh;
    return fresh;
  }

  function ask(content: HistoryRequest): Promise<HistoryReply> {
    return new Promise((resolve) => {
      if (isClosed) {
        resolve({ kind: "failed", detail: "the history is closed" });
        return;
      }
      const id = nextId++;
      waiting.set(id, resolve);
      const request: Numbered<HistoryRequest> = { id, content };
      const thread = started();
      // A program that is done waits for what it asked, and for nothing else.
      thread.ref();
      thread.postMessage(request);
    });
  }

  async function read<T>(
    request: HistoryRequest,
    pageOf: (reply: HistoryReply) => HistoryPage<T> | undefined,
  ): Promise<HistoryAnswer<T>> {
    if (waiting.size >= MOST_REQUESTS) return { ok: false, detail: "too many ask for the history at once" };
    const late: HistoryReply = { kind: "failed", detail: "the disk does not answer in time" };
    const reply = await withTimeout(deps.clock, READ_TIMEOUT_MS, ask(request), late);
    if (reply.kind === "failed") return { ok: false, detail: reply.detail };
    const page = pageOf(reply);
    return page === undefined
      ? { ok: false, detail: "the history thread misunderstood" }
      : { ok: true, page };
  }

  return {
    async write(batch, nowMs) {
      const reply = await ask({ kind: "write", batch, nowMs });
      if (reply.kind === "written") return { ok: true, usedBytes: reply.usedBytes, aside: reply.aside };
      return {
        ok: false,
        detail: reply.kind === "failed" ? reply.detail : "the history thread misunderstood",
      };
    },
    rows: (resolution, range) =>
      read({ kind: "rows", resolution, range }, (reply) => (reply.kind === "rows" ? reply.page : undefined)),
    sessions: (range) =>
      read({ kind: "sessions", range }, (reply) => (reply.kind === "sessions" ? reply.page : undefined)),
    events: (range) =>
      read({ kind: "events", range }, (reply) => (reply.kind === "events" ? reply.page : undefined)),
    async close() {
      const last = worker;
      if (last === undefined || isClosed) return;
      const closed = ask({ kind: "close" });
      isClosed = true;
      await withTimeout(deps.clock, CLOSE_TIMEOUT_MS, closed, undefined);
      await last.terminate();
    },
  };
}
