import { type DayCounts, type DayFigures, dayFigures, meanFigures } from "./day-figures.ts";
import { replayedDay } from "./replay-day.ts";
import type { ReplayRequest } from "./replay-request.ts";

/** What `--json` prints. */
export interface ReplayFigures {
  readonly controller: string;
  readonly days: readonly DayFigures[];
  readonly mean: DayFigures;
  /** Recorded days that lack too much of their minutes; absent where there is none. */
  readonly skipped?: readonly { readonly day: string; readonly missing_pct: number }[];
}

/** Replays every trace in turn; `onProgress` is told how many are done. */
export async function replayFigures(
  { traces, options, skipped = [] }: Pick<ReplayRequest, "traces" | "options"> & Partial<ReplayRequest>,
  onProgress?: (done: number, all: number) => void,
): Promise<ReplayFigures> {
  const counted: DayCounts[] = [];
  const days: DayFigures[] = [];
  for (const trace of traces) {
    const counts = await replayedDay(trace, options);
    counted.push(counts);
    days.push(dayFigures(`${trace.name}.csv`, counts));
    onProgress?.(counted.length, traces.length);
  }
  const left = skipped.map(({ day, missingPct }) => ({ day, missing_pct: missingPct }));
  return {
    controller: options.controller,
    days,
    mean: meanFigures(counted),
    ...(left.length === 0 ? {} : { skipped: left }),
  };
}
