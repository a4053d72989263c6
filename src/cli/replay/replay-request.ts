import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { isThresholdW, MAX_THRESHOLD_W } from "../../control/settings-keeper.ts";
import type { Thresholds } from "../../core/settings.ts";
import type { CommandInput } from "../command.ts";
import type { HistoryHouse, SkippedDay } from "./history-trace.ts";
import { CONTROLLERS, type ControllerName, type ReplayOptions } from "./replay-day.ts";
import { NOMINAL_DEVICE, type PhaseChoice, parseDevice } from "./replay-device.ts";
import { replaySource, UNKNOWN_HOUSE } from "./replay-source.ts";

const PHASES: Readonly<Record<string, PhaseChoice>> = { auto: "auto", "1": 1, "3": 3 };

/** A replay as it was asked for. */
export interface ReplayRequest {
  readonly traces: readonly DayTrace[];
  /** Recorded days that lack too much. */
  readonly skipped: readonly SkippedDay[];
  readonly options: ReplayOptions;
}

export type ReplayRequestResult =
  | { readonly ok: true; readonly request: ReplayRequest }
  | { readonly ok: false; readonly problem: string };

/** What the command line asks for; the first mistake as a sentence. */
export function replayRequest(input: CommandInput): ReplayRequestResult {
  const { texts } = input;
  const controller = CONTROLLERS.find((name) => name === (texts.controller ?? "hems-edge"));
  if (controller === undefined) return problem(`--controller takes one of ${CONTROLLERS.join(", ")}`);
  const thresholds = thresholdsOf(texts, controller);
  if (typeof thresholds === "string") return problem(thresholds);
  // A mistake in the options is told before files are read; what a history says of its house is known only then.
  const early = input.texts.history === undefined ? plantOptions(input, UNKNOWN_HOUSE) : undefined;
  if (typeof early === "string") return problem(early);
  const source = replaySource(input);
  if (typeof source === "string") return problem(source);
  const plant = plantOptions(input, source.house);
  if (typeof plant === "string") return problem(plant);
  const { traces, skipped } = source;
  return { ok: true, request: { traces, skipped, options: { controller, ...plant, thresholds } } };
}

/** The wallbox and the car, as the options say, or else the house; a mistake is a sentence. */
export function plantOptions(
  { texts, lists }: Pick<CommandInput, "texts" | "lists">,
  house: HistoryHouse,
): Pick<ReplayOptions, "device" | "phases"> | string {
  const phases = texts.phases === undefined ? (house.phases ?? "auto") : PHASES[texts.phases];
  if (phases === undefined) return "--phases takes auto, 1 or 3";
  const device = deviceOf(lists.device ?? [], house);
  return typeof device === "string" ? device : { device, phases };
}

function problem(text: string): ReplayRequestResult {
  return { ok: false, problem: text };
}

function deviceOf(texts: readonly string[], house: HistoryHouse): ReplayOptions["device"] | string {
  const isUsual = Object.keys(house.device).length === 0;
  const usual = isUsual ? NOMINAL_DEVICE : { ...NOMINAL_DEVICE, ...house.device };
  if (texts.length === 0) return usual;
  const parsed = parseDevice(texts.join(","), usual);
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
