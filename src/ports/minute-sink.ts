import type { HistoryRow } from "./history.ts";

/** Somebody who is told each minute when it is over, or the part of it that was watched. */
export interface MinuteSink {
  /** Must return at once and never throw. */
  minute(row: HistoryRow): void;
}
