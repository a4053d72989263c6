import { z } from "zod";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { isoUtc } from "../../core/iso-time.ts";
import { createLocalTime, type LocalTime, MINUTE_MS } from "../../core/planner/local-time.ts";
import type { Thresholds } from "../../core/settings.ts";
import type { HistoryFile } from "../../history/history-file.ts";
import type { HistoryPage, HistoryRow } from "../../ports/history.ts";
import type { TimeSpan } from "../history/history-place.ts";
import type { PhaseChoice, ReplayDevice } from "./replay-device.ts";

/** A day that lacks more of its minutes than this is not replayed. */
export const MOST_MISSING_PCT = 5;
/** A minute of which less was measured counts as missing, s. */
const LEAST_VALID_S = 30;
/** More than any local day has. */
const MOST_MINUTES_A_DAY = 1_600;
const DAYS_PER_PAGE = 400;
const DAY_MS = 86_400_000;

export interface SkippedDay {
  readonly day: string;
  readonly missingPct: number;
}

/** Recorded days that can be replayed, and those that cannot. */
export interface HistoryDays {
  /** Named by their local date, in order of time. */
  readonly traces: readonly DayTrace[];
  readonly skipped: readonly SkippedDay[];
}

/** What a history says of the house that a replay should assume. */
export interface HistoryHouse {
  readonly device: Partial<ReplayDevice>;
  readonly phases: PhaseChoice | undefined;
  /** The pair asked for in the newest record. */
  readonly thresholds: Thresholds | undefined;
}

/**
 * The local days of the span that are over and of which there is a record, the newest `most` of the usable ones. The house
 * without its car is what the grid saw less the charging; a home battery stays what it did on that day. Short gaps are
 * bridged in a straight line.
 */
export function historyDays(file: HistoryFile, span: TimeSpan, most = Number.POSITIVE_INFINITY): HistoryDays {
  const local = createLocalTime(file.timeZone);
  const traces: DayTrace[] = [];
  const skipped: SkippedDay[] = [];
  for (const day of recordedDayNumbers(file, span, local).reverse()) {
    if (traces.length >= most) break;
    const name = isoUtc(day * DAY_MS).slice(0, 10);
    const range = {
      fromMs: local.wallMsAt({ dayNumber: day, minute: 0 }),
      untilMs: local.wallMsAt({ dayNumber: day + 1, minute: 0 }),
    };
    if (range.untilMs > span.untilMs) continue;
    const { rows } = file.rows("minute", { ...range, limit: MOST_MINUTES_A_DAY });
    const read = dayTrace(name, range, rows);
    if (read.trace === undefined) skipped.push({ day: name, missingPct: read.missingPct });
    else traces.push(read.trace);
  }
  return { traces: traces.reverse(), skipped: skipped.reverse() };
}

function recordedDayNumbers(file: HistoryFile, { fromMs, untilMs }: TimeSpan, local: LocalTime): number[] {
  const days: number[] = [];
  let nextMs: number | undefined = fromMs;
  while (nextMs !== undefined) {
    const page: HistoryPage<HistoryRow> = file.rows("day", { fromMs: nextMs, untilMs, limit: DAYS_PER_PAGE });
    days.push(...page.rows.map(({ startMs }) => local.momentAt(startMs).dayNumber));
    nextMs = page.nextMs;
  }
  return days;
}

const wallboxSchema = z.object({
  phases: z.literal([1, 3]).optional().catch(undefined),
  min_current_a: z.number().positive().optional().catch(undefined),
  max_current_a: z.number().positive().optional().catch(undefined),
  step_a: z.number().positive().optional().catch(undefined),
});

