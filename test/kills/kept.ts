import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { HISTORY_FILE } from "../../src/history/history-desk.ts";

/** What a daemon that was killed has left in its state folder. */
export interface Kept {
  /** Passes in the minutes on the disk, s. */
  readonly recordedS: number;
  /** Energy from the sun that the counter of the day has, Wh. */
  readonly solarWh: number;
  /** Energy of the session under way, Wh; 0 without one. */
  readonly sessionWh: number;
  /** Sessions that are over. */
  readonly sessions: number;
  /** What is wrong with the files; empty when nothing is. */
  readonly flaws: readonly string[];
}

const controlSchema = z.object({ solar: z.object({ energyWh: z.number() }) });
const sessionSchema = z.object({ energyWh: z.number() }).nullish();

/** Reads both databases as whoever starts next will find them. */
export function keptIn(stateDir: string): Kept {
  const state = new DatabaseSync(join(stateDir, "state.db"));
  const history = new DatabaseSync(join(stateDir, HISTORY_FILE));
  try {
    const stored = (key: string): unknown => {
      const row = state.prepare("SELECT value FROM state WHERE key = ?").get(key);
      return row === undefined ? undefined : JSON.parse(String(row.value));
    };
    const numberOf = (sql: string) => Number(Object.values(history.prepare(sql).get() ?? {})[0] ?? 0);
    return {
      recordedS: numberOf("SELECT SUM(seen_s) FROM minutes"),
      solarWh: controlSchema.safeParse(stored("control")).data?.solar.energyWh ?? 0,
      sessionWh: sessionSchema.parse(stored("session/wallbox"))?.energyWh ?? 0,
      sessions: numberOf("SELECT COUNT(*) FROM sessions"),
      flaws: [...flawsOf("state.db", state), ...flawsOf(HISTORY_FILE, history), ...setAside(stateDir)],
    };
  } finally {
    state.close();
    history.close();
  }
}

function flawsOf(name: string, database: DatabaseSync): readonly string[] {
  const check = String(database.prepare("PRAGMA integrity_check(1)").get()?.integrity_check);
  return check === "ok" ? [] : [`${name}: ${check}`];
}

function setAside(stateDir: string): readonly string[] {
  return readdirSync(stateDir)
    .filter((name) => name.includes(".corrupt-"))
    .map((name) => `${name} was set aside`);
}
