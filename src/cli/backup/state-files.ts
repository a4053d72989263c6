import { chmodSync, chownSync, existsSync, readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { configPath } from "../../config/load-config.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import { USUAL_STATE_DIR } from "../history/history-place.ts";
import { soundConfig } from "../sound-config.ts";

/** The databases of a state folder. */
export const STATE_FILES = ["state.db", "history.db"] as const;
export const CONFIG_FILE = "config.yaml";

export const placeOptions: Readonly<Record<string, OptionSpec>> = {
  config: {
    summary: "The config file; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
    placeholder: "FILE",
  },
  "state-dir": { summary: "The state folder, if not as the config says.", placeholder: "DIR" },
};

export interface StatePlaces {
  readonly configPath: string;
  readonly stateDir: string;
}

export function statePlaces({ texts, io }: Pick<CommandInput, "texts" | "io">): StatePlaces {
  const path = configPath(texts.config, io.environment);
  return { configPath: path, stateDir: texts["state-dir"] ?? soundConfig(path)?.stateDir ?? USUAL_STATE_DIR };
}

/** A whole copy of a database that somebody else may be writing; throws what SQLite throws. */
export function databaseCopy(path: string, copyPath: string): Uint8Array {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  try {
    database.prepare("VACUUM INTO ?").run(copyPath);
  } finally {
    database.close();
  }
  const content = readFileSync(copyPath);
  unlinkSync(copyPath);
  return content;
}

/** What is wrong with a database; undefined for nothing. */
export function databaseFlaw(path: string): string | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const check = String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
    database.close();
    return check === "ok" ? undefined : check;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether another process has the database open: only without one does SQLite leave the journal mode. */
export function isInUse(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      const mode = database.prepare("PRAGMA journal_mode = DELETE").get()?.journal_mode;
      return mode !== "delete";
    } finally {
      database.close();
    }
  } catch (error) {
    return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
  }
}

const SQLITE_BUSY = 5;

/** Puts `newPath` in the place of `path`; what was there is kept beside it under `suffix`. The owner is the folder's. */
export function putInPlace(newPath: string, path: string, suffix: string): void {
  for (const ending of ["", "-wal", "-shm"]) {
    if (existsSync(`${path}${ending}`)) renameSync(`${path}${ending}`, `${path}${suffix}${ending}`);
  }
  chmodSync(newPath, 0o600);
  const folder = statSync(join(path, ".."));
  if (process.getuid?.() === 0) chownSync(newPath, folder.uid, folder.gid);
  renameSync(newPath, path);
}
