import { describe, expect, it } from "vitest";
import { loadShippedDay } from "../../simulator/house/day-trace.ts";
import { CONTROLLERS, type ReplayOptions, replayDay, replayedDay } from "../../src/cli/replay/replay-day.ts";
import { NOMINAL_DEVICE } from "../../src/cli/replay/replay-device.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { steady, traceOf } from "./traces.ts";

const NOMINAL: ReplayOptions = {
  controller: "hems-edge",
  device: NOMINAL_DEVICE,
  phases: 3,
  thresholds: {},
};
const WITH_CLOUDS = traceOf([
  ...steady(20, 0),
  ...steady(40, 8_000),
  ...steady(10, 1_000),
  ...steady(40, 7_000),
  ...steady(10, 0),
]);

describe("a replay", () => {
  it("brings the same figures each time", async () => {
    for (const controller of CONTROLLERS) {
      const once = await replayDay(WITH_CLOUDS, { ...NOMINAL, controller });
      const again = await replayDay(WITH_CLOUDS, { ...NOMINAL, controller });
      expect({ ...again, wall_ms: 0 }).toEqual({ ...once, wall_ms: 0 });
    }
  });

  it("runs one pass of the real control loop a second", async () => {
    const reports: TickReport[] = [];
    await replayDay(WITH_CLOUDS, { ...NOMINAL, onReport: (report) => void reports.push(report) });
    expect(reports).toHaveLength(120 * 60);
    expect(reports.map(({ monotonicMs }) => monotonicMs / 1_000)).toEqual(reports.map((_, index) => index));
    expect(new Set(reports.map(({ state }) => state))).toEqual(new Set(["idle", "commitment", "active"]));
  });

  it("brings the same with and without the passes of the night", async () => {
    const day = traceOf([...steady(90, 0), ...steady(40, 8_000), ...steady(90, 0)], 300);
    let passes = 0;
    const all = await replayDay(day, {
      ...NOMINAL,
      onReport: () => {
        passes += 1;
      },
    });
    const fast = await replayDay(day, NOMINAL);
    expect(passes).toBe(220 * 60);
    expect(all.starts).toBe(1);
    expect({ ...fast, wall_ms: 0 }).toEqual({ ...all, wall_ms: 0 });
  });

  it("charges what flows to the sun or to the grid and to nothing else", async () => {
    for (const controller of CONTROLLERS) {
      const day = await replayedDay(WITH_CLOUDS, { ...NOMINAL, controller });
      expect(day.solarWh).toBeGreaterThan(0);
      expect(day.solarWh).toBeLessThanOrEqual(day.surplusWh);
      expect(day.gridWh).toBeGreaterThanOrEqual(0);
      expect(day.surplusWh).toBeCloseTo((40 * 8_000 + 10 * 1_000 + 40 * 7_000) / 60, 0);
    }
  });

  it("puts what the meter did not show yet to the import that charging caused", async () => {
    const dusk = traceOf([...steady(30, 8_000), ...steady(30, 0)], 500);
    const day = await replayedDay(dusk, NOMINAL);
    expect(day.gridWh).toBeGreaterThan(0);
    // The house's own 500 W are not caused by charging.
    expect(day.gridWh).toBeLessThan((8_000 * 120) / 3_600);
  });

  it("does nothing without sun", async () => {
    const night = traceOf(steady(60, 0), 400);
    for (const controller of CONTROLLERS) {
      expect(await replayDay(night, { ...NOMINAL, controller })).toMatchObject({
        surplus_kwh: 0,
        solar_kwh: 0,
        grid_kwh: 0,
        regret_pct: 0,
        starts: 0,
        writes: 0,
      });
    }
  });

  it("takes the thresholds that were asked for", async () => {
    const late = await replayDay(WITH_CLOUDS, { ...NOMINAL, thresholds: { minExportToStartW: 9_000 } });
    expect(late.starts).toBe(0);
    const early = await replayDay(WITH_CLOUDS, { ...NOMINAL, thresholds: { minExportToStartW: 5_000 } });
    expect(early.starts).toBeGreaterThan(0);
  });

  it("of a clear day gives the car at least nine tenths from the sun", async () => {
    const loaded = loadShippedDay("2022-03-19_golden_clear");
    if (!loaded.ok) throw new Error(loaded.problem);
    const day = await replayDay(loaded.trace, NOMINAL);
    expect(day.share_pct).toBeGreaterThanOrEqual(90);
    expect(day.regret_pct).toBeGreaterThan(0);
    expect(day.regret_pct).toBeLessThan(15);
  });
});
