import { type DayCounts, meanFigures } from "../../src/cli/replay/day-figures.ts";
import { type ReplayOptions, replayedDay } from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import { configFileSchema } from "../../src/config/schema.ts";
import { LAW_CONSTANTS, type LawConstants } from "../../src/core/law-constants.ts";
import type { TraceSet } from "./trace-sets.ts";

/** What each constant of the law is multiplied by, the others as they are. */
export const FACTORS = [0.5, 0.7, 1, 1.4, 2] as const;
export type Factor = (typeof FACTORS)[number];

/** Wear in the reckoning of a day, Wh: a start, a change of phases, a write to the box's flash. */
const START_WH = 100;
const SWITCH_WH = 30;
const WRITE_WH = 1;

/** One constant at one factor, on every day. */
export interface Variant {
  readonly constant: string;
  readonly factor: Factor;
  readonly value: number;
  readonly days: readonly SweptDay[];
}

export interface SweptDay {
  readonly set: string;
  readonly name: string;
  readonly counts: DayCounts;
  /** Net solar energy short of the optimum, and the wear, Wh: the smaller the better. */
  readonly costWh: number;
}

/** Constants that a user may set, in the words of the config file. */
const CONFIGURED = ["start_proof_s", "stop_proof_s", "loop_delay_s"] as const;

interface Setting {
  readonly constant: string;
  readonly value: number;
  options(value: number): Pick<ReplayOptions, "constants" | "config">;
}

/** Every constant at every factor on all days of `sets`. */
export async function sweepRuns(
  sets: readonly TraceSet[],
  onProgress: (what: string) => void,
): Promise<readonly Variant[]> {
  onProgress("as it is");
  const asItIs = await sweptDays(sets, {});
  const variants: Variant[] = [];
  for (const { constant, value, options } of settings()) {
    for (const factor of FACTORS) {
      onProgress(`${constant} x ${factor}`);
      const days = factor === 1 ? asItIs : await sweptDays(sets, options(value * factor));
      variants.push({ constant, factor, value: value * factor, days });
    }
  }
  return variants;
}

/** Means of a variant over the days of a set. */
export function variantMean({ days }: Variant, set: string) {
  const chosen = days.filter((day) => day.set === set);
  const mean = meanFigures(chosen.map(({ counts }) => counts));
  return { ...mean, cost_kwh: meanCostWh(chosen) / 1_000 };
}

export function meanCostWh(days: readonly SweptDay[]): number {
  return days.reduce((sum, { costWh }) => sum + costWh, 0) / days.length;
}

function settings(): readonly Setting[] {
  const defaults = configFileSchema.shape.control.parse({});
  const law = (Object.keys(LAW_CONSTANTS) as (keyof LawConstants)[]).map((constant) => ({
    constant,
    value: LAW_CONSTANTS[constant],
    options: (value: number) => ({ constants: { [constant]: value } }),
  }));
  const configured = CONFIGURED.map((constant) => ({
    constant: `control.${constant}`,
    value: defaults[constant],
    options: (value: number) => ({ config: { control: { [constant]: value } } }),
  }));
  return [...law, ...configured];
}

async function sweptDays(
  sets: readonly TraceSet[],
  changes: Pick<ReplayOptions, "constants" | "config">,
): Promise<readonly SweptDay[]> {
  const days: SweptDay[] = [];
  for (const { name: set, traces } of sets) {
    for (const trace of traces) {
      const counts = await replayedDay(trace, {
        controller: "hems-edge",
        device: NOMINAL_DEVICE,
        phases: "auto",
        thresholds: {},
        ...changes,
      });
      days.push({ set, name: trace.name, counts, costWh: costWh(counts) });
    }
  }
  return days;
}

function costWh({ optimumWh, solarWh, gridWh, starts, phaseSwitches, writes }: DayCounts): number {
  const missedWh = optimumWh - (solarWh - gridWh);
  return missedWh + starts * START_WH + phaseSwitches * SWITCH_WH + writes * WRITE_WH;
}
