import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import type { LawConstants } from "../../core/law-constants.ts";
import type { Thresholds } from "../../core/settings.ts";
import type { TickReport } from "../../core/tick-report.ts";
import { createSystemClock } from "../../service/clock.ts";
import { BASELINES, type Baseline, createBaseline } from "./baselines/baselines.ts";
import { type DayCounts, type DayFigures, dayFigures } from "./day-figures.ts";
import { runHemsEdge } from "./hems-edge-run.ts";
import { type Optimum, optimum } from "./optimum.ts";
import { createPlant, type Plant, type PlantSecond } from "./plant.ts";
import type { ConfigSections } from "./replay-config.ts";
import type { PhaseChoice, ReplayDevice } from "./replay-device.ts";

export const CONTROLLERS = ["hems-edge", ...BASELINES, "optimum"] as const;
export type ControllerName = (typeof CONTROLLERS)[number];

export interface ReplayOptions {
  readonly controller: ControllerName;
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** For hems-edge; undefined parts are the product's own defaults. */
  readonly thresholds: Partial<Thresholds>;
  /** For hems-edge: constants of the law other than the product's. */
  readonly constants?: Partial<LawConstants>;
  /** For hems-edge: sections of the daemon's config file over the defaults of a replay. */
  readonly config?: ConfigSections;
  /** Told of every second of the plant; not by `optimum`, which has none. */
  readonly onSecond?: (second: PlantSecond) => void;
  /** Told after each pass of hems-edge. */
  readonly onReport?: (report: TickReport) => void;
  /** For `optimum`: what a start costs in its reckoning, Wh; default 0. */
  readonly startPenaltyWh?: number;
}

/** The figures of one trace, rounded as they are printed. */
export async function replayDay(trace: DayTrace, options: ReplayOptions): Promise<DayFigures> {
  return dayFigures(`${trace.name}.csv`, await replayedDay(trace, options));
}

/** Lets a controller have the whole trace in virtual time; deterministic but for `wallMs`. */
export async function replayedDay(trace: DayTrace, options: ReplayOptions): Promise<DayCounts> {
  const best = cachedOptimum(trace, options, 0);
  const clock = createSystemClock();
  const startMs = clock.monotonicMs();
  const { device, phases, controller, onSecond } = options;
  const optimumWh = best.solarWh - best.gridWh;
  if (controller === "optimum") {
    const reckoned = cachedOptimum(trace, options, options.startPenaltyWh ?? 0);
    return { ...reckoned, optimumWh, wallMs: clock.monotonicMs() - startMs };
  }
  const plant = createPlant({ trace, device, phases, ...(onSecond && { onSecond }) });
  if (controller === "hems-edge") {
    const config = { ...options.config, site: { pv_peak_w: plant.house.peakW, ...options.config?.site } };
    await runHemsEdge(plant, { ...options, config });
  } else {
    const { minA, maxA, stepA } = device;
    const setup = { minA, maxA, stepA, canSwitchPhases: phases === "auto" };
    runBaseline(plant, createBaseline(controller, setup));
  }
  const { solarWh, causedImportWh, surplusWh } = plant.house.tallies();
  return {
    surplusWh,
    solarWh,
    gridWh: causedImportWh,
    optimumWh,
    ...plant.counts(),
    writes: plant.writes,
    wallMs: clock.monotonicMs() - startMs,
  };
}

/**
 * A controller, a meter and a box have no clock in common; in step with both, a cycle of 10 s would always see the
 * readings of just before its last command.
 */
const FIRST_CYCLE_MS = 3_000;

function runBaseline(plant: Plant, baseline: Baseline): void {
  for (let nowMs = FIRST_CYCLE_MS; nowMs < plant.endMs; nowMs += baseline.cycleMs) {
    plant.advanceTo(nowMs);
    plant.command(baseline.decide(plant.view));
  }
  plant.advanceTo(plant.endMs);
}

const optima = new WeakMap<DayTrace, Map<string, Optimum>>();

function cachedOptimum(
  trace: DayTrace,
  { device, phases }: Pick<ReplayOptions, "device" | "phases">,
  startPenaltyWh: number,
): Optimum {
  const known = optima.get(trace) ?? new Map<string, Optimum>();
  optima.set(trace, known);
  // Only what the optimum depends on: a sweep over dead times needs it once.
  const { startS, stepA, minA, maxA, offsetA } = device;
  const key = [startS, stepA, minA, maxA, offsetA, phases, startPenaltyWh].join(" ");
  const found = known.get(key) ?? optimum(trace, { device, phases, startPenaltyWh });
  known.set(key, found);
  return found;
}
