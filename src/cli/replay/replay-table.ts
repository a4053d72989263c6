import type { DayFigures } from "./day-figures.ts";
import { NOMINAL_DEVICE } from "./replay-device.ts";
import type { ReplayFigures } from "./replay-figures.ts";
import type { ReplayRequest } from "./replay-request.ts";

const COLUMNS: readonly (readonly [title: string, value: (day: DayFigures) => string])[] = [
  ["surplus", (day) => day.surplus_kwh.toFixed(1)],
  ["solar", (day) => day.solar_kwh.toFixed(1)],
  ["import", (day) => day.grid_kwh.toFixed(2)],
  ["share", (day) => `${day.share_pct.toFixed(1)} %`],
  ["used", (day) => `${day.utilisation_pct.toFixed(1)} %`],
  ["regret", (day) => `${day.regret_pct.toFixed(1)} %`],
  ["starts", (day) => String(day.starts)],
  ["short", (day) => String(day.short_runs)],
  ["switches", (day) => String(day.phase_switches)],
  ["writes", (day) => String(day.writes)],
];

/** The figures for a person; energies in kWh. */
export function replayTable(
  { controller, days, mean }: ReplayFigures,
  { options, skipped }: ReplayRequest,
): string {
  const rows = days.length > 1 ? [...days, { ...mean, file: "mean of a day" }] : days;
  const names = rows.map(({ file }) => file.replace(/\.csv$/, ""));
  const widest = Math.max(...names.map((name) => name.length));
  const lines = rows.map((day, index) => {
    const cells = COLUMNS.map(([title, value]) => value(day).padStart(width(title)));
    return [(names[index] ?? "").padEnd(widest), ...cells].join("  ");
  });
  const head = ["".padEnd(widest), ...COLUMNS.map(([title]) => title.padStart(width(title)))].join("  ");
  const isNominal = options.device === NOMINAL_DEVICE;
  const phases = options.phases === "auto" ? "one or three phases" : `${options.phases} phase(s)`;
  return [
    `${controller}, ${phases}, ${isNominal ? "nominal device" : "device as given"}; energies in kWh`,
    head.trimEnd(),
    ...lines,
    ...skipped.map(({ day, missingPct }) => `${day} is left out: ${missingPct} % of its minutes are missing`),
    "used: share of the surplus; regret: net solar energy short of perfect foresight; import: caused by charging",
    "",
  ].join("\n");
}

function width(title: string): number {
  return Math.max(title.length, 7);
}
