import { configPath } from "../../config/load-config.ts";
import { createLocalTime } from "../../core/planner/local-time.ts";
import { wallMsOf } from "../../core/planner/time-text.ts";
import { type HistoryFile, openHistoryFile } from "../../history/history-file.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import { soundConfig } from "../sound-config.ts";

/** Where a history lies that nobody names. */
export const USUAL_STATE_DIR = "/var/lib/hems-edge";

/** Options of every command that reads recorded history. */
export const historyOptions: Readonly<Record<string, OptionSpec>> = {
  history: {
    summary: `The daemon's state folder or its history.db; else as its config says, else ${USUAL_STATE_DIR}.`,
    placeholder: "PATH",
  },
  config: { summary: "The daemon's config file, to find its state folder.", placeholder: "FILE" },
};

export const rangeOptions: Readonly<Record<string, OptionSpec>> = {
  from: { summary: "First time: ISO 8601, or a date for its local midnight.", placeholder: "TIME" },
  to: { summary: "End, not included: the same; default now.", placeholder: "TIME" },
};

/** A recorded time span; `untilMs` is not in it. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

export type PlaceResult =
  | { readonly ok: true; readonly file: HistoryFile }
  | { readonly ok: false; readonly problem: string };

/** The history that the options name; whoever gets it closes it. */
export function openNamedHistory({ texts, io }: Pick<CommandInput, "texts" | "io">): PlaceResult {
  const named = texts.history;
  if (named !== undefined) return openHistoryFile(named);
  const stateDir = soundConfig(configPath(texts.config, io.environment))?.stateDir ?? USUAL_STATE_DIR;
  const opened = openHistoryFile(stateDir);
  return opened.ok ? opened : { ok: false, problem: `${opened.problem} Use --history PATH.` };
}

/** What `--from` and `--to` say in the time of the house; a mistake is a sentence. */
export function timeSpan(
  texts: CommandInput["texts"],
  { timeZone, nowMs }: { readonly timeZone: string; readonly nowMs: number },
): TimeSpan | string {
  const local = createLocalTime(timeZone);
  const fromMs = texts.from === undefined ? 0 : wallMsOf(texts.from, local);
  const untilMs = texts.to === undefined ? nowMs : wallMsOf(texts.to, local);
  if (fromMs === undefined) return timeProblem("from");
  if (untilMs === undefined) return timeProblem("to");
  return fromMs < untilMs ? { fromMs, untilMs } : "--from must be before --to";
}

function timeProblem(option: string): string {
  return `--${option} takes an ISO 8601 time such as 2026-11-21T06:00:00Z, or a date such as 2026-11-21`;
}
