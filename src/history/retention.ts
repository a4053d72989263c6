import type { DatabaseSync } from "node:sqlite";

/** How long what is kept, and how large the file may become before the oldest minutes go. */
export interface Retention {
  readonly minutesDays: number;
  readonly eventsDays: number;
  /** Also of sessions. */
  readonly quartersDays: number;
  readonly maxBytes: number;
}

const DAY_S = 86_400;
const TRIM_INTERVAL_MS = 3_600_000;
/** A clock that is wrong by years must not cost the whole history before somebody sets it right. */
const MOST_DAYS_AT_ONCE = 2;
/** Days that make room in one go; the next go is an hour away. */
const MOST_DAYS_FOR_ROOM = 10;

/** Tables whose rows of one time go together. */
interface TableGroup {
  readonly names: readonly [string, ...string[]];
  readonly column: string;
  /** Units of the column in a second. */
  readonly perSecond: number;
  readonly days: (retention: Retention) => number;
}

/** In the order in which they make room. */
const GROUPS: readonly TableGroup[] = [
  {
    names: ["minutes", "wallbox_minutes"],
    column: "start_s",
    perSecond: 1,
    days: ({ minutesDays }) => minutesDays,
  },
  { names: ["events"], column: "id", perSecond: 1e6, days: ({ eventsDays }) => eventsDays },
  {
    names: ["quarters", "wallbox_quarters"],
    column: "start_s",
    perSecond: 1,
    days: ({ quartersDays }) => quartersDays,
  },
  { names: ["sessions"], column: "start_s", perSecond: 1, days: ({ quartersDays }) => quartersDays },
];

export interface HistoryTrim {
  /** Deletes what is too old or too much; looks once an hour. */
  trim(nowMs: number): void;
}

export function createRetention(connection: DatabaseSync, retention: Retention): HistoryTrim {
  let trimmedMs: number | undefined;
  const groups = GROUPS.map(({ names, column, perSecond, days }) => {
    const oldest = connection.prepare(`SELECT MIN(${column}) AS oldest FROM ${names[0]}`);
    const removals = names.map((name) => connection.prepare(`DELETE FROM ${name} WHERE ${column} < ?`));
    return {
      keptS: days(retention) * DAY_S,
      oldestS(): number | undefined {
        const value = oldest.get()?.oldest;
        return typeof value === "number" ? value / perSecond : undefined;
      },
      removeBefore(timeS: number): void {
        for (const removal of removals) removal.run(Math.round(timeS * perSecond));
      },
    };
  });

  function trimByAge(nowS: number): void {
    for (const { keptS, oldestS, removeBefore } of groups) {
      const firstS = oldestS();
      if (firstS === undefined || firstS >= nowS - keptS) continue;
      removeBefore(Math.min(nowS - keptS, firstS + MOST_DAYS_AT_ONCE * DAY_S));
    }
  }

  function trimBySize(): void {
    for (let days = 0; days < MOST_DAYS_FOR_ROOM && usedBytes(connection) > retention.maxBytes; days++) {
      const oldest = groups.find(({ oldestS }) => oldestS() !== undefined);
      const firstS = oldest?.oldestS();
      if (oldest === undefined || firstS === undefined) return;
      oldest.removeBefore(firstS + DAY_S);
    }
  }

  return {
    trim(nowMs) {
      if (trimmedMs !== undefined && Math.abs(nowMs - trimmedMs) < TRIM_INTERVAL_MS) return;
      trimmedMs = nowMs;
      trimByAge(nowMs / 1_000);
      trimBySize();
    },
  };
}

/** What the rows take; pages that became free are used again, so the file itself grows no further. */
export function usedBytes(connection: DatabaseSync): number {
  const value = (pragma: string) => Number(connection.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0);
  return (value("page_count") - value("freelist_count")) * value("page_size");
}
