import { describe, expect, it } from "vitest";
import { createSpotRig, HOUR_MS, hourly, wall } from "./support/spot-rig.ts";

/** 18:00 in Vienna in winter. */
const EVENING = "2024-01-15T17:00:00Z";
const NIGHT_CT = [30, 28, 25, 20, 12, 10, 8, 7, 9, 14, 20, 30, 35, 40];

describe("mode spot", () => {
  it("charges exactly in the cheapest hours, with one start", async () => {
    const rig = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), NIGHT_CT) });
    await rig.clock.advance(13 * HOUR_MS);
    expect(rig.runs()).toEqual([[6, 8]]);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(7_360);
    expect(rig.deliveredWh()).toBeLessThan(7_460);
    await rig.stop();
  });

  it("keeps the deadline when no price ever comes", async () => {
    const rig = createSpotRig({ start: EVENING });
    await rig.clock.advance(6 * HOUR_MS);
    expect(rig.reports.at(-1)?.reason.code).toBe("no_prices");
    await rig.clock.advance(7 * HOUR_MS);
    expect(rig.runs()).toHaveLength(1);
    expect(rig.runs()[0]?.[0]).toBeGreaterThan(10.5);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(7_360);
    await rig.stop();
  });

  it("keeps the deadline on old prices alone", async () => {
    const rig = createSpotRig({
      start: EVENING,
      prices: hourly(wall("2024-01-14T17:00:00Z"), NIGHT_CT),
    });
    await rig.clock.advance(13 * HOUR_MS);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(7_360);
    await rig.stop();
  });

  it("plans again for a car that draws half of what was assumed", async () => {
    const rig = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), NIGHT_CT) });
    rig.wallbox.carPowerW = () => (rig.wallbox.heldA > 0 ? 1_840 : 0);
    await rig.clock.advance(13 * HOUR_MS);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(7_360);
    expect(rig.runs().length).toBeLessThanOrEqual(2);
    await rig.stop();
  });

  it("charges at once, until the deadline, a car that comes too late", async () => {
    const rig = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), NIGHT_CT) });
    rig.wallbox.vehicle = "absent";
    await rig.clock.advance(12 * HOUR_MS);
    expect(rig.runs()).toEqual([]);
    rig.wallbox.vehicle = "charging";
    await rig.clock.advance(HOUR_MS - 60_000);
    expect(rig.runs()).toEqual([[12, 12.98]]);
    await rig.stop();
  });

  it("takes up tomorrow's prices when they come", async () => {
    const noon = wall("2024-01-15T10:00:00Z");
    const today = hourly(
      noon,
      Array.from({ length: 13 }, () => 20),
    );
    const rig = createSpotRig({ start: "2024-01-15T10:00:00Z", prices: today, energyWh: 3_680 });
    rig.wallbox.vehicle = "absent";
    await rig.clock.advance(3 * HOUR_MS);
    rig.prices = [...today, ...hourly(noon + 13 * HOUR_MS, [10, 9, 5, 9, 10, 15, 20])];
    rig.wallbox.vehicle = "charging";
    await rig.clock.advance(18 * HOUR_MS);
    expect(rig.runs()).toEqual([[15, 16]]);
    await rig.stop();
  });

  it("plans anew when the wall clock jumps", async () => {
    const rig = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), NIGHT_CT) });
    await rig.clock.advance(HOUR_MS);
    rig.clock.jumpWall(5.5 * HOUR_MS);
    await rig.clock.advance(60_000);
    expect(rig.reports.at(-1)).toMatchObject({ setpointA: 16, reason: { code: "cheap_slot" } });
    await rig.stop();
  });

  it("knows after a restart what the car has got", async () => {
    const first = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), NIGHT_CT) });
    await first.clock.advance(7 * HOUR_MS);
    await first.stop();
    const second = createSpotRig({
      start: "2024-01-16T00:00:00Z",
      prices: hourly(wall(EVENING), NIGHT_CT),
      store: first.store,
    });
    await second.clock.advance(6 * HOUR_MS);
    expect(first.deliveredWh() + second.deliveredWh()).toBeGreaterThan(7_300);
    expect(first.deliveredWh() + second.deliveredWh()).toBeLessThan(7_560);
    await second.stop();
  });

  it("takes a goal that is set over the config's, also after a restart", async () => {
    const rig = createSpotRig({ start: EVENING, prices: hourly(wall(EVENING), NIGHT_CT) });
    expect(rig.planner.choose({ aim: { kind: "energy", energyWh: 3_680 } })).toEqual({ ok: true });
    await rig.stop();
    const again = createSpotRig({
      start: EVENING,
      prices: hourly(wall(EVENING), NIGHT_CT),
      store: rig.store,
    });
    expect(again.planner.goal()).toMatchObject({ goal: { energyWh: 3_680 }, aimSource: "local" });
    await again.clock.advance(13 * HOUR_MS);
    expect(again.runs()).toEqual([[7, 8]]);
    again.planner.clear();
    expect(again.planner.goal()).toMatchObject({ goal: { energyWh: 7_360 }, aimSource: "config" });
    await again.stop();
  });
});
