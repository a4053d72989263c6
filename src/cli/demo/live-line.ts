import type { TickReport } from "../../core/tick-report.ts";

/** Below this width the line is written shorter, so that the reason still has room in 80 columns. */
const NARROW_BELOW_COLUMNS = 110;
const BAR_CELLS = { narrow: 6, wide: 12 };
const SHORTEST_REASON = 10;

/** One line of a terminal: time, progress through the day, house, sun, grid, car, and why. */
export function liveLine(
  report: TickReport | undefined,
  view: { readonly clockText: string; readonly progress: number; readonly pulled: readonly string[] },
  columns: number,
): string {
  const isNarrow = columns < NARROW_BELOW_COLUMNS;
  const start = `${view.clockText} ${bar(view.progress, isNarrow ? BAR_CELLS.narrow : BAR_CELLS.wide)}`;
  if (report === undefined) return `${start} starting`;
  const pulled = view.pulled.length === 0 ? "" : `[pulled: ${view.pulled.join(", ")}] `;
  const head = `${start} ${figures(report, isNarrow ? "" : " kW")} ${pulled}`;
  const left = columns - 1 - head.length;
  return left < SHORTEST_REASON ? head.slice(0, columns - 1) : head + clipped(report.reason.text, left);
}

function bar(progress: number, cells: number): string {
  const done = Math.round(Math.min(Math.max(progress, 0), 1) * cells);
  return `${"█".repeat(done)}${"░".repeat(cells - done)}`;
}

/** `unit` stands behind each power but the last, which always has one. */
function figures(report: TickReport, unit: string): string {
  const { powers, setpointA } = report;
  return [
    `sun ${kilowatts(powers.pvPowerW)}${unit}`,
    `house ${kilowatts(housePowerW(report))}${unit}`,
    `grid ${signedKilowatts(powers.gridPowerW)}${unit}`,
    `car ${kilowatts(powers.chargePowerW)} kW/${setpointA} A`,
  ].join(" ");
}

function housePowerW({ powers }: TickReport): number | undefined {
  return powers.loadPowerW === undefined
    ? undefined
    : Math.max(0, powers.loadPowerW - (powers.chargePowerW ?? 0));
}

function kilowatts(powerW: number | undefined): string {
  return powerW === undefined ? "--" : (powerW / 1_000).toFixed(1);
}

function signedKilowatts(powerW: number | undefined): string {
  return `${powerW !== undefined && powerW > 0 ? "+" : ""}${kilowatts(powerW)}`;
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
