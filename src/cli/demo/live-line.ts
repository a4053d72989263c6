import type { TickReport } from "../../core/tick-report.ts";

const BAR_CELLS = 12;
const SHORTEST_REASON = 10;

/** One line of a terminal: time, progress through the day, house, sun, grid, car, and why. */
export function liveLine(
  report: TickReport | undefined,
  view: { readonly clockText: string; readonly progress: number; readonly pulled: readonly string[] },
  columns: number,
): string {
  const done = Math.round(Math.min(Math.max(view.progress, 0), 1) * BAR_CELLS);
  const bar = `${"█".repeat(done)}${"░".repeat(BAR_CELLS - done)}`;
  const start = `${view.clockText} ${bar}`;
  if (report === undefined) return `${start} starting`;
  const { powers, setpointA, reason } = report;
  const figures = [
    `sun ${kilowatts(powers.pvPowerW)}`,
    `house ${kilowatts(housePowerW(report))}`,
    `grid ${signedKilowatts(powers.gridPowerW)}`,
    `car ${kilowatts(powers.chargePowerW)}/${setpointA} A`,
  ].join(" ");
  const pulled = view.pulled.length === 0 ? "" : `[pulled: ${view.pulled.join(", ")}] `;
  const head = `${start} ${figures} ${pulled}`;
  const left = columns - 1 - head.length;
  return left < SHORTEST_REASON ? head.slice(0, columns - 1) : head + clipped(reason.text, left);
}

function housePowerW({ powers }: TickReport): number | undefined {
  return powers.loadPowerW === undefined
    ? undefined
    : Math.max(0, powers.loadPowerW - (powers.chargePowerW ?? 0));
}

function kilowatts(powerW: number | undefined): string {
  return powerW === undefined ? "-- kW" : `${(powerW / 1_000).toFixed(1)} kW`;
}

function signedKilowatts(powerW: number | undefined): string {
  return `${powerW !== undefined && powerW > 0 ? "+" : ""}${kilowatts(powerW)}`;
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
