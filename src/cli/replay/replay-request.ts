import { type DayTrace, loadDay } from "../../../simulator/house/day-trace.ts";
import { isThresholdW, MAX_THRESHOLD_W } from "../../control/settings-keeper.ts";
import type { Thresholds } from "../../core/settings.ts";
import type { CommandInput } from "../command.ts";
import { CONTROLLERS, type ControllerName, type ReplayOptions } from "./replay-day.ts";
import { NOMINAL_DEVICE, type PhaseChoice, parseDevice } from "./replay-device.ts";

/** More files than this are a mistake of the shell's pattern: a year of days is fewer. */
const MOST_TRACES = 2_000;
const PHASES: Readonly<Record<string, PhaseChoice>> = { auto: "auto", "1": 1, "3": 3 };

/** A replay as it was asked for. */
export interface ReplayRequest {
  readonly traces: readonly DayTrace[];
  readonly options: ReplayOptions;
}

export type ReplayRequestResult =
  | { readonly ok: true; readonly request: ReplayRequest }
  | { readonly ok: false; readonly problem: string };

/** What the command line asks for; the first mistake as a sentence. */
export function replayRequest({ texts, lists, positionals }: CommandInput): ReplayRequestResult {
  const controller = CONTROLLERS.find((name) => name === (texts.controller ?? "hems-edge"));
  if (controller === undefined) return problem(`--controller takes one of ${CONTROLLERS.join(", ")}`);
  const phases = PHASES[texts.phases ?? "auto"];
  if (phases === undefined) return problem("--phases takes auto, 1 or 3");
  const device = deviceOf(lists.device ?? []);
  if (typeof device === "string") return problem(device);
  const thresholds = thresholdsOf(texts, controller);
  if (typeof thresholds === "string") return problem(thresholds);
  // A shell puts all files of a pattern behind one --trace: the rest arrive as positionals.
  const traces = tracesOf([...(lists.trace ?? []), ...positionals]);
  if (typeof traces === "string") return problem(traces);
  return { ok: true, request: { traces, options: { controller, phases, device, thresholds } } };
}

function problem(text: string): ReplayRequestResult {
  return { ok: false, problem: text };
}

function deviceOf(texts: readonly string[]): ReplayOptions["device"] | string {
  if (texts.length === 0) return NOMINAL_DEVICE;
  const parsed = parseDevice(texts.join(","));
  return parsed.ok ? parsed.device : parsed.problem;
}

function thresholdsOf(
  texts: CommandInput["texts"],
  controller: ControllerName,
): Partial<Thresholds> | string {
  const asked: { -readonly [K in keyof Thresholds]?: number } = {};
  const options = [
    ["start-w", "minExportToStartW"],
    ["stop-w", "maxImportBeforeStoppingW"],
  ] as const;
  for (const [option, member] of options) {
    const text = texts[option];
    if (text === undefined) continue;
    if (controller !== "hems-edge")
      return `--${option} is for hems-edge only: ${controller} has its own rules`;
    const watts = Number(text);
    if (!isThresholdW(watts)) return `--${option} takes whole watts from 0 to ${MAX_THRESHOLD_W}`;
    asked[member] = watts;
  }
  return asked;
}

function tracesOf(names: readonly string[]): readonly DayTrace[] | string {
  if (names.length === 0) return "--trace is missing: name a shipped day or a CSV file time,pv_w,load_w";
  if (names.length > MOST_TRACES) return `--trace takes at most ${MOST_TRACES} files, not ${names.length}`;
  const traces: DayTrace[] = [];
  for (const name of names) {
    const loaded = loadDay(name);
    if (!loaded.ok) return loaded.problem;
    traces.push(loaded.trace);
  }
  return traces;
}
