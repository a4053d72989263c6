import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Logger } from "pino";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import {
  closeQuietly,
  type DiskFault,
  fileIdentity,
  openDatabase,
  setAside,
  writeBatch,
} from "./state-database.ts";

export interface SqliteStateStoreOptions {
  /** Existing folder for `state.db`. */
  readonly stateDir: string;
  /** Time from flush to flush, ms. */
  readonly flushIntervalMs?: number;
}

export interface SqliteStateStoreDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/** One batch a minute writes 45 MB a day to an SD card; one row a second would write a gigabyte. */
const FLUSH_INTERVAL_MS = 60_000;
const LARGEST_VALUE_BYTES = 1024 * 1024;
/** The path of a broken file that was set aside, until somebody has told of it. */
export const SET_ASIDE_KEY = "state_set_aside";

/**
 * State in `state.db` below `stateDir`. All values live in memory, so reading never touches the disk; changes are
 * written in batches. A broken file is set aside and started afresh; a disk that cannot be written is logged once and
 * tried again at each flush. Never throws.
 */
export function createSqliteStateStore(
  options: SqliteStateStoreOptions,
  deps: SqliteStateStoreDeps,
): StateStore {
  const { clock, log } = deps;
  const path = join(options.stateDir, "state.db");
  const flushIntervalMs = options.flushIntervalMs ?? FLUSH_INTERVAL_MS;
  const texts = new Map<string, string>();
  /** Keys whose value in memory is newer than on the disk. */
  const changed = new Set<string>();
  let database: DatabaseSync | undefined;
  let openedFile: string | undefined;
  let isFailing = false;
  let isClosed = false;
  let timer: Timer | undefined;

  function fail(fault: DiskFault): void {
    if (!isFailing) log.error({ path, detail: fault.detail }, "state is kept in memory only: the disk fails");
    isFailing = true;
  }

  function open(): void {
    let opened = openDatabase(path, options.stateDir);
    if (!opened.ok && opened.fault.kind === "broken") {
      const aside = setAside(path, clock.wallMs());
      log.error(
        { path, aside, detail: opened.fault.detail },
        "state is broken: set aside and started afresh",
      );
      texts.set(SET_ASIDE_KEY, JSON.stringify(aside));
      changed.add(SET_ASIDE_KEY);
      opened = openDatabase(path, options.stateDir);
    }
    if (!opened.ok) {
      fail(opened.fault);
      return;
    }
    database = opened.database;
    openedFile = fileIdentity(path);
    for (const [key, text] of opened.rows) if (!texts.has(key)) texts.set(key, text);
  }

  function succeed(): void {
    if (isFailing) log.info({ path }, "state is written to disk again");
    isFailing = false;
    changed.clear();
  }

  function flush(): void {
    if (isClosed) return;
    if (database === undefined) open();
    if (database === undefined) return;
    const fault = changed.size === 0 ? undefined : writeBatch(database, changed, texts);
    if (fault === undefined) {
      succeed();
      return;
    }
    fail(fault);
    if (fault.kind === "unavailable" && fileIdentity(path) === openedFile) return;
    closeQuietly(database);
    database = undefined;
    // The next flush opens what is there, sets it aside when it is broken, and writes everything that is known.
    for (const key of texts.keys()) changed.add(key);
  }

  function flushAndWait(): void {
    flush();
    timer = clock.setTimeout(flushAndWait, flushIntervalMs);
  }

  open();
  timer = clock.setTimeout(flushAndWait, flushIntervalMs);

  return {
    get: (key) => parsed(texts.get(key)),
    put(key, value) {
      const text = jsonText(value);
      if (text === undefined || Buffer.byteLength(text) > LARGEST_VALUE_BYTES) {
        log.error({ key }, "state value is not storable: kept the one before");
        return;
      }
      if (texts.get(key) === text) return;
      texts.set(key, text);
      changed.add(key);
    },
    flush,
    close() {
      flush();
      isClosed = true;
      if (timer !== undefined) clock.clearTimeout(timer);
      if (database !== undefined) closeQuietly(database);
      database = undefined;
    },
  };
}

function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
