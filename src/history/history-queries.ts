import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { createLocalTime } from "../core/planner/local-time.ts";
import { CHARGING_MODES } from "../core/settings.ts";
import type {
  HistoryPage,
  HistoryRange,
  HistoryRow,
  RecordedEvent,
  RecordedSession,
  Resolution,
  WallboxRow,
} from "../ports/history.ts";
import { createDaySum } from "./day-sum.ts";
import { ENERGY_COLUMNS, type EnergyColumn } from "./history-format.ts";
import { energiesWh } from "./minute-row.ts";
import {
  QUARTER_S,
  STRETCH_NAMES,
  SUMMED_QUARTERS,
  SUMMED_WALLBOX_QUARTERS,
  unrolledFromS,
  WALLBOX_NAMES,
} from "./quarter-roll.ts";

type Row = Record<string, SQLOutputValue>;

const JOULES_PER_WH = 3_600;
const QUARTERS_PER_DAY = 100;

/** Reads a page of rows; a day begins at local midnight of `timeZone`. Throws what SQLite throws. */
export function historyRows(
  connection: DatabaseSync,
  resolution: Resolution,
  { range, timeZone }: { readonly range: HistoryRange; readonly timeZone: string },
): HistoryPage<HistoryRow> {
  switch (resolution) {
    case "minute":
      return pageOf([...minuteRows(connection, onePast(range))], range, ({ startMs }) => startMs);
    case "quarter":
      return pageOf([...quarterRows(connection, onePast(range))], range, ({ startMs }) => startMs);
    case "day":
      return pageOf([...dayRows(connection, onePast(range), timeZone)], range, ({ startMs }) => startMs);
  }
}

/** Sessions that are over, by the time of the plug-in. */
export function historySessions(connection: DatabaseSync, range: HistoryRange): HistoryPage<RecordedSession> {
  const rows = connection
    .prepare("SELECT * FROM sessions WHERE start_s >= ? AND start_s < ? ORDER BY start_s LIMIT ?")
    .all(...secondsOf(range), range.limit + 1);
  return pageOf(rows.map(sessionOf), range, ({ startMs }) => startMs);
}

