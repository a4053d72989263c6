import { parentPort, workerData } from "node:worker_threads";
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

/** The thread that has the history file: it may wait for the disk as long as that takes. */
const desk = createHistoryDesk(workerData as HistoryDeskOptions);
const port = parentPort;
port?.on("message", ({ id, content }: Numbered<HistoryRequest>) => {
  const reply: Numbered<HistoryReply> = { id, content: desk.answer(content) };
  port.postMessage(reply);
  if (content.kind === "close") port.close();
});
