import { accessSync, constants, renameSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isoUtc } from "../core/iso-time.ts";

/** Control never waits for the disk: a database that another process holds is tried again at the next flush. */
const BUSY_TIMEOUT_MS = 100;
const FORMAT_VERSION = 1;
/** Primary result codes of SQLite that mean the file: SQLITE_ERROR (other tables than ours), SQLITE_CORRUPT, SQLITE_NOTADB. */
const BROKEN_FILE_CODES = [1, 11, 26];

/** Why the disk does not serve: `broken` is the file's content, `unavailable` everything that may pass. */
export type DiskFault =
  | { readonly kind: "broken"; readonly detail: string }
  | { readonly kind: "unavailable"; readonly detail: string };

export type Opened =
  | { readonly ok: true; readonly database: DatabaseSync; readonly rows: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly fault: DiskFault };

/** Opens, checks and reads the database; makes it when it is missing. Never throws. */
export function openDatabase(path: string, stateDir: string): Opened {
  let database: DatabaseSync | undefined;
  try {
    // SQLite opens a file in a read-only folder and fails only at the first write.
    accessSync(stateDir, constants.W_OK | constants.X_OK);
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    const flaw = formatFlaw(database, FORMAT_VERSION);
    if (flaw !== undefined) {
      closeQuietly(database);
      return { ok: false, fault: { kind: "broken", detail: flaw } };
    }
    database.exec("CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;");
    database.exec(`PRAGMA user_version = ${FORMAT_VERSION};`);
    const rows = database.prepare("SELECT key, value FROM state").all();
    return { ok: true, database, rows: new Map(rows.map((row) => [String(row.key), String(row.value)])) };
  } catch (error) {
    if (database !== undefined) closeQuietly(database);
    return { ok: false, fault: diskFault(error) };
  }
}

/** What is wrong with the content of a database that could be opened; undefined for nothing. */
export function formatFlaw(database: DatabaseSync, newestVersion: number): string | undefined {
  const check = String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
  if (check !== "ok") return check;
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  return version > newestVersion
    ? `format ${version} is newer than this program's ${newestVersion}`
    : undefined;
}

/** Writes all changes or none; the fault when it could not. */
export function writeBatch(
  database: DatabaseSync,
  keys: ReadonlySet<string>,
  texts: ReadonlyMap<string, string>,
): DiskFault | undefined {
  try {
    database.exec("BEGIN IMMEDIATE");
    const upsert = database.prepare(
      "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    for (const key of keys) upsert.run(key, texts.get(key) ?? "null");
    database.exec("COMMIT");
    return undefined;
  } catch (error) {
    rollBack(database);
    return diskFault(error);
  }
}

export function rollBack(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec("ROLLBACK");
  } catch {
    // The transaction is gone with the error that led here.
  }
}

/** Renames the database with its journal files; the new name of the database. */
export function setAside(path: string, wallMs: number): string {
  const stamp = isoUtc(wallMs).replace(/[:.]/g, "-");
  for (const suffix of ["-wal", "-shm", ""]) {
    try {
      renameSync(`${path}${suffix}`, `${path}.corrupt-${stamp}${suffix}`);
    } catch {
      // A journal file need not exist; a database that cannot be moved fails again when it is opened.
    }
  }
  return `${path}.corrupt-${stamp}`;
}

/** Which file stands at `path` now, undefined for none: another one after a disk was mounted again. */
export function fileIdentity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** What SQLite's error means for the file. */
export function diskFault(error: unknown): DiskFault {
  const detail = error instanceof Error ? error.message : String(error);
  const code = typeof error === "object" && error !== null && "errcode" in error ? Number(error.errcode) : 0;
  // Extended result codes carry the primary one in their low byte.
  return { kind: BROKEN_FILE_CODES.includes(code & 0xff) ? "broken" : "unavailable", detail };
}

export function closeQuietly(database: DatabaseSync): void {
  try {
    database.close();
  } catch {
    // Closing a database on a failed disk may fail too; everything that matters is in memory.
  }
}
