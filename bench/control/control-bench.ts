import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { type DayCounts, dayFigures, meanFigures } from "../../src/cli/replay/day-figures.ts";
import type { PlantSecond } from "../../src/cli/replay/plant.ts";
import {
  CONTROLLERS,
  type ControllerName,
  type ReplayOptions,
  replayedDay,
} from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import type { ReplayFigures } from "../../src/cli/replay/replay-figures.ts";
import { deviceGrid, type GridPoint } from "./device-grid.ts";
import { liveliness } from "./liveliness.ts";
import { performanceIndexPct, type Savings, savings } from "./performance-index.ts";
import { type KettleOutcome, kettle, type StepResponse, stepResponses } from "./scenarios.ts";
import type { TraceSet } from "./trace-sets.ts";

export interface ControllerFigures extends ReplayFigures {
  readonly phases: string;
  /** HTW Berlin's performance indicator at 12 kWh a day; undefined for the optimum, which has no plant. */
  readonly performance_index_pct: number | undefined;
}

export interface SetFigures {
  readonly set: string;
  /** kW per kWp and day. */
  readonly liveliness: number;
  readonly controllers: readonly ControllerFigures[];
}

/** Everything that `bench:control` measures. */
export interface ControlBench {
  readonly sets: readonly SetFigures[];
  readonly device_grid: readonly GridPoint[];
  readonly step_response: readonly StepResponse[];
  readonly kettle: readonly KettleOutcome[];
}

/** A start that costs this much shows how few starts the optimum really needs, Wh. */
const START_PENALTY_WH = 100;
const NOMINAL = { device: NOMINAL_DEVICE, phases: "auto", thresholds: {} } as const;
/** Beside the shipped days; hems-edge alone. */
const GRID_SETS: readonly string[] = ["open", "tune"];
const STEERING: readonly ControllerName[] = ["hems-edge", "evcc-like", "openwb-like"];

/** All controllers on all sets, then the scenarios; `onProgress` is told what comes next. */
export async function controlBench(
  sets: readonly TraceSet[],
  onProgress: (what: string) => void,
): Promise<ControlBench> {
  const figures: SetFigures[] = [];
  for (const set of sets) figures.push(await setFigures(set, onProgress));
  const shipped = sets[0] ?? { name: "none", traces: [] };
  const grid: GridPoint[] = [];
  const steps: StepResponse[] = [];
  const kettles: KettleOutcome[] = [];
  for (const controller of STEERING) {
    onProgress(`${controller}: device grid`);
    grid.push(...(await deviceGrid(controller, shipped)));
    onProgress(`${controller}: scenarios`);
    steps.push(...(await stepResponses(controller)));
    kettles.push(await kettle(controller));
  }
  for (const set of sets.filter(({ name }) => GRID_SETS.includes(name))) {
    onProgress(`${set.name}: device grid`);
    grid.push(...(await deviceGrid("hems-edge", set)));
  }
  return { sets: figures, device_grid: grid, step_response: steps, kettle: kettles };
}

async function setFigures(set: TraceSet, onProgress: (what: string) => void): Promise<SetFigures> {
  const { name, traces } = set;
  const controllers: ControllerFigures[] = [];
  for (const controller of CONTROLLERS) {
    onProgress(`${name}: ${controller}`);
    controllers.push(await controllerFigures(traces, { ...NOMINAL, controller }));
  }
  onProgress(`${name}: variants`);
  controllers.push(await controllerFigures(traces, { ...NOMINAL, controller: "hems-edge", phases: 3 }));
  const thrifty = { ...NOMINAL, controller: "optimum" as const, startPenaltyWh: START_PENALTY_WH };
  const figures = await controllerFigures(traces, thrifty);
  controllers.push({ ...figures, controller: "optimum, 0.1 kWh a start" });
  return { set: name, liveliness: liveliness(set), controllers };
}

async function controllerFigures(
  traces: readonly DayTrace[],
  options: ReplayOptions,
): Promise<ControllerFigures> {
  const counted: DayCounts[] = [];
  const saved: Savings[] = [];
  for (const trace of traces) {
    const chargeW: number[] = [];
    const onSecond = ({ chargePowerW }: PlantSecond) => void chargeW.push(chargePowerW);
    counted.push(await replayedDay(trace, { ...options, onSecond }));
    if (options.controller !== "optimum") saved.push(savings(trace, chargeW));
  }
  return {
    controller: options.controller,
    days: counted.map((counts, index) => dayFigures(`${traces[index]?.name}.csv`, counts)),
    mean: meanFigures(counted),
    phases: String(options.phases),
    performance_index_pct: saved.length === 0 ? undefined : performanceIndexPct(saved),
  };
}
