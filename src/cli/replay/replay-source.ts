import { type DayTrace, loadDay } from "../../../simulator/house/day-trace.ts";
import { createSystemClock } from "../../service/clock.ts";
import type { CommandInput } from "../command.ts";
import { openNamedHistory, timeSpan } from "../history/history-place.ts";
import {
  type HistoryDays,
  type HistoryHouse,
  historyDays,
  historyHouse,
  MOST_MISSING_PCT,
} from "./history-trace.ts";

/** Days to replay, from files or from what the gateway recorded, and what is known of their house. */
export interface ReplaySource extends HistoryDays {
  readonly house: HistoryHouse;
}

/** More files than this are a mistake of the shell's pattern: a year of days is fewer. */
const MOST_TRACES = 2_000;
export const UNKNOWN_HOUSE: HistoryHouse = { device: {}, phases: undefined, thresholds: undefined };

/** What `--trace`, or `--history` with `--from` and `--to`, name; a mistake is a sentence. */
export function replaySource(
  input: Pick<CommandInput, "texts" | "lists" | "positionals" | "io">,
  mostDays?: number,
): ReplaySource | string {
  const { texts, lists, positionals } = input;
  // A shell puts all files of a pattern behind one --trace: the rest arrive as positionals.
  const names = [...(lists.trace ?? []), ...positionals];
  if (texts.history === undefined) {
    const stray = (["from", "to"] as const).find((option) => texts[option] !== undefined);
    if (stray !== undefined) return `--${stray} goes with --history: a file is replayed whole`;
    const traces = namedTraces(names);
    if (typeof traces === "string") return traces;
    return { traces: traces.slice(-(mostDays ?? traces.length)), skipped: [], house: UNKNOWN_HOUSE };
  }
  if (names.length > 0) return "--history and --trace exclude each other: name one of them";
  return recordedDays(input, mostDays);
}

function namedTraces(names: readonly string[]): readonly DayTrace[] | string {
  if (names.length === 0) {
    return "--trace is missing: name a shipped day or a CSV file time,pv_w,load_w, or the gateway's own --history";
  }
  if (names.length > MOST_TRACES) return `--trace takes at most ${MOST_TRACES} files, not ${names.length}`;
  const traces: DayTrace[] = [];
  for (const name of names) {
    const loaded = loadDay(name);
    if (!loaded.ok) return loaded.problem;
    traces.push(loaded.trace);
  }
  return traces;
}

function recordedDays(
  input: Pick<CommandInput, "texts" | "io">,
  mostDays: number | undefined,
): ReplaySource | string {
  const opened = openNamedHistory(input);
  if (!opened.ok) return opened.problem;
  const { file } = opened;
  const nowMs = createSystemClock().wallMs();
  try {
    const span = timeSpan(input.texts, { timeZone: file.timeZone, nowMs });
    if (typeof span === "string") return span;
    const days = historyDays(file, span, mostDays);
    if (days.traces.length === 0) return noDayProblem(file.path, days);
    return { ...days, house: historyHouse(file, span.untilMs) };
  } catch (error) {
    return `${file.path} breaks off (${error instanceof Error ? error.message : error}): name a sound copy`;
  } finally {
    file.close();
  }
}

function noDayProblem(path: string, { skipped }: HistoryDays): string {
  if (skipped.length === 0)
    return `${path} has no whole day yet, or none from --from to --to: wait, or ask for more`;
  const least = Math.min(...skipped.map(({ missingPct }) => missingPct));
  return (
    `no day in ${path} is complete enough: each lacks at least ${least} % of its minutes, ` +
    `and ${MOST_MISSING_PCT} % is the most that can be bridged`
  );
}
