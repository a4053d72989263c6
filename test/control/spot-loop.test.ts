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

  it("charges in the cheapest quarters of an hour", async () => {
    const start = wall(EVENING);
    const quarters = Array.from({ length: 52 }, (_, quarter) => ({
      startMs: start + quarter * 900_000,
      endMs: start + (quarter + 1) * 900_000,
      priceCtKwh: quarter >= 21 && quarter < 25 ? 5 : 30,
    }));
    const rig = createSpotRig({ start: EVENING, prices: quarters, energyWh: 3_680 });
    await rig.clock.advance(13 * HOUR_MS);
    expect(rig.runs()).toEqual([[5.25, 6.25]]);
    await rig.stop();
  });

  it("is paid for charging where prices are below zero, and takes no more than is asked for", async () => {
    const prices = hourly(wall(EVENING), [30, -5, -8, 2, -1, 5, 30, 30, 30, 30, 30, 30, 30]);
    const rig = createSpotRig({ start: EVENING, prices });
    await rig.clock.advance(13 * HOUR_MS);
    expect(rig.runs()).toEqual([[1, 3]]);
    expect(rig.deliveredWh()).toBeLessThan(7_460);
    await rig.stop();
  });

  it("plans with today's prices while tomorrow's are missing, says so, and moves when they come", async () => {
    const today = hourly(wall(EVENING), [30, 28, 25, 20, 12, 10]);
    const rig = createSpotRig({ start: EVENING, prices: today });
    await rig.clock.advance(HOUR_MS);
    expect(rig.reports.at(-1)?.reason.text).toBe(
      "Waiting for a cheap hour: starts at 22:00 (11 ct/kWh). No prices after 00:00 are known yet: planned with those until then.",
    );
    rig.prices = hourly(wall(EVENING), NIGHT_CT);
    await rig.clock.advance(60_000);
    expect(rig.reports.at(-1)?.reason.text).toBe("Waiting for a cheap hour: starts at 00:00 (7.5 ct/kWh).");
    await rig.clock.advance(12 * HOUR_MS);
    expect(rig.runs()).toEqual([[6, 8]]);
    await rig.stop();
  });

  it("says that the deadline forces it, not a cheap hour", async () => {
    const rig = createSpotRig({ start: EVENING, prices: [] });
    await rig.clock.advance(12 * HOUR_MS);
    const { reason, plan } = rig.reports.at(-1) ?? {};
    expect(reason?.code).toBe("deadline_due");
    expect(reason?.text).toMatch(/^Charging because \d(\.\d)? kWh are due by 07:00\.$/);
    expect(plan).toMatchObject({ stance: "due", deadline: { text: "07:00" } });
    await rig.stop();
  });
});

describe("a night in which the clocks change", () => {
  /** 18:00 in Vienna on the day before. */
  it.each([
    ["forward", "2024-03-30T17:00:00Z", 12],
    ["back", "2024-10-26T16:00:00Z", 14],
  ])("%s: the car is ready by the clock on the wall, in the cheapest hours", async (_case, start, hours) => {
    const prices = hourly(
      wall(start),
      [30, 30, 30, 30, 30, 30, 30, 30, 9, 7, 20, 30, 30, 30].slice(0, hours),
    );
    const rig = createSpotRig({ start, prices });
    await rig.clock.advance(60_000);
    expect(rig.reports.at(-1)?.plan?.deadline).toEqual({
      wallMs: wall(start) + hours * HOUR_MS,
      text: "07:00",
    });
    await rig.clock.advance(hours * HOUR_MS - 60_000);
    expect(rig.runs()).toEqual([[8, 10]]);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(7_360);
    await rig.stop();
  });

  it.each([
    ["forward", "2024-03-30T17:00:00Z", 12],
    ["back", "2024-10-26T16:00:00Z", 14],
  ])("%s: the deadline is kept without any price", async (_case, start, hours) => {
    const rig = createSpotRig({ start });
    await rig.clock.advance((hours - 2.2) * HOUR_MS);
    expect(rig.deliveredWh()).toBe(0);
    await rig.clock.advance(2.2 * HOUR_MS);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(7_360);
    await rig.stop();
  });
});
