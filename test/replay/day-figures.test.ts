import { describe, expect, it } from "vitest";
import { type DayCounts, dayFigures, meanFigures } from "../../src/cli/replay/day-figures.ts";

const SUNNY: DayCounts = {
  surplusWh: 20_000,
  solarWh: 16_000,
  gridWh: 1_000,
  optimumWh: 18_000,
  starts: 2,
  phaseSwitches: 3,
  shortRuns: 0,
  writes: 41,
  wallMs: 12.34,
};
const DARK: DayCounts = {
  ...SUNNY,
  surplusWh: 100,
  solarWh: 0,
  gridWh: 0,
  optimumWh: 0,
  starts: 0,
  writes: 0,
  phaseSwitches: 0,
};

describe("the figures of a day", () => {
  it("are what the wire says", () => {
    expect(dayFigures("day.csv", SUNNY)).toEqual({
      file: "day.csv",
      surplus_kwh: 20,
      solar_kwh: 16,
      grid_kwh: 1,
      share_pct: 94.12,
      utilisation_pct: 80,
      net_solar_kwh: 15,
      optimum_kwh: 18,
      regret_pct: 16.67,
      starts: 2,
      phase_switches: 3,
      short_runs: 0,
      writes: 41,
      wall_ms: 12.3,
    });
  });

  it("know no ratio where there is nothing to divide by", () => {
    expect(dayFigures("dark.csv", { ...DARK, surplusWh: 0 })).toMatchObject({
      share_pct: 0,
      utilisation_pct: 0,
      regret_pct: 0,
    });
  });

  it("average the energies and take ratios of the sums", () => {
    const mean = meanFigures([SUNNY, DARK]);
    expect(mean).toMatchObject({ solar_kwh: 8, grid_kwh: 0.5, share_pct: 94.12, regret_pct: 16.67 });
    expect(mean).toMatchObject({ starts: 1, phase_switches: 1.5, writes: 20.5, utilisation_pct: 79.6 });
  });
});
