import { accessSync, constants } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { RecordedEvent, RecordedSession } from "../ports/history.ts";
import type { HistoryBatch, MinuteRecord } from "./history-batch.ts";
import { ENERGY_COLUMNS, HISTORY_VERSION, migrate } from "./history-format.ts";
import { createQuarterRoll } from "./quarter-roll.ts";
import { createRetention, type Retention } from "./retention.ts";
import { closeQuietly, type DiskFault, diskFault, formatFlaw, rollBack } from "./state-database.ts";

/** The thread that writes may wait for a reader; control does not wait for the thread. */
const BUSY_TIMEOUT_MS = 5_000;
/** A commit writes whole pages: small ones cost an SD card less, and a page of minutes is still a quarter of an hour. */
const PAGE_BYTES = 1_024;
const LARGEST_JOURNAL_BYTES = 2 * 1024 * 1024;
/** SQLite would keep 2 MB, which take weeks to fill; the pages of a day's writing are fewer, and the system caches the file. */
const PAGE_CACHE_KIB = 512;

export interface HistoryDatabaseOptions {
  readonly path: string;
  /** The folder of `path`, which must exist. */
  readonly stateDir: string;
  readonly retention: Retention;
  /** What a reader of the file has to know of the house; stored beside the rows. */
  readonly meta: Readonly<Record<string, string>>;
}

/** The history file as its one writer has it. */
export interface HistoryDatabase {
  readonly connection: DatabaseSync;
  /** Writes all of the batch or nothing; the fault when it could not. */
  write(batch: HistoryBatch, nowMs: number): DiskFault | undefined;
  close(): void;
}

export type HistoryOpened =
  | { readonly ok: true; readonly database: HistoryDatabase }
  | { readonly ok: false; readonly fault: DiskFault };

/** Opens, checks and, where it is older, migrates the file; makes it when it is missing. Never throws. */
export function openHistoryDatabase(options: HistoryDatabaseOptions): HistoryOpened {
  let connection: DatabaseSync | undefined;
  try {
    accessSync(options.stateDir, constants.W_OK | constants.X_OK);
    connection = new DatabaseSync(options.path, { timeout: BUSY_TIMEOUT_MS });
    connection.exec(
      `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
       PRAGMA journal_size_limit = ${LARGEST_JOURNAL_BYTES}; PRAGMA cache_size = -${PAGE_CACHE_KIB};`,
    );
    const flaw = formatFlaw(connection, HISTORY_VERSION);
    if (flaw !== undefined) {
      closeQuietly(connection);
      return { ok: false, fault: { kind: "broken", detail: flaw } };
    }
    migrate(connection);
    return { ok: true, database: historyDatabase(connection, options) };
  } catch (error) {
    if (connection !== undefined) closeQuietly(connection);
    return { ok: false, fault: diskFault(error) };
  }
}

function historyDatabase(
  connection: DatabaseSync,
  { retention, meta }: HistoryDatabaseOptions,
): HistoryDatabase {
  const statements = writingStatements(connection);
  const quarters = createQuarterRoll(connection);
  const oldRows = createRetention(connection, retention);
  for (const [key, value] of Object.entries(meta)) statements.meta.run(key, value);

  function writeRows({ minutes, sessions, events }: HistoryBatch): void {
    for (const minute of minutes) writeMinute(statements, minute);
    for (const session of sessions) writeSession(statements.session, session);
    for (const event of events) writeEvent(statements.event, event);
  }

  return {
    connection,
    write(batch, nowMs) {
      try {
        connection.exec("BEGIN IMMEDIATE");
        writeRows(batch);
        quarters.roll(batch.minutes.map(({ startS }) => startS));
        oldRows.trim(nowMs);
        connection.exec("COMMIT");
        return undefined;
      } catch (error) {
        rollBack(connection);
        quarters.forget();
        return diskFault(error);
      }
    },
    close: () => closeQuietly(connection),
  };
}

type Statements = ReturnType<typeof writingStatements>;

/** A minute that is there already, from before a restart or a jump of the clock, is added to. */
function writingStatements(connection: DatabaseSync) {
  const energies = ENERGY_COLUMNS.join(", ");
  const sums = ENERGY_COLUMNS.map(
    (name) => `${name} = CASE WHEN excluded.${name} IS NULL THEN ${name}
      ELSE COALESCE(${name}, 0) + excluded.${name} END`,
  ).join(", ");
  return {
    minute: connection.prepare(
      `INSERT INTO minutes (start_s, seen_s, valid_s, ${energies}, battery_soc_pct, state, mode, min_export_w, max_import_w)
       VALUES (?, ?, ?, ${ENERGY_COLUMNS.map(() => "?").join(", ")}, ?, ?, ?, ?, ?)
       ON CONFLICT (start_s) DO UPDATE SET seen_s = seen_s + excluded.seen_s, valid_s = valid_s + excluded.valid_s, ${sums},
         battery_soc_pct = COALESCE(excluded.battery_soc_pct, battery_soc_pct), state = excluded.state,
         mode = excluded.mode, min_export_w = excluded.min_export_w, max_import_w = excluded.max_import_w`,
    ),
    wallboxMinute: connection.prepare(
      `INSERT INTO wallbox_minutes (start_s, wallbox, charge_j, solar_j, setpoint_mas, phases) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (start_s, wallbox) DO UPDATE SET charge_j = charge_j + excluded.charge_j,
         solar_j = solar_j + excluded.solar_j, setpoint_mas = setpoint_mas + excluded.setpoint_mas, phases = excluded.phases`,
    ),
    session: connection.prepare(
      `INSERT OR REPLACE INTO sessions
       (start_s, wallbox, end_s, charging_s, energy_j, solar_j, grid_j, max_power_w, cost_ct, id_tag, register_j)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    // Events of one millisecond are numbered.
    event: connection.prepare(
      `INSERT INTO events (id, event, detail)
       VALUES (COALESCE((SELECT MAX(id) + 1 FROM events WHERE id BETWEEN ?1 AND ?1 + 999), ?1), ?2, ?3)`,
    ),
    meta: connection.prepare(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
    ),
  };
}

function writeMinute({ minute, wallboxMinute }: Statements, record: MinuteRecord): void {
  const { startS, energiesJ } = record;
  minute.run(
    startS,
    record.seenS,
    record.validS,
    ...ENERGY_COLUMNS.map((column) => energiesJ[column] ?? null),
    record.batterySocPct === undefined ? null : Math.round(record.batterySocPct),
    record.state,
    record.mode,
    record.minExportToStartW,
    record.maxImportBeforeStoppingW,
  );
  for (const { wallbox, chargeJ, solarJ, setpointMas, phases } of record.wallboxes) {
    wallboxMinute.run(startS, wallbox, chargeJ, solarJ, setpointMas, phases);
  }
}

function writeSession(statement: StatementSync, session: RecordedSession): void {
  statement.run(
    seconds(session.startMs),
    session.wallbox,
    seconds(session.endMs ?? session.startMs),
    Math.round(session.chargingS),
    joules(session.energyWh),
    joules(session.solarWh),
    joules(session.gridWh),
    Math.round(session.maxPowerW),
    session.costCt ?? null,
    session.idTag ?? null,
    session.registerWh === undefined ? null : joules(session.registerWh),
  );
}

function writeEvent(statement: StatementSync, { atMs, event, detail }: RecordedEvent): void {
  statement.run(Math.round(atMs) * 1_000, event, JSON.stringify(detail));
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}

function joules(energyWh: number): number {
  return Math.round(energyWh * 3_600);
}
