import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { HistoryQueue } from "./history-queue.ts";
import type { HistoryThread } from "./history-thread.ts";

export interface WriterState {
  readonly isFailing: boolean;
  readonly minutesWritten: number;
  readonly sessionsWritten: number;
  readonly eventsWritten: number;
  /** What the rows take on the disk; undefined before the first write. */
  readonly usedBytes: number | undefined;
}

/** Hands the queue to the thread, one batch at a time; what fails stays in the queue for the next flush. */
export interface QueueWriter {
  /** Returns at once; a write under way takes along what came meanwhile. */
  flush(): void;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
  state(): WriterState;
}

export function createQueueWriter(
  queue: HistoryQueue,
  { clock, log, thread }: { readonly clock: Clock; readonly log: Logger; readonly thread: HistoryThread },
): QueueWriter {
  let isFailing = false;
  let minutesWritten = 0;
  let sessionsWritten = 0;
  let eventsWritten = 0;
  let usedBytes: number | undefined;
  let writing: Promise<void> | undefined;

  async function writeOnce(): Promise<boolean> {
    const batch = queue.take();
    if (batch === undefined) return false;
    const outcome = await thread.write(batch, clock.wallMs());
    if (!outcome.ok) {
      if (!isFailing) log.error({ detail: outcome.detail }, "history is kept in memory only: the disk fails");
      isFailing = true;
      queue.putBack(batch);
      return false;
    }
    if (isFailing) log.info("history is written to disk again");
    isFailing = false;
    minutesWritten += batch.minutes.length;
    sessionsWritten += batch.sessions.length;
    eventsWritten += batch.events.length;
    usedBytes = outcome.usedBytes;
    if (outcome.aside !== undefined) {
      log.error({ aside: outcome.aside }, "history is broken: set aside and started afresh");
      queue.push({
        events: [{ atMs: clock.wallMs(), event: "history_set_aside", detail: { file: outcome.aside } }],
      });
    }
    return true;
  }

  async function writeAll(): Promise<void> {
    while (await writeOnce());
    writing = undefined;
  }

  return {
    flush() {
      writing ??= writeAll();
    },
    settled: () => writing ?? Promise.resolve(),
    state: () => ({ isFailing, minutesWritten, sessionsWritten, eventsWritten, usedBytes }),
  };
}
