import { closeSync, existsSync, fdatasyncSync, openSync } from "node:fs";
import { join } from "node:path";

/** What the daemon keeps in its state folder. */
const FILES = ["state.db", "state.db-wal", "history.db", "history.db-wal"];

/** Brings what was written to the disk, as Linux does by itself after half a minute. */
export interface DiskPace {
  /** To be called every half minute of simulated time: otherwise a page that changes often would count once. */
  flush(): void;
  close(): void;
}

export function createDiskPace(stateDir: string): DiskPace {
  /** Held open: closing one would take SQLite's locks away from this process (POSIX advisory locks). */
  const open = new Map<string, number>();

  function fileOf(name: string): number | undefined {
    const path = join(stateDir, name);
    const known = open.get(name);
    if (known !== undefined || !existsSync(path)) return known;
    const file = openSync(path, "r+");
    open.set(name, file);
    return file;
  }

  return {
    flush() {
      for (const name of FILES) {
        const file = fileOf(name);
        if (file !== undefined) fdatasyncSync(file);
      }
    },
    close() {
      for (const file of open.values()) closeSync(file);
    },
  };
}
