import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type {
  HistoryPage,
  HistoryRange,
  HistoryRow,
  RecordedEvent,
  RecordedSession,
  Resolution,
} from "../ports/history.ts";
import { HISTORY_FILE } from "./history-desk.ts";
import { HISTORY_VERSION } from "./history-format.ts";
import { historyEvents, historyMeta, historyRows, historySessions, wallboxNames } from "./history-queries.ts";
import { closeQuietly } from "./state-database.ts";

/** A history that somebody else may be writing, for reading in step. Reading throws when the file breaks. */
export interface HistoryFile {
  readonly path: string;
  readonly timeZone: string;
  /** What the writer said of the house. */
  readonly meta: ReadonlyMap<string, string>;
  readonly wallboxes: readonly string[];
  rows(resolution: Resolution, range: HistoryRange): HistoryPage<HistoryRow>;
  sessions(range: HistoryRange): HistoryPage<RecordedSession>;
  events(range: HistoryRange): HistoryPage<RecordedEvent>;
  close(): void;
}

/** `problem` is a sentence with the remedy. */
export type HistoryFileResult =
  | { readonly ok: true; readonly file: HistoryFile }
  | { readonly ok: false; readonly problem: string };

const BUSY_TIMEOUT_MS = 5_000;

/** Opens `history.db`, or the one in a state folder, for reading only. */
export function openHistoryFile(fileOrFolder: string): HistoryFileResult {
  const path = historyPath(fileOrFolder);
  const flaw = accessFlaw(path);
  if (flaw !== undefined) return { ok: false, problem: flaw };
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(readingPlace(path), { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    const version = Number(connection.prepare("PRAGMA user_version").get()?.user_version);
    if (version === HISTORY_VERSION) return { ok: true, file: historyFile(connection, path) };
    closeQuietly(connection);
    return { ok: false, problem: versionProblem(path, version) };
  } catch (error) {
    if (connection !== undefined) closeQuietly(connection);
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `${path} is no history that can be read (${detail}): name another.` };
  }
}

function historyFile(connection: DatabaseSync, path: string): HistoryFile {
  const meta = historyMeta(connection);
  const timeZone = meta.get("time_zone") ?? "UTC";
  return {
    path,
    timeZone,
    meta,
    wallboxes: wallboxNames(connection),
    rows: (resolution, range) => historyRows(connection, resolution, { range, timeZone }),
    sessions: (range) => historySessions(connection, range),
    events: (range) => historyEvents(connection, range),
    close: () => closeQuietly(connection),
  };
}

function historyPath(fileOrFolder: string): string {
  try {
    return statSync(fileOrFolder).isDirectory() ? join(fileOrFolder, HISTORY_FILE) : fileOrFolder;
  } catch {
    return fileOrFolder;
  }
}

function accessFlaw(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT")
      return `There is no ${path}: name the daemon's state folder or its ${HISTORY_FILE}.`;
    return `${path} may not be read (${code}): run this as the daemon's user, or copy the file.`;
  }
}

/** Without a journal nobody is writing; a folder that may not be written then leaves no room for one. */
function readingPlace(path: string): string | URL {
  if (existsSync(`${path}-wal`)) return path;
  const url = pathToFileURL(path);
  url.search = "immutable=1";
  return url;
}

function versionProblem(path: string, version: number): string {
  return version > HISTORY_VERSION
    ? `${path} was written by a newer hems-edge: update this one.`
    : `${path} was written by an older hems-edge: start the daemon once, it brings the file up to date.`;
}
