import { join } from "node:path";
import type {
  HistoryPage,
  HistoryRange,
  HistoryRow,
  RecordedEvent,
  RecordedSession,
  Resolution,
} from "../ports/history.ts";
import type { HistoryBatch } from "./history-batch.ts";
import { type HistoryDatabase, openHistoryDatabase } from "./history-database.ts";
import { historyEvents, historyRows, historySessions } from "./history-queries.ts";
import { type Retention, usedBytes } from "./retention.ts";
import { type DiskFault, diskFault, fileIdentity, setAside } from "./state-database.ts";

export const HISTORY_FILE = "history.db";

export interface HistoryDeskOptions {
  /** Folder for `history.db`. */
  readonly stateDir: string;
  readonly timeZone: string;
  readonly retention: Retention;
  readonly meta: Readonly<Record<string, string>>;
}

type HistoryWrite = { readonly kind: "write"; readonly batch: HistoryBatch; readonly nowMs: number };

type HistoryRead =
  | { readonly kind: "rows"; readonly resolution: Resolution; readonly range: HistoryRange }
  | { readonly kind: "sessions"; readonly range: HistoryRange }
  | { readonly kind: "events"; readonly range: HistoryRange };

/** What can be asked of the thread that has the history file. */
export type HistoryRequest = HistoryWrite | HistoryRead | { readonly kind: "close" };

export type HistoryReply =
  | {
      readonly kind: "written";
      /** What the rows take on the disk. */
      readonly usedBytes: number;
      /** Where a broken file lies now, if this write found one. */
      readonly aside: string | undefined;
    }
  | { readonly kind: "rows"; readonly page: HistoryPage<HistoryRow> }
  | { readonly kind: "sessions"; readonly page: HistoryPage<RecordedSession> }
  | { readonly kind: "events"; readonly page: HistoryPage<RecordedEvent> }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly detail: string };

/** Does what is asked, in step; opens the file when it is first needed and again after a failure. Never throws. */
export interface HistoryDesk {
  answer(request: HistoryRequest): HistoryReply;
}

export function createHistoryDesk(options: HistoryDeskOptions): HistoryDesk {
  const path = join(options.stateDir, HISTORY_FILE);
  let database: HistoryDatabase | undefined;
  let openedFile: string | undefined;

  function close(): void {
    database?.close();
    database = undefined;
  }

  /** The open file; a broken one is set aside, and a new one takes its place. */
  function opened(nowMs: number): { database: HistoryDatabase; aside: string | undefined } | DiskFault {
    if (database !== undefined) return { database, aside: undefined };
    let aside: string | undefined;
    let outcome = openHistoryDatabase({ ...options, path });
    if (!outcome.ok && outcome.fault.kind === "broken") {
      aside = setAside(path, nowMs);
      outcome = openHistoryDatabase({ ...options, path });
    }
    if (!outcome.ok) return outcome.fault;
    database = outcome.database;
    openedFile = fileIdentity(path);
    return { database, aside };
  }

  function write({ batch, nowMs }: HistoryWrite): HistoryReply {
    const open = opened(nowMs);
    if ("kind" in open) return { kind: "failed", detail: open.detail };
    const fault = open.database.write(batch, nowMs);
    if (fault === undefined) {
      return { kind: "written", usedBytes: usedBytes(open.database.connection), aside: open.aside };
    }
    // The next open checks what is there then: a broken file, or the one of a disk that was mounted again.
    if (fault.kind === "broken" || fileIdentity(path) !== openedFile) close();
    return { kind: "failed", detail: fault.detail };
  }

  function read(request: HistoryRead): HistoryReply {
    if (database === undefined) return { kind: "failed", detail: "nothing is recorded yet" };
    const { connection } = database;
    const { range } = request;
    try {
      switch (request.kind) {
        case "rows": {
          const { timeZone } = options;
          return { kind: "rows", page: historyRows(connection, request.resolution, { range, timeZone }) };
        }
        case "sessions":
          return { kind: "sessions", page: historySessions(connection, range) };
        case "events":
          return { kind: "events", page: historyEvents(connection, range) };
      }
    } catch (error) {
      const fault = diskFault(error);
      if (fault.kind === "broken") close();
      return { kind: "failed", detail: fault.detail };
    }
  }

  return {
    answer(request) {
      switch (request.kind) {
        case "write":
          return write(request);
        case "close":
          close();
          return { kind: "closed" };
        case "rows":
        case "sessions":
        case "events":
          return read(request);
      }
    },
  };
}
