import type { DatabaseSync } from "node:sqlite";

/** Energies are whole joules, so that sums stay exact and small numbers take few bytes. */
export const ENERGY_COLUMNS = [
  "import_j",
  "export_j",
  "pv_j",
  "load_j",
  "battery_charge_j",
  "battery_discharge_j",
  "surplus_j",
  "charge_j",
  "solar_j",
] as const;
export type EnergyColumn = (typeof ENERGY_COLUMNS)[number];

const STRETCH_COLUMNS = `
  start_s INTEGER PRIMARY KEY,
  seen_s INTEGER NOT NULL,
  valid_s INTEGER NOT NULL,
  ${ENERGY_COLUMNS.map((name) => `${name} INTEGER,`).join(" ")}
  battery_soc_pct INTEGER,
  state TEXT NOT NULL,
  mode TEXT NOT NULL,
  min_export_w INTEGER NOT NULL,
  max_import_w INTEGER NOT NULL`;

const WALLBOX_COLUMNS = `
  start_s INTEGER NOT NULL,
  wallbox TEXT NOT NULL,
  charge_j INTEGER NOT NULL,
  solar_j INTEGER NOT NULL,
  setpoint_mas INTEGER NOT NULL,
  phases INTEGER NOT NULL,
  PRIMARY KEY (start_s, wallbox)`;

/** Times are seconds since 1970, `setpoint_mas` is milliampere-seconds, an event's id its ms * 1000 + a number. */
const FIRST_VERSION = `
  CREATE TABLE minutes (${STRETCH_COLUMNS}) STRICT;
  CREATE TABLE quarters (${STRETCH_COLUMNS}) STRICT;
  CREATE TABLE wallbox_minutes (${WALLBOX_COLUMNS}) STRICT, WITHOUT ROWID;
  CREATE TABLE wallbox_quarters (${WALLBOX_COLUMNS}) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    start_s INTEGER NOT NULL,
    wallbox TEXT NOT NULL,
    end_s INTEGER NOT NULL,
    charging_s INTEGER NOT NULL,
    energy_j INTEGER NOT NULL,
    solar_j INTEGER NOT NULL,
    grid_j INTEGER NOT NULL,
    max_power_w INTEGER NOT NULL,
    cost_ct REAL,
    PRIMARY KEY (start_s, wallbox)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`;

/** Who charged, and the energy by the wallbox's own register. */
const SECOND_VERSION = `
  ALTER TABLE sessions ADD COLUMN id_tag TEXT;
  ALTER TABLE sessions ADD COLUMN register_j INTEGER;`;

/** Step n leads from version n to n + 1. A step that has been released never changes. */
export const MIGRATIONS: readonly string[] = [FIRST_VERSION, SECOND_VERSION];

export const HISTORY_VERSION = MIGRATIONS.length;

/** Brings the tables of an older version up to this one, each step with its version number or not at all. */
export function migrate(database: DatabaseSync, steps: readonly string[] = MIGRATIONS): void {
  const from = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  for (const [version, step] of steps.entries()) {
    if (version < from) continue;
    database.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${version + 1}; COMMIT;`);
  }
}
