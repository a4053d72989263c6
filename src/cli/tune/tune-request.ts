import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { isThresholdW, MAX_THRESHOLD_W } from "../../control/settings-keeper.ts";
import type { Thresholds } from "../../core/settings.ts";
import { powerW } from "../../core/units.ts";
import type { CommandInput } from "../command.ts";
import type { HistoryDays } from "../replay/history-trace.ts";
import type { ReplayOptions } from "../replay/replay-day.ts";
import { plantOptions } from "../replay/replay-request.ts";
import { replaySource, UNKNOWN_HOUSE } from "../replay/replay-source.ts";
import { moneySaved, NET_SOLAR, type Objective } from "./objective.ts";

/** A tuning as it was asked for. */
export interface TuneRequest extends HistoryDays {
  readonly plant: Pick<ReplayOptions, "device" | "phases">;
  /** The smallest load that the wallbox can switch, W. */
  readonly minChargePowerW: number;
  readonly current: Thresholds;
  readonly objective: Objective;
}

export type TuneRequestResult =
  | { readonly ok: true; readonly request: TuneRequest }
  | { readonly ok: false; readonly problem: string };

const USUAL_DAYS = 14;
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;
/** Where a history says nothing: what the product itself starts with. */
const USUAL_PAIR: Thresholds = { minExportToStartW: 900, maxImportBeforeStoppingW: 700 };
const HIGHEST_PRICE_CT = 1_000;

/** What the command line asks for; the first mistake as a sentence. */
export function tuneRequest(input: CommandInput): TuneRequestResult {
  const { texts } = input;
  const days = texts.days === undefined ? USUAL_DAYS : Number(texts.days);
  if (!(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) {
    return problem(`--days takes a whole number from 1 to ${MOST_DAYS}`);
  }
  const objective = objectiveOf(texts);
  if (typeof objective === "string") return problem(objective);
  const given = givenPair(texts);
  if (typeof given === "string") return problem(given);
  const isRecorded = texts.history !== undefined;
  const early = isRecorded ? undefined : plantOptions(input, UNKNOWN_HOUSE);
  if (typeof early === "string") return problem(early);
  const source = replaySource(input, isRecorded ? days : undefined);
  if (typeof source === "string") return problem(source);
  const plant = plantOptions(input, source.house);
  if (typeof plant === "string") return problem(plant);
  return {
    ok: true,
    request: {
      traces: source.traces.flatMap(singleDays).slice(-days),
      skipped: source.skipped,
      plant,
      minChargePowerW: powerW(plant.device.minA, plant.phases === "auto" ? 1 : plant.phases),
      current: { ...USUAL_PAIR, ...source.house.thresholds, ...given },
      objective,
    },
  };
}

function problem(text: string): TuneRequestResult {
  return { ok: false, problem: text };
}

function givenPair(texts: CommandInput["texts"]): Partial<Thresholds> | string {
  const pair: { -readonly [K in keyof Thresholds]?: number } = {};
  for (const [option, member] of [
    ["start-w", "minExportToStartW"],
    ["stop-w", "maxImportBeforeStoppingW"],
  ] as const) {
    const text = texts[option];
    if (text === undefined) continue;
    const watts = Number(text);
    if (!isThresholdW(watts)) return `--${option} takes whole watts from 0 to ${MAX_THRESHOLD_W}`;
    pair[member] = watts;
  }
  return pair;
}

function objectiveOf(texts: CommandInput["texts"]): Objective | string {
  const prices: Record<string, number | undefined> = {};
  for (const option of ["import-ct", "export-ct", "car-ct"]) {
    const text = texts[option];
    if (text === undefined) continue;
    const value = Number(text);
    if (text.trim() === "" || !(Math.abs(value) <= HIGHEST_PRICE_CT)) {
      return `--${option} takes ct/kWh from -${HIGHEST_PRICE_CT} to ${HIGHEST_PRICE_CT}, such as 31.5`;
    }
    prices[option] = value;
  }
  const { "import-ct": importCt, "export-ct": exportCt, "car-ct": carCt } = prices;
  if (importCt === undefined && exportCt === undefined && carCt === undefined) return NET_SOLAR;
  if (importCt === undefined || exportCt === undefined) {
    return "--import-ct and --export-ct go together: what a kWh from the grid costs and what one fed in brings";
  }
  return moneySaved({ importCt, exportCt, carCt: carCt ?? importCt });
}

/** A file may hold many days: each counts as one of its own, from its first row on. */
function singleDays(trace: DayTrace): readonly DayTrace[] {
  const perDay = Math.round(DAY_MS / trace.stepMs);
  const count = Math.max(1, Math.floor(trace.pvW.length / perDay));
  if (count === 1) return [trace];
  return Array.from({ length: count }, (_, day) => ({
    ...trace,
    name: `${trace.name}+${day}`,
    startWallMs: trace.startWallMs + day * perDay * trace.stepMs,
    pvW: trace.pvW.slice(day * perDay, (day + 1) * perDay),
    loadW: trace.loadW.slice(day * perDay, (day + 1) * perDay),
  }));
}
