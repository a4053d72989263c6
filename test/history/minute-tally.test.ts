import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TickReport } from "../../src/core/tick-report.ts";
import { createMinuteTally } from "../../src/history/minute-tally.ts";
import { sitePass } from "../../src/history/site-pass.ts";
import { sampleReport } from "../support/sample-report.ts";

const START_MS = Date.UTC(2026, 5, 21, 12);

/** A minute tally that is told passes of `durationMs` each. */
function tallyOf() {
  const tally = createMinuteTally();
  let wallMs = START_MS;
  return {
    tally,
    pass(durationMs: number, changes: Partial<TickReport> = {}) {
      wallMs += durationMs;
      tally.add(sitePass(sampleReport(changes)), { durationMs, wallMs });
    },
    jump(byMs: number) {
      wallMs += byMs;
    },
  };
}

const powers = (gridPowerW: number, chargePowerW: number) => ({
  powers: { ...sampleReport().powers, gridPowerW, chargePowerW },
});

describe("a minute", () => {
  it("is finished by the first pass of the next one, with everything that lies in it", () => {
    const { tally, pass } = tallyOf();
    for (let second = 0; second < 30; second++) pass(1_000, powers(-1_000, 3_000));
    for (let second = 0; second < 30; second++) pass(1_000, powers(2_000, 3_000));
    expect(tally.takeFinished()).toEqual([]);
    pass(1_000, { state: "idle" });
    expect(tally.takeFinished()).toEqual([
      expect.objectContaining({
        startS: START_MS / 1_000,
        seenS: 60,
        validS: 60,
        state: "active",
        mode: "hems",
        minExportToStartW: 1_000,
        maxImportBeforeStoppingW: 200,
        energiesJ: expect.objectContaining({
          import_j: 60_000,
          export_j: 30_000,
          charge_j: 180_000,
          solar_j: 120_000,
        }),
        wallboxes: [
          { wallbox: "wallbox", chargeJ: 180_000, solarJ: 120_000, setpointMas: 600_000, phases: 1 },
        ],
      }),
    ]);
    expect(tally.takeFinished()).toEqual([]);
  });

  it("gets its part of a pass that crosses its end", () => {
    const { tally, pass } = tallyOf();
    pass(50_000);
    pass(30_000);
    tally.finish();
    expect(tally.takeFinished().map(({ startS, seenS }) => [startS - START_MS / 1_000, seenS])).toEqual([
      [0, 60],
      [60, 20],
    ]);
  });

  it("leaves out what was not known, and says how long the meter was believed", () => {
    const { tally, pass } = tallyOf();
    pass(20_000);
    pass(20_000, { meterTrust: "lost" });
    pass(10_000, { powers: { ...sampleReport().powers, chargePowerW: undefined }, setpointA: 0 });
    tally.finish();
    const [minute] = tally.takeFinished();
    expect(minute).toMatchObject({ seenS: 50, validS: 30 });
    expect(minute?.energiesJ).not.toHaveProperty("battery_charge_j");
    expect(minute?.energiesJ.export_j).toBe(Math.round(150.4 * 30));
    expect(minute?.energiesJ.charge_j).toBe(2_300 * 40);
  });

  it("splits the sun among the boxes by what they draw", () => {
    const [box] = sampleReport().wallboxes;
    if (box === undefined) throw new Error("a report without a box");
    const named = (name: string, chargePowerW: number) => ({
      ...box,
      name,
      powers: { ...box.powers, chargePowerW },
    });
    const { tally, pass } = tallyOf();
    pass(10_000, { ...powers(2_000, 8_000), wallboxes: [named("garage", 6_000), named("yard", 2_000)] });
    tally.finish();
    expect(tally.takeFinished()[0]?.wallboxes).toEqual([
      { wallbox: "garage", chargeJ: 60_000, solarJ: 45_000, setpointMas: 100_000, phases: 1 },
      { wallbox: "yard", chargeJ: 20_000, solarJ: 15_000, setpointMas: 100_000, phases: 1 },
    ]);
  });

  it("names no wallbox that neither charges nor may", () => {
    const { tally, pass } = tallyOf();
    pass(10_000, { ...powers(500, 0), setpointA: 0 });
    tally.finish();
    expect(tally.takeFinished()[0]?.wallboxes).toEqual([]);
  });

  it("loses no energy, whatever the lengths of the passes and the jumps of the clock", () => {
    const steps = fc.array(
      fc.record({
        durationMs: fc.integer({ min: 0, max: 60_000 }),
        jumpMs: fc.integer({ min: -200_000, max: 200_000 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const { tally, pass, jump } = tallyOf();
        for (const { durationMs, jumpMs } of given) {
          jump(jumpMs);
          pass(durationMs, powers(0, 3_600));
        }
        tally.finish();
        const finished = tally.takeFinished();
        const chargeJ = finished.reduce((sum, { energiesJ }) => sum + (energiesJ.charge_j ?? 0), 0);
        const expectedJ = given.reduce((sum, { durationMs }) => sum + durationMs * 3.6, 0);
        expect(Math.abs(chargeJ - expectedJ)).toBeLessThanOrEqual(finished.length);
        for (const { startS, seenS } of finished) expect([startS % 60, seenS <= 61 * 60]).toEqual([0, true]);
      }),
    );
  });
});
