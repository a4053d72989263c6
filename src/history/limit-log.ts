import type { Logger } from "pino";
import { isoUtc } from "../core/iso-time.ts";
import {
  EVIDENT_LIMITS,
  type EvidentFigures,
  type LimitPeriod,
  NO_LIMITS_SEEN,
  openPeriods,
  watchLimits,
} from "../core/limit-periods.ts";
import type { LimitListener, LimitReader, RecordedLimit } from "../ports/limit-log.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";

/** Two years and the month under way: for as long a house may be asked what it made of the operator's limits. */
const MOST_MONTHS = 25;
/** A month of a house whose fuse binds all the time stays small enough to be written at once. */
const MOST_A_MONTH = 500;
/** A power cut loses this much of a period that goes on, ms. */
const SAVE_INTERVAL_MS = 60_000;
const OPEN_KEY = "limits/open";
const MONTHS_KEY = "limits/months";

/** Keeps the evidence of limits in the state store, over restarts and for two years. */
export interface LimitLog extends ReportSink, LimitReader {
  /** Saves what goes on, at shutdown. */
  save(): void;
}

export function createLimitLog(
  figures: EvidentFigures,
  deps: { readonly store: StateStore; readonly log: Logger; readonly listener: LimitListener },
): LimitLog {
  const { store, log, listener } = deps;
  let watch = NO_LIMITS_SEEN;
  let savedMs: number | undefined;
  for (const period of storedPeriods(OPEN_KEY)) keep(period);
  saveOpen();

  function storedPeriods(key: string): readonly LimitPeriod[] {
    const stored = store.get(key);
    return Array.isArray(stored) ? stored.filter(isPeriod) : [];
  }

  function storedMonths(): readonly string[] {
    const stored = store.get(MONTHS_KEY);
    return Array.isArray(stored) ? stored.filter((month) => typeof month === "string") : [];
  }

  /** Files a period that is over under the month of its start. */
  function keep(period: LimitPeriod): void {
    const month = isoUtc(period.startWallMs).slice(0, 7);
    store.put(monthKey(month), thinned([...storedPeriods(monthKey(month)), period]));
    const months = storedMonths();
    if (months.includes(month)) return;
    const sorted = [...months, month].sort();
    for (const old of sorted.slice(0, -MOST_MONTHS)) store.put(monthKey(old), []);
    store.put(MONTHS_KEY, sorted.slice(-MOST_MONTHS));
  }

  function saveOpen(): void {
    store.put(OPEN_KEY, openPeriods(watch));
  }

  function tell(kind: "began" | "ended", period: LimitPeriod): void {
    log.info({ kind, ...period }, "limit period");
    listener(kind, period);
  }

  return {
    report(report) {
      const { began, ended, watch: next } = watchLimits(watch, report, figures);
      watch = next;
      for (const period of ended) keep(period);
      const isChanged = began.length + ended.length > 0;
      const isDue = report.monotonicMs - (savedMs ?? 0) >= SAVE_INTERVAL_MS && watch.open.length > 0;
      if (isChanged || isDue) {
        savedMs = report.monotonicMs;
        saveOpen();
      }
      if ([...began, ...ended].some(({ limit }) => limit === "grid_operator")) store.flush();
      for (const period of ended) tell("ended", period);
      for (const period of began) tell("began", period);
    },
    periods({ fromMs, toMs }, most) {
      const over = storedMonths().flatMap((month) => storedPeriods(monthKey(month)));
      const all: RecordedLimit[] = [
        ...over.map((period) => ({ ...period, isOver: true })),
        ...openPeriods(watch).map((period) => ({ ...period, isOver: false })),
      ];
      return all
        .filter(({ startWallMs, endWallMs }) => startWallMs <= toMs && endWallMs >= fromMs)
        .sort((a, b) => b.startWallMs - a.startWallMs)
        .slice(0, most);
    },
    save: saveOpen,
  };
}

function monthKey(month: string): string {
  return `limits/${month}`;
}

/** Drops the oldest of a full month, the operator's last. */
function thinned(periods: readonly LimitPeriod[]): readonly LimitPeriod[] {
  if (periods.length <= MOST_A_MONTH) return periods;
  const oldest = periods.findIndex(({ limit }) => limit !== "grid_operator");
  return periods.toSpliced(Math.max(0, oldest), 1);
}

function isPeriod(value: unknown): value is LimitPeriod {
  if (typeof value !== "object" || value === null) return false;
  const { limit, value: figure, startWallMs, endWallMs } = value as Record<string, unknown>;
  return (
    EVIDENT_LIMITS.some((known) => known === limit) &&
    [figure, startWallMs, endWallMs].every((number) => typeof number === "number")
  );
}
