import { CONTROLLERS, type ControllerName } from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import { type ReplayFigures, replayFigures } from "../../src/cli/replay/replay-figures.ts";
import { deviceGrid, type GridPoint } from "./device-grid.ts";
import { type KettleOutcome, kettle, type StepResponse, stepResponse } from "./scenarios.ts";
import type { TraceSet } from "./trace-sets.ts";

export interface SetFigures {
  readonly set: string;
  readonly controllers: readonly (ReplayFigures & { readonly phases: string })[];
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
    steps.push(await stepResponse(controller));
    kettles.push(await kettle(controller));
  }
  return { sets: figures, device_grid: grid, step_response: steps, kettle: kettles };
}

async function setFigures(
  { name, traces }: TraceSet,
  onProgress: (what: string) => void,
): Promise<SetFigures> {
  const controllers = [];
  for (const controller of CONTROLLERS) {
    onProgress(`${name}: ${controller}`);
    const options = { controller, device: NOMINAL_DEVICE, phases: "auto" as const, thresholds: {} };
    controllers.push({ ...(await replayFigures({ traces, options })), phases: "auto" });
  }
  onProgress(`${name}: variants`);
  const three = {
    controller: "hems-edge" as const,
    device: NOMINAL_DEVICE,
    phases: 3 as const,
    thresholds: {},
  };
  controllers.push({ ...(await replayFigures({ traces, options: three })), phases: "3" });
  const thrifty = await replayFigures({
    traces,
    options: {
      controller: "optimum",
      device: NOMINAL_DEVICE,
      phases: "auto",
      thresholds: {},
      startPenaltyWh: START_PENALTY_WH,
    },
  });
  controllers.push({ ...thrifty, controller: "optimum, 0.1 kWh a start", phases: "auto" });
  return { set: name, controllers };
}
