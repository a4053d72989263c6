import { type DayCounts, type DayFigures, dayFigures, meanFigures } from "./day-figures.ts";
import { replayedDay } from "./replay-day.ts";
import type { ReplayRequest } from "./replay-request.ts";

/** What `--json` prints. */
export interface ReplayFigures {
  readonly controller: string;
  readonly days: readonly DayFigures[];
  readonly mean: DayFigures;
}

/** Replays every trace in turn; `onProgress` is told how many are done. */
export async function replayFigures(
  { traces, options }: Pick<ReplayRequest, "traces" | "options">,
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
  return { controller: options.controller, days, mean: meanFigures(counted) };
}
