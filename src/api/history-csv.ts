import type { HistoryRow, RecordedEvent, RecordedSession } from "../ports/history.ts";
import { csvLine } from "./csv.ts";
import { eventWire, historyRowWire, sessionWire } from "./history-wire.ts";

const ROW_COLUMNS = [
  "start",
  "seen_s",
  "valid_s",
  "import_wh",
  "export_wh",
  "pv_wh",
  "load_wh",
  "battery_charge_wh",
  "battery_discharge_wh",
  "battery_soc_pct",
  "surplus_wh",
  "charge_wh",
  "solar_wh",
  "state",
  "mode",
  "hems_min_export_to_start_w",
  "hems_max_import_before_stopping_w",
] as const;
const WALLBOX_COLUMNS = ["charge_wh", "solar_wh", "setpoint_a", "phases"] as const;
const SESSION_COLUMNS = [
  "wallbox",
  "start",
  "end",
  "duration_s",
  "charging_s",
  "energy_wh",
  "solar_wh",
  "grid_wh",
  "solar_share_pct",
  "max_power_w",
  "cost_ct",
  "id_tag",
  "register_wh",
] as const;

/** Writes lines below one another, the head first. */
export interface CsvTable<T> {
  readonly head: string;
  line(item: T): string;
}

/** Four columns more for each wallbox, with its name before the colon; empty where it neither charged nor might. */
export function historyCsv(wallboxes: readonly string[]): CsvTable<HistoryRow> {
  const boxColumns = wallboxes.flatMap((name) => WALLBOX_COLUMNS.map((column) => `${name}:${column}`));
  return {
    head: csvLine([...ROW_COLUMNS, ...boxColumns]),
    line(item) {
      const row = historyRowWire(item);
      const boxCells = wallboxes.flatMap((name) => {
        const box = row.wallboxes.find((other) => other.name === name);
        return WALLBOX_COLUMNS.map((column) => box?.[column] ?? null);
      });
      return csvLine([...ROW_COLUMNS.map((column) => row[column]), ...boxCells]);
    },
  };
}

export const SESSION_CSV: CsvTable<RecordedSession> = {
  head: csvLine(SESSION_COLUMNS),
  line(item) {
    const session = sessionWire(item);
    return csvLine(SESSION_COLUMNS.map((column) => session[column]));
  },
};

/** What an event says beyond its name is one JSON text. */
export const EVENT_CSV: CsvTable<RecordedEvent> = {
  head: csvLine(["ts", "event", "detail"]),
  line(item) {
    const { ts, event } = eventWire(item);
    return csvLine([ts, event, JSON.stringify(item.detail)]);
  },
};