export function historyEvents(connection: DatabaseSync, range: HistoryRange): HistoryPage<RecordedEvent> {
  const rows = connection
    .prepare("SELECT * FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
    .all(Math.ceil(range.fromMs) * 1_000, Math.ceil(range.untilMs) * 1_000, range.limit + 1);
  return pageOf(rows.map(eventOf), range, ({ atMs }) => atMs);
}

/** What the writer said of the house. */
export function historyMeta(connection: DatabaseSync): ReadonlyMap<string, string> {
  const rows = connection.prepare("SELECT key, value FROM meta").all();
  return new Map(rows.map((row) => [String(row.key), String(row.value)]));
}

/** Names of all wallboxes that ever charged or were allowed to. */
export function wallboxNames(connection: DatabaseSync): readonly string[] {
  const rows = connection
    .prepare(
      "SELECT wallbox FROM wallbox_quarters UNION SELECT wallbox FROM wallbox_minutes ORDER BY wallbox",
    )
    .all();
  return rows.map((row) => String(row.wallbox));
}

function minuteRows(connection: DatabaseSync, range: HistoryRange): Iterable<HistoryRow> {
  const stretch = connection.prepare(
    `SELECT ${STRETCH_NAMES} FROM minutes WHERE start_s >= ? AND start_s < ? ORDER BY start_s LIMIT ?`,
  );
  const wallboxes = connection.prepare(
    `SELECT ${WALLBOX_NAMES} FROM wallbox_minutes WHERE start_s >= ? AND start_s < ? ORDER BY start_s, wallbox`,
  );
  const [fromS, untilS] = secondsOf(range);
  return joined(stretch.iterate(fromS, untilS, range.limit), wallboxes.iterate(fromS, untilS));
}

/** Quarters that are summed up already, and those that are not yet. */
function quarterRows(connection: DatabaseSync, range: HistoryRange): Iterable<HistoryRow> {
  const liveS = unrolledFromS(connection);
  const stretch = connection.prepare(
    `SELECT * FROM (SELECT ${STRETCH_NAMES} FROM quarters WHERE start_s >= ? AND start_s < ? UNION ALL ${SUMMED_QUARTERS})
     ORDER BY start_s LIMIT ?`,
  );
  const wallboxes = connection.prepare(
    `SELECT * FROM (SELECT ${WALLBOX_NAMES} FROM wallbox_quarters WHERE start_s >= ? AND start_s < ?
       UNION ALL ${SUMMED_WALLBOX_QUARTERS}) ORDER BY start_s, wallbox`,
  );
  const [fromS, untilS] = secondsOf(range);
  // A quarter belongs to the range with its start, so its minutes do too.
  const wholeFromS = Math.ceil(fromS / QUARTER_S) * QUARTER_S;
  const wholeUntilS = Math.ceil(untilS / QUARTER_S) * QUARTER_S;
  const bounds = [fromS, untilS, Math.max(wholeFromS, liveS), wholeUntilS] as const;
  return joined(stretch.iterate(...bounds, range.limit), wallboxes.iterate(...bounds));
}

function* dayRows(connection: DatabaseSync, range: HistoryRange, timeZone: string): Iterable<HistoryRow> {
  const local = createLocalTime(timeZone);
  const dayOf = (wallMs: number) => local.momentAt(wallMs).dayNumber;
  const dayStartMs = (day: number) => local.wallMsAt({ dayNumber: day, minute: 0 });
  const firstDay =
    dayStartMs(dayOf(range.fromMs)) < range.fromMs ? dayOf(range.fromMs) + 1 : dayOf(range.fromMs);
  const endDay = dayOf(range.untilMs - 1) + 1;
  const quarters = quarterRows(connection, {
    fromMs: dayStartMs(firstDay),
    untilMs: dayStartMs(endDay),
    limit: range.limit * QUARTERS_PER_DAY,
  });
  let sum: ReturnType<typeof createDaySum> | undefined;
  let untilMs = Number.NEGATIVE_INFINITY;
  let days = 0;
  for (const quarter of quarters) {
    if (quarter.startMs >= untilMs) {
      if (sum !== undefined) yield sum.row();
      if (sum !== undefined && ++days >= range.limit) return;
      const day = dayOf(quarter.startMs);
      sum = createDaySum(dayStartMs(day));
      untilMs = dayStartMs(day + 1);
    }
    sum?.add(quarter);
  }
  if (sum !== undefined) yield sum.row();
}

/** Rows with those of the wallboxes beside them; both come in order of time. */
function* joined(stretches: Iterable<Row>, wallboxes: Iterator<Row>): Iterable<HistoryRow> {
  let next = wallboxes.next();
  for (const row of stretches) {
    const startS = Number(row.start_s);
    const beside: WallboxRow[] = [];
    while (!next.done && Number(next.value.start_s) <= startS) {
      if (Number(next.value.start_s) === startS) beside.push(wallboxOf(next.value, Number(row.seen_s)));
      next = wallboxes.next();
    }
    yield stretchOf(row, beside);
  }
}

function stretchOf(row: Row, wallboxes: readonly WallboxRow[]): HistoryRow {
  return {
    startMs: Number(row.start_s) * 1_000,
    seenS: Number(row.seen_s),
    validS: Number(row.valid_s),
    ...energiesWh(energiesOf(row)),
    batterySocPct: typeof row.battery_soc_pct === "number" ? row.battery_soc_pct : undefined,
    state: row.state === "active" || row.state === "commitment" ? row.state : "idle",
    mode: CHARGING_MODES.find((mode) => mode === row.mode) ?? "none",
    minExportToStartW: Number(row.min_export_w),
    maxImportBeforeStoppingW: Number(row.max_import_w),
    wallboxes,
  };
}

function wallboxOf(row: Row, seenS: number): WallboxRow {
  return {
    name: String(row.wallbox),
    chargeWh: Number(row.charge_j) / JOULES_PER_WH,
    solarWh: Number(row.solar_j) / JOULES_PER_WH,
    setpointA: seenS === 0 ? 0 : Number(row.setpoint_mas) / 1_000 / seenS,
    phases: Number(row.phases),
  };
}

function sessionOf(row: Row): RecordedSession {
  return {
    wallbox: String(row.wallbox),
    startMs: Number(row.start_s) * 1_000,
    endMs: Number(row.end_s) * 1_000,
    chargingS: Number(row.charging_s),
    energyWh: Number(row.energy_j) / JOULES_PER_WH,
    solarWh: Number(row.solar_j) / JOULES_PER_WH,
    gridWh: Number(row.grid_j) / JOULES_PER_WH,
    maxPowerW: Number(row.max_power_w),
    costCt: typeof row.cost_ct === "number" ? row.cost_ct : undefined,
    idTag: typeof row.id_tag === "string" ? row.id_tag : undefined,
    registerWh: typeof row.register_j === "number" ? row.register_j / JOULES_PER_WH : undefined,
  };
}

function eventOf(row: Row): RecordedEvent {
  return {
    atMs: Math.floor(Number(row.id) / 1_000),
    event: String(row.event),
    detail: detailOf(String(row.detail)),
  };
}

/** A bad card changes texts without SQLite noticing: one of them must not cost the whole page. */
function detailOf(text: string): RecordedEvent["detail"] {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === "object" && detail !== null ? { ...detail } : {};
  } catch {
    return {};
  }
}

function energiesOf(row: Row): { readonly [column in EnergyColumn]?: number } {
  const energies: { [column in EnergyColumn]?: number } = {};
  for (const column of ENERGY_COLUMNS) {
    const joules = row[column];
    if (typeof joules === "number") energies[column] = joules;
  }
  return energies;
}

function secondsOf({ fromMs, untilMs }: HistoryRange): readonly [number, number] {
  return [Math.ceil(fromMs / 1_000), Math.ceil(untilMs / 1_000)];
}

/** One row more than asked for tells whether there are more. */
function onePast(range: HistoryRange): HistoryRange {
  return { ...range, limit: range.limit + 1 };
}

/** A page ends before the time at which the next one begins, so that none of several rows of one time is told twice. */
function pageOf<T>(rows: readonly T[], { limit }: HistoryRange, timeMs: (row: T) => number): HistoryPage<T> {
  const next = rows[limit];
  if (next === undefined) return { rows, nextMs: undefined };
  const nextMs = timeMs(next);
  const page = rows.slice(0, limit);
  const before = page.filter((row) => timeMs(row) < nextMs);
  return before.length === 0 ? { rows: page, nextMs: nextMs + 1 } : { rows: before, nextMs };
}
