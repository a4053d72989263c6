/** What a day brought, in the words of the wire; energies in kWh. */
export interface DayFigures {
  readonly file: string;
  readonly surplus_kwh: number;
  readonly solar_kwh: number;
  /** Import that would not have been without charging. */
  readonly grid_kwh: number;
  readonly share_pct: number;
  readonly utilisation_pct: number;
  readonly net_solar_kwh: number;
  readonly optimum_kwh: number;
  readonly regret_pct: number;
  readonly starts: number;
  readonly phase_switches: number;
  readonly short_runs: number;
  readonly writes: number;
  readonly wall_ms: number;
}

/** The figures of a day from which all others follow; energies in Wh. */
export interface DayCounts {
  readonly surplusWh: number;
  readonly solarWh: number;
  readonly gridWh: number;
  readonly optimumWh: number;
  readonly starts: number;
  readonly phaseSwitches: number;
  readonly shortRuns: number;
  readonly writes: number;
  readonly wallMs: number;
}

export function dayFigures(file: string, counts: DayCounts): DayFigures {
  const { surplusWh, solarWh, gridWh, optimumWh } = counts;
  const netWh = solarWh - gridWh;
  return {
    file,
    surplus_kwh: kWh(surplusWh),
    solar_kwh: kWh(solarWh),
    grid_kwh: kWh(gridWh),
    share_pct: percent(solarWh, solarWh + gridWh),
    utilisation_pct: percent(solarWh, surplusWh),
    net_solar_kwh: kWh(netWh),
    optimum_kwh: kWh(optimumWh),
    // Where even the optimum gains nothing there is nothing to regret.
    regret_pct: optimumWh > 0 ? round(100 * (1 - netWh / optimumWh), 2) : 0,
    starts: counts.starts,
    phase_switches: counts.phaseSwitches,
    short_runs: counts.shortRuns,
    writes: counts.writes,
    wall_ms: round(counts.wallMs, 1),
  };
}

/** The mean day: means of energies and counts, and the ratios of their sums. */
export function meanFigures(days: readonly DayCounts[]): DayFigures {
  const mean = (of: (day: DayCounts) => number) =>
    days.length === 0 ? 0 : days.reduce((sum, day) => sum + of(day), 0) / days.length;
  const figures = dayFigures("mean", {
    surplusWh: mean((day) => day.surplusWh),
    solarWh: mean((day) => day.solarWh),
    gridWh: mean((day) => day.gridWh),
    optimumWh: mean((day) => day.optimumWh),
    starts: round(
      mean((day) => day.starts),
      2,
    ),
    phaseSwitches: round(
      mean((day) => day.phaseSwitches),
      2,
    ),
    shortRuns: round(
      mean((day) => day.shortRuns),
      2,
    ),
    writes: round(
      mean((day) => day.writes),
      1,
    ),
    wallMs: mean((day) => day.wallMs),
  });
  return figures;
}

function kWh(wh: number): number {
  return round(wh / 1_000, 3);
}

/** 0 where there is nothing to take a share of. */
function percent(part: number, whole: number): number {
  return whole > 0 ? round((100 * part) / whole, 2) : 0;
}

function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  const rounded = Math.round(value * factor) / factor;
  return Object.is(rounded, -0) ? 0 : rounded;
}
