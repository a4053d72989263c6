import { constants, setPriority } from "node:os";
import type { DayCounts } from "../replay/day-figures.ts";
import { replayedDay } from "../replay/replay-day.ts";
import { surplusBySecondW, surplusEnergyWh } from "../replay/slot-rewards.ts";
import { bootstrapGain, type Gain } from "./bootstrap.ts";
import { rankingValue } from "./objective.ts";
import { type SearchResult, searchPairs, type TriedPair } from "./pair-search.ts";
import type { TuneRequest } from "./tune-request.ts";

/** With fewer days one cloud decides. */
export const FEWEST_DAYS = 7;

export type Verdict = "change" | "keep" | "too_few_days";

export interface TuneResult {
  readonly current: TriedPair;
  readonly best: TriedPair;
  readonly finalists: readonly TriedPair[];
  /** Of `best` over `current`, a day, in the unit of the objective. */
  readonly gain: Gain;
  readonly verdict: Verdict;
}

/** Searches the pair that would have brought most on the days; `onProgress` is told of each replay. */
export async function runTune(
  { traces, plant, minChargePowerW, current, objective }: TuneRequest,
  onProgress?: (done: number, most: number) => void,
): Promise<TuneResult> {
  const found = await searchPairs({
    current,
    minChargePowerW,
    surplusWh: traces.map((trace) => surplusEnergyWh(surplusBySecondW(trace))),
    rank: (day) => rankingValue(objective, day),
    onProgress,
    async replay(thresholds, day) {
      const trace = traces[day];
      if (trace === undefined) throw new Error(`there is no day ${day}`);
      return replayedDay(trace, { controller: "hems-edge", ...plant, thresholds });
    },
  });
  const gain = gainOf(found, objective.value, (day) => rankingValue(objective, day));
  return { ...found, gain, verdict: verdictOf(found, gain, objective.leastGain) };
}

function gainOf(
  { current, finalists, best }: SearchResult,
  value: (day: DayCounts) => number,
  rank: (day: DayCounts) => number,
): Gain {
  const before = current.days.map(value);
  const gains = finalists.map(({ days }) => days.map((day, index) => value(day) - (before[index] ?? 0)));
  const ranks = finalists.map(({ days }) => days.map(rank));
  return bootstrapGain({ gains, ranks }, finalists.indexOf(best));
}

function verdictOf({ current, best }: SearchResult, gain: Gain, leastGain: number): Verdict {
  if (current.days.length < FEWEST_DAYS) return "too_few_days";
  return best === current || gain.low <= 0 || gain.expected < leastGain ? "keep" : "change";
}

/** A gateway has better things to do meanwhile. Some sandboxes do not let a program step back: then it does not. */
export function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // The replay is only slower for others.
  }
}
