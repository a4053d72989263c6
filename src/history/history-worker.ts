import { parentPort, workerData } from "node:worker_threads";
import { garbageCollector } from "../ports/garbage-collector.ts";
import {
  createHistoryDesk,
  type HistoryDeskOptions,
  type HistoryReply,
  type HistoryRequest,
} from "./history-desk.ts";

/** A request or reply on its way between the threads; both carry the number of the request. */
export interface Numbered<T> {
  readonly id: number;
  readonly content: T;
}

/** Records come by the minute: about an hour of them, which V8 would let lie for weeks. */
const COLLECT_EVERY = 60;

/** The thread that has the history file: it may wait for the disk as long as that takes. */
const desk = createHistoryDesk(workerData as HistoryDeskOptions);
const collect = garbageCollector();
const port = parentPort;
let answers = 0;
port?.on("message", ({ id, content }: Numbered<HistoryRequest>) => {
  const reply: Numbered<HistoryReply> = { id, content: desk.answer(content) };
  port.postMessage(reply);
  if (content.kind === "close") port.close();
  else if (++answers % COLLECT_EVERY === 0) collect?.();
});
