import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { replayDay } from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import type { ChargeState } from "../../src/core/tick-report.ts";
import { type Band, plotSvg } from "./svg-plot.ts";

const COLOURS = { pv: "#e0a100", load: "#6b7280", car: "#1d6fb8" } as const;
const STATE_COLOURS: Readonly<Record<ChargeState, string>> = {
  idle: "#d4d4d8",
  commitment: "#f3c969",
  active: "#58a66b",
};

/** One day under hems-edge as an SVG: sun, house and car in means of five minutes, and the machine's state. */
export async function dayPlot(trace: DayTrace): Promise<string> {
  const car = createMeans(trace.stepMs);
  const bands: { state: ChargeState; fromMs: number; toMs: number }[] = [];
  const figures = await replayDay(trace, {
    controller: "hems-edge",
    device: NOMINAL_DEVICE,
    phases: "auto",
    thresholds: {},
    onSecond: ({ nowMs, chargePowerW }) => car.add(nowMs - 1_000, chargePowerW),
    onReport: ({ state, monotonicMs }) => {
      const last = bands.at(-1);
      if (last?.state === state) last.toMs = monotonicMs + 1_000;
      else bands.push({ state, fromMs: monotonicMs, toMs: monotonicMs + 1_000 });
    },
  });
  const hours = (ms: number) => ms / 3_600_000;
  return plotSvg({
    title: `${trace.name}: ${figures.solar_kwh.toFixed(1)} of ${figures.surplus_kwh.toFixed(1)} kWh of surplus to the car, ${figures.grid_kwh.toFixed(1)} kWh import`,
    hours: hours(trace.stepMs * trace.pvW.length),
    series: [
      { name: "sun", colour: COLOURS.pv, valuesW: fiveMinutes(trace.pvW, trace.stepMs) },
      { name: "house", colour: COLOURS.load, valuesW: fiveMinutes(trace.loadW, trace.stepMs) },
      { name: "car", colour: COLOURS.car, valuesW: fiveMinutes(car.means(), trace.stepMs) },
    ],
    bands: bands.map(
      ({ state, fromMs, toMs }): Band => ({
        name: state,
        colour: STATE_COLOURS[state],
        fromHour: hours(fromMs),
        toHour: hours(toMs),
      }),
    ),
  });
}

function createMeans(stepMs: number) {
  const sums: number[] = [];
  return {
    add(atMs: number, value: number): void {
      const index = Math.floor(atMs / stepMs);
      sums[index] = (sums[index] ?? 0) + value;
    },
    means: () => Float64Array.from(sums, (sum) => ((sum ?? 0) * 1_000) / stepMs),
  };
}

function fiveMinutes(values: Float64Array, stepMs: number): number[] {
  const size = Math.max(1, Math.round(300_000 / stepMs));
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => {
    const part = values.subarray(index * size, (index + 1) * size);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
