import type { DatabaseSync } from "node:sqlite";
import { ENERGY_COLUMNS } from "./history-format.ts";

export const QUARTER_S = 900;

const STRETCH = [
  "start_s",
  "seen_s",
  "valid_s",
  ...ENERGY_COLUMNS,
  "battery_soc_pct",
  "state",
  "mode",
].join();
export const STRETCH_NAMES = `${STRETCH}, min_export_w, max_import_w`;
export const WALLBOX_NAMES = "start_s, wallbox, charge_j, solar_j, setpoint_mas, phases";

/**
 * Minutes from `?` up to `?` summed by quarters. Beside MAX, SQLite takes the columns that are not summed from the row
 * of the maximum: the last minute's words stand for the quarter.
 */
export const SUMMED_QUARTERS = `
  SELECT ${STRETCH_NAMES} FROM (
    SELECT start_s / ${QUARTER_S} * ${QUARTER_S} AS start_s, MAX(start_s) AS last_s, SUM(seen_s) AS seen_s,
      SUM(valid_s) AS valid_s, ${ENERGY_COLUMNS.map((name) => `SUM(${name}) AS ${name}`).join()},
      battery_soc_pct, state, mode, min_export_w, max_import_w
    FROM minutes WHERE start_s >= ? AND start_s < ? GROUP BY start_s / ${QUARTER_S})`;

export const SUMMED_WALLBOX_QUARTERS = `
  SELECT start_s / ${QUARTER_S} * ${QUARTER_S} AS start_s, wallbox, SUM(charge_j) AS charge_j, SUM(solar_j) AS solar_j,
    SUM(setpoint_mas) AS setpoint_mas, MAX(phases) AS phases
  FROM wallbox_minutes WHERE start_s >= ? AND start_s < ? GROUP BY start_s / ${QUARTER_S}, wallbox`;

/** Sums minutes up to quarters as soon as a quarter is over. */
export interface QuarterRoll {
  /** To be called after minutes were written, in their transaction. */
  roll(writtenStartsS: readonly number[]): void;
  /** The transaction was undone. */
  forget(): void;
}

export function createQuarterRoll(connection: DatabaseSync): QuarterRoll {
  const sums = [
    connection.prepare(`INSERT OR REPLACE INTO quarters (${STRETCH_NAMES}) ${SUMMED_QUARTERS}`),
    connection.prepare(
      `INSERT OR REPLACE INTO wallbox_quarters (${WALLBOX_NAMES}) ${SUMMED_WALLBOX_QUARTERS}`,
    ),
  ];
  let rolledUntilS: number | undefined;

  function sumUp(fromS: number, untilS: number): void {
    for (const statement of sums) statement.run(fromS, untilS);
  }

  return {
    roll(writtenStartsS) {
      if (writtenStartsS.length === 0) return;
      const fromS = rolledUntilS ?? unrolledFromS(connection);
      const currentS = quarterOf(Math.max(...writtenStartsS));
      if (fromS < currentS) sumUp(fromS, currentS);
      rolledUntilS = Math.max(fromS, currentS);
      // After a jump of the clock backward.
      const late = new Set(writtenStartsS.filter((startS) => startS < fromS).map(quarterOf));
      for (const startS of late) sumUp(startS, startS + QUARTER_S);
    },
    forget() {
      rolledUntilS = undefined;
    },
  };
}

/** From when on minutes are not yet summed up, s since 1970. */
export function unrolledFromS(connection: DatabaseSync): number {
  const { last_s: lastS } = connection.prepare("SELECT MAX(start_s) AS last_s FROM quarters").get() ?? {};
  return typeof lastS === "number" ? lastS + QUARTER_S : 0;
}

function quarterOf(startS: number): number {
  return Math.floor(startS / QUARTER_S) * QUARTER_S;
}
