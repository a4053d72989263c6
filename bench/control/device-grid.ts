import { meanFigures } from "../../src/cli/replay/day-figures.ts";
import { type ControllerName, replayedDay } from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE, type ReplayDevice } from "../../src/cli/replay/replay-device.ts";
import type { TraceSet } from "./trace-sets.ts";

export interface GridPoint {
  readonly set: string;
  readonly controller: string;
  /** As on the command line: `dead_s=20`; `nominal` for the device of the other figures. */
  readonly device: string;
  readonly regret_pct: number;
  /** Points of regret more than with the nominal device. */
  readonly above_nominal: number;
  readonly starts: number;
  readonly writes: number;
}

/** Slower and faster devices, one quantity at a time, and the two corners. */
const POINTS: readonly (readonly [name: string, change: Partial<ReplayDevice>])[] = [
  ["nominal", {}],
  ["dead_s=2", { deadS: 2 }],
  ["dead_s=10", { deadS: 10 }],
  ["dead_s=20", { deadS: 20 }],
  ["dead_s=30", { deadS: 30 }],
  ["meter_s=1", { meterS: 1 }],
  ["meter_s=10", { meterS: 10 }],
  ["power_s=1", { powerS: 1 }],
  ["power_s=30", { powerS: 30 }],
  ["power_s=60", { powerS: 60 }],
  ["dead_s=2,meter_s=1,power_s=1", { deadS: 2, meterS: 1, powerS: 1 }],
  ["dead_s=30,meter_s=10,power_s=60", { deadS: 30, meterS: 10, powerS: 60 }],
];

/** How a controller does on devices that it was not made for. */
export async function deviceGrid(
  controller: ControllerName,
  { name: set, traces }: TraceSet,
): Promise<GridPoint[]> {
  const points: GridPoint[] = [];
  for (const [name, change] of POINTS) {
    const device = { ...NOMINAL_DEVICE, ...change };
    const days = [];
    for (const trace of traces) {
      days.push(await replayedDay(trace, { controller, device, phases: "auto", thresholds: {} }));
    }
    const { regret_pct, starts, writes } = meanFigures(days);
    const nominalPct = points[0]?.regret_pct ?? regret_pct;
    const above = Math.round((regret_pct - nominalPct) * 100) / 100;
    points.push({ set, controller, device: name, regret_pct, above_nominal: above, starts, writes });
  }
  return points;
}
