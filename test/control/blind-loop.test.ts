import { describe, expect, it } from "vitest";
import type { ChargingMode } from "../../src/core/settings.ts";
import { SILENT } from "./support/fakes.ts";
import { CONTROL } from "./support/rig.ts";
import { createSpotRig, HOUR_MS, hourly, type SpotRig, wall } from "./support/spot-rig.ts";

/** 18:00 in Vienna in winter. */
const EVENING = "2024-01-15T17:00:00Z";
const CHEAP_NOW = [5, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30];
const CHEAP_AT_TWO = [30, 30, 30, 30, 30, 30, 30, 30, 5, 30, 30, 30, 30];

/** A house whose meter never answers, with a car that waits for current. */
function blindRig(
  mode: ChargingMode,
  pricesCtKwh: readonly number[] = CHEAP_NOW,
  failsafeCurrentA = 6,
): SpotRig {
  const rig = createSpotRig({
    start: EVENING,
    mode,
    prices: hourly(wall(EVENING), pricesCtKwh),
    control: { limits: { ...CONTROL.limits, failsafeCurrentA }, blindCurrentA: 0 },
  });
  rig.meter.fault = SILENT;
  return rig;
}

function latest(rig: SpotRig) {
  const report = rig.reports.at(-1);
  if (report === undefined) throw new Error("no pass yet");
  return { setpointA: report.setpointA, code: report.reason.code, text: report.reason.text };
}

describe("without the meter", () => {
  it("a cheap hour runs at the failsafe current and says so", async () => {
    const rig = blindRig("spot");
    await rig.clock.advance(5 * 60_000);
    const { setpointA, code, text } = latest(rig);
    expect([setpointA, code]).toEqual([6, "limited"]);
    expect(text).toMatch(
      /^The meter is lost: 6 A are allowed until it is back. Charging in a cheap hour until /,
    );
    expect(Math.max(...rig.reports.map((report) => report.setpointA))).toBe(6);
    await rig.stop();
  });

  it("a dear hour stays a pause", async () => {
    const rig = blindRig("spot", CHEAP_AT_TWO);
    await rig.clock.advance(5 * 60_000);
    expect(latest(rig)).toMatchObject({ setpointA: 0, code: "waiting_for_cheap_slot" });
    await rig.stop();
  });

  it("the deadline is planned with what the failsafe current brings, and kept", async () => {
    const rig = blindRig("spot", CHEAP_AT_TWO);
    await rig.clock.advance(12.95 * HOUR_MS);
    // 7.36 kWh at 6 A take 5.3 h: an hour at 16 A at two would have been too little.
    expect(rig.deliveredWh()).toBeGreaterThan(7_300);
    expect(Math.max(...rig.reports.map((report) => report.setpointA))).toBe(6);
    await rig.stop();
  });

  it.each(["spot", "hems_and_spot", "none"] as const)(
    "%s stays at 0 A where the failsafe current is 0",
    async (mode) => {
      const rig = blindRig(mode, CHEAP_NOW, 0);
      await rig.clock.advance(10 * 60_000);
      expect(rig.reports.every(({ setpointA }) => setpointA === 0)).toBe(true);
      await rig.stop();
    },
  );

  it("both modes together run a cheap hour, but no surplus", async () => {
    const cheap = blindRig("hems_and_spot");
    await cheap.clock.advance(5 * 60_000);
    expect(latest(cheap)).toMatchObject({ setpointA: 6, code: "limited" });
    await cheap.stop();
    const dear = blindRig("hems_and_spot", CHEAP_AT_TWO);
    await dear.clock.advance(5 * 60_000);
    expect(latest(dear)).toMatchObject({ setpointA: 0, code: "meter_lost" });
    await dear.stop();
  });

  it("surplus alone waits, however cheap it is", async () => {
    const rig = blindRig("hems");
    await rig.clock.advance(5 * 60_000);
    expect(latest(rig)).toMatchObject({ setpointA: 0, code: "meter_lost" });
    await rig.stop();
  });

  it("no steering means the failsafe current", async () => {
    const rig = blindRig("none");
    await rig.clock.advance(5 * 60_000);
    expect(latest(rig)).toEqual({
      setpointA: 6,
      code: "limited",
      text: "The meter is lost: 6 A are allowed until it is back. No steering: the car may charge as fast as the limits allow.",
    });
    await rig.stop();
  });

  it("a car that charges falls to the failsafe current, and rises when the meter is back", async () => {
    const rig = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), CHEAP_NOW), energyWh: 30_000 });
    await rig.clock.advance(3 * 60_000);
    expect(latest(rig).setpointA).toBe(16);
    rig.meter.fault = SILENT;
    await rig.clock.advance(60_000);
    expect(latest(rig).setpointA).toBe(6);
    rig.meter.fault = undefined;
    await rig.clock.advance(3 * 60_000);
    expect(latest(rig).setpointA).toBe(16);
    await rig.stop();
  });

  it("what the car draws blind is not taken for what it can", async () => {
    const rig = blindRig(
      "spot",
      Array.from({ length: 13 }, () => 5),
    );
    await rig.clock.advance(HOUR_MS);
    rig.meter.fault = undefined;
    await rig.clock.advance(2 * 60_000);
    // 6 kWh that are left take 1.6 h at 16 A, and 4.3 h at 6 A.
    expect(rig.planner.advice()?.slots[0]?.energyWh).toBeGreaterThan(5_000);
    const { start, end } = rig.planner.advice()?.slots[0] ?? { start: { wallMs: 0 }, end: { wallMs: 0 } };
    expect(end.wallMs - start.wallMs).toBeLessThan(2 * HOUR_MS);
    await rig.stop();
  });
});