/** A replay has one wallbox: the first of the house. */
export function historyHouse(file: HistoryFile, nowMs: number): HistoryHouse {
  const wallbox = firstWallbox(file.meta.get("wallboxes") ?? "[]");
  const { min_current_a: minA, max_current_a: maxA, step_a: stepA } = wallbox;
  const newest = newestRow(file, nowMs);
  return {
    device: {
      ...(minA === undefined ? {} : { minA }),
      ...(maxA === undefined ? {} : { maxA }),
      ...(stepA === undefined ? {} : { stepA }),
    },
    phases: wallbox.phases,
    thresholds: newest && {
      minExportToStartW: newest.minExportToStartW,
      maxImportBeforeStoppingW: newest.maxImportBeforeStoppingW,
    },
  };
}

/** The file may be anybody's: what cannot be read is not known. */
function firstWallbox(json: string): Partial<z.infer<typeof wallboxSchema>> {
  try {
    const list: unknown = JSON.parse(json);
    return z.array(wallboxSchema).parse(list)[0] ?? {};
  } catch {
    return {};
  }
}

const LOOK_BACK_MS = 40 * 86_400_000;

function newestRow(file: HistoryFile, nowMs: number): HistoryRow | undefined {
  const recent = file.rows("day", { fromMs: nowMs - LOOK_BACK_MS, untilMs: nowMs + 1, limit: 100 });
  return recent.rows.at(-1);
}

interface ReadDay {
  readonly trace: DayTrace | undefined;
  readonly missingPct: number;
}

function dayTrace(name: string, { fromMs, untilMs }: TimeSpan, rows: readonly HistoryRow[]): ReadDay {
  const minutes = Math.round((untilMs - fromMs) / MINUTE_MS);
  const pvW = new Float64Array(minutes).fill(Number.NaN);
  const loadW = new Float64Array(minutes).fill(Number.NaN);
  for (const row of rows) {
    const index = Math.round((row.startMs - fromMs) / MINUTE_MS);
    const flows = houseFlowsW(row);
    if (flows === undefined) continue;
    pvW[index] = flows.pvW;
    loadW[index] = flows.loadW;
  }
  const missing = pvW.filter(Number.isNaN).length;
  const missingPct = Math.round((1_000 * missing) / minutes) / 10;
  if (missingPct > MOST_MISSING_PCT) return { trace: undefined, missingPct };
  bridgeGaps(pvW);
  bridgeGaps(loadW);
  return { trace: { name, stepMs: MINUTE_MS, startWallMs: fromMs, pvW, loadW }, missingPct };
}

/** PV and load of the house without its car, as means over what was seen of the minute. */
function houseFlowsW(row: HistoryRow): { readonly pvW: number; readonly loadW: number } | undefined {
  const { importWh, exportWh, chargeWh, pvWh, validS, seenS } = row;
  if (validS < LEAST_VALID_S) return undefined;
  if (importWh === undefined || exportWh === undefined || chargeWh === undefined) return undefined;
  const gridW = meanW(importWh - exportWh, validS);
  const spareW = meanW(chargeWh, seenS) - gridW;
  // Where no PV is measured, what the house gives is all that is known of it.
  const pvW = pvWh === undefined ? Math.max(0, spareW) : meanW(pvWh, seenS);
  const loadW = pvW - spareW;
  // A battery that discharges gives more than the sun: the trace knows no other source.
  return loadW >= 0 ? { pvW, loadW } : { pvW: pvW - loadW, loadW: 0 };
}

function meanW(energyWh: number, durationS: number): number {
  return Math.round((energyWh * 3_600) / durationS);
}

/** Fills what is not a number in a straight line between its neighbours, and level at the ends. */
function bridgeGaps(values: Float64Array): void {
  let known = -1;
  for (let index = 0; index <= values.length; index++) {
    const isEnd = index === values.length;
    if (!isEnd && Number.isNaN(values[index])) continue;
    const before = values[known] ?? values[index] ?? 0;
    const after = isEnd ? before : (values[index] ?? 0);
    for (let gap = known + 1; gap < index; gap++) {
      values[gap] = before + ((after - before) * (gap - known)) / (index - known);
    }
    known = index;
  }
}
