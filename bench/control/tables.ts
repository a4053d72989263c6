import type { DayFigures } from "../../src/cli/replay/day-figures.ts";
import type { ControlBench, SetFigures } from "./control-bench.ts";
import { type Cells, markdownTable } from "./markdown.ts";

/** Everything measured, as Markdown tables. */
export function benchTables(bench: ControlBench): string {
  const gridSets = [...new Set(bench.device_grid.map(({ set }) => set))];
  const grids = gridSets.map((set) => deviceTable(bench, set));
  return [...bench.sets.map(setTable), ...grids, stepTable(bench), kettleTable(bench)].join("\n\n");
}

function setTable({ set, liveliness, controllers }: SetFigures): string {
  const days = controllers[0]?.days.length ?? 0;
  const head = [
    "controller",
    "phases",
    "regret %",
    "share %",
    "used %",
    "starts",
    "short runs",
    "phase switches",
    "writes",
    "HTW index %",
  ];
  const rows = controllers.map(({ controller, phases, mean, performance_index_pct: index }) => [
    controller,
    phases,
    ...figures(mean),
    index?.toFixed(1) ?? "",
  ]);
  return `### Set ${set}: ${days} days of liveliness ${liveliness.toFixed(1)}, means of a day\n\n${markdownTable(head, rows)}`;
}

function figures(day: DayFigures): Cells {
  return [
    day.regret_pct.toFixed(1),
    day.share_pct.toFixed(1),
    day.utilisation_pct.toFixed(1),
    day.starts.toFixed(1),
    day.short_runs.toFixed(1),
    day.phase_switches.toFixed(1),
    day.writes.toFixed(0),
  ];
}

function deviceTable({ device_grid: all }: ControlBench, set: string): string {
  const grid = all.filter((point) => point.set === set);
  const controllers = [...new Set(grid.map(({ controller }) => controller))];
  const devices = [...new Set(grid.map(({ device }) => device))];
  const head = ["device", ...controllers.flatMap((name) => [`${name}: regret %`, "starts", "writes"])];
  const rows = devices.map((device) => [
    device,
    ...controllers.flatMap((controller) => {
      const point = grid.find((entry) => entry.controller === controller && entry.device === device);
      return point === undefined
        ? ["", "", ""]
        : [point.regret_pct.toFixed(1), point.starts.toFixed(1), point.writes.toFixed(0)];
    }),
  ]);
  return `### Other devices, set ${set}\n\n${markdownTable(head, rows)}`;
}

function stepTable({ step_response: steps }: ControlBench): string {
  const seconds = (value: number | undefined) => (value === undefined ? "does not settle" : `${value} s`);
  const rows = steps.map(({ controller, device, up_p90_s: up, down_p90_s: down }) => [
    controller,
    device,
    seconds(up),
    seconds(down),
  ]);
  const head = ["controller", "device", "up", "down"];
  return `### Step of 5 A, nine of ten settle within\n\n${markdownTable(head, rows)}\n\n${STEP_NOTE}`;
}

const STEP_NOTE = `Down, the nominal device allows no less than 11 s for nine of ten: a step that comes just after a measurement is measured
5 s later, shown 1 s later, and obeyed after 5 s; every fifth step of this bench is one of those. The law adds nothing to that. With a
meter that measures each second it is the same chain with 1 s in place of 5.`;

function kettleTable({ kettle }: ControlBench): string {
  const rows = kettle.map(({ controller, extra_starts: starts, writes }) => [
    controller,
    String(starts),
    String(writes),
  ]);
  const head = ["controller", "extra starts", "writes"];
  return `### Kettle of 2 kW, twelve times in four hours\n\n${markdownTable(head, rows)}`;
}
