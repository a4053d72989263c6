import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { powerFlows } from "../../src/core/power-flows.ts";
import type { SitePowers } from "../../src/core/tick-report.ts";

const UNKNOWN: SitePowers = {
  gridPowerW: undefined,
  pvPowerW: undefined,
  batteryPowerW: undefined,
  batterySocPct: undefined,
  loadPowerW: undefined,
  chargePowerW: undefined,
  surplusPowerW: undefined,
};

const SUNNY: SitePowers = {
  gridPowerW: -500,
  pvPowerW: 5_000,
  batteryPowerW: -300,
  batterySocPct: 50,
  loadPowerW: 4_200,
  chargePowerW: 3_000,
  surplusPowerW: 3_500,
};

describe("the flows of a pass", () => {
  it("go one way each", () => {
    expect(powerFlows({ powers: SUNNY, meterTrust: "good" })).toEqual({
      importW: 0,
      exportW: 500,
      pvW: 5_000,
      loadW: 1_200,
      batteryChargeW: 300,
      batteryDischargeW: 0,
      surplusW: 3_500,
      chargeW: 3_000,
      solarW: 3_000,
    });
    const evening = { ...SUNNY, gridPowerW: 2_000, batteryPowerW: 400, surplusPowerW: -100 };
    expect(powerFlows({ powers: evening, meterTrust: "good" })).toMatchObject({
      importW: 2_000,
      exportW: 0,
      batteryChargeW: 0,
      batteryDischargeW: 400,
      surplusW: 0,
      solarW: 1_000,
    });
  });

  it.each(["suspect", "lost"] as const)("leave out what needs the meter while it is %s", (meterTrust) => {
    expect(powerFlows({ powers: SUNNY, meterTrust })).toEqual({
      importW: undefined,
      exportW: undefined,
      pvW: 5_000,
      loadW: undefined,
      batteryChargeW: 300,
      batteryDischargeW: 0,
      surplusW: undefined,
      chargeW: 3_000,
      solarW: undefined,
    });
  });

  it("leave out what is not known, and what follows from it", () => {
    const nothing = powerFlows({ powers: UNKNOWN, meterTrust: "good" });
    expect(Object.values(nothing).every((flow) => flow === undefined)).toBe(true);
    const boxAway = powerFlows({ powers: { ...SUNNY, chargePowerW: undefined }, meterTrust: "good" });
    expect(boxAway).toMatchObject({ importW: 0, loadW: undefined, chargeW: undefined, solarW: undefined });
  });

  it("are never below zero, and the sun brings no more than is charged", () => {
    const power = fc.option(fc.integer({ min: -30_000, max: 30_000 }), { nil: undefined });
    const powers = fc.record({
      gridPowerW: power,
      pvPowerW: power,
      batteryPowerW: power,
      batterySocPct: power,
      loadPowerW: power,
      chargePowerW: power,
      surplusPowerW: power,
    });
    fc.assert(
      fc.property(powers, (given) => {
        const flows = powerFlows({ powers: given, meterTrust: "good" });
        for (const flow of Object.values(flows)) expect(flow ?? 0).toBeGreaterThanOrEqual(0);
        expect(flows.solarW ?? 0).toBeLessThanOrEqual(flows.chargeW ?? 0);
      }),
    );
  });
});
