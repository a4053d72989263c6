import { describe, expect, it } from "vitest";
import { createManualClock } from "../support/manual-clock.ts";
import { createFakeStore, type FakeStore, SILENT } from "./support/fakes.ts";
import { createRig, type Rig } from "./support/rig.ts";

/** Runs until the car charges from the sun: 13 A of 3 kW. */
async function charging(rig: Rig): Promise<void> {
  rig.loop.start();
  await rig.clock.advance(120_000);
  expect(rig.latest()).toMatchObject({ state: "active", setpointA: 13 });
}

describe("passes", () => {
  it("begin without any device and go on each second", async () => {
    const rig = createRig();
    rig.meter.fault = SILENT;
    rig.wallbox.isConnected = false;
    expect(rig.loop.latest()).toBeUndefined();
    rig.loop.start();
    rig.loop.start();
    await rig.clock.advance(3_500);
    expect(rig.reports.map(({ pass, setpointA }) => [pass, setpointA])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ]);
    expect(rig.loop.latest()).toBe(rig.latest());
    expect(rig.wallbox.commands).toEqual([]);
    await rig.loop.stop();
  });

  it("never overlap and wait for a slow device no longer than their budget", async () => {
    const rig = createRig();
    rig.meter.answerMs = 2_600;
    rig.loop.start();
    await rig.clock.advance(60_000);
    const times = rig.reports.map(({ monotonicMs }) => monotonicMs);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(rig.meter.mostAtOnce).toBe(1);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_800);
    expect(rig.reports.length).toBeGreaterThanOrEqual(59);
    const stopping = rig.loop.stop();
    await rig.clock.advance(1_000);
    await stopping;
  });

  it("do not wait for the wallbox", async () => {
    const rig = createRig();
    rig.wallbox.answerMs = 30_000;
    rig.loop.start();
    await rig.clock.advance(100_000);
    expect(rig.reports.length).toBe(101);
    await rig.loop.stop();
  });

  it("end with stop, which saves", async () => {
    const rig = createRig();
    await charging(rig);
    const { length } = rig.reports;
    const puts = rig.store.puts.length;
    await rig.loop.stop();
    await rig.clock.advance(10_000);
    expect(rig.reports).toHaveLength(length);
    expect(rig.store.puts).toHaveLength(puts + 1);
    expect(rig.clock.pendingTimers).toBe(0);
    expect(rig.store.get("control")).toMatchObject({ machine: { state: "active" } });
  });

  it("stop waits for the pass under way", async () => {
    const rig = createRig();
    rig.meter.answerMs = 500;
    rig.loop.start();
    await rig.clock.advance(100);
    const stopping = rig.loop.stop();
    await rig.clock.advance(500);
    await stopping;
    expect(rig.reports).toHaveLength(1);
  });
});

describe("a sunny day", () => {
  it("charges after the proof, at the surplus, with one write", async () => {
    const rig = createRig();
    rig.loop.start();
    await rig.clock.advance(20_000);
    expect(rig.latest()).toMatchObject({ state: "commitment", uxPhase: "starting", setpointA: 0 });
    await rig.clock.advance(60_000);
    expect(rig.latest()).toMatchObject({ state: "active", uxPhase: "active", setpointA: 13 });
    expect(rig.wallbox).toMatchObject({ heldA: 13, writes: 1 });
    await rig.loop.stop();
  });

  it("does not act before the last change shows: a raise by way of one write at a time", async () => {
    const rig = createRig();
    await charging(rig);
    rig.houseW = -3_500;
    await rig.clock.advance(60_000);
    expect(rig.wallbox).toMatchObject({ heldA: 15, writes: 2 });
    rig.houseW = -2_000;
    await rig.clock.advance(20_000);
    expect(rig.wallbox).toMatchObject({ heldA: 9, writes: 3 });
    rig.houseW = -1_500;
    await rig.clock.advance(2_000);
    expect(rig.wallbox).toMatchObject({ heldA: 9, writes: 3 });
    await rig.clock.advance(40_000);
    expect(rig.wallbox).toMatchObject({ heldA: 7, writes: 4 });
    await rig.loop.stop();
  });

  it("ends at dusk after the stop is proved, and says so before", async () => {
    const rig = createRig();
    await charging(rig);
    rig.houseW = 300;
    await rig.clock.advance(20_000);
    expect(rig.latest()).toMatchObject({ setpointA: 6, reason: { code: "proving_stop" } });
    await rig.clock.advance(100_000);
    expect(rig.latest()).toMatchObject({ state: "idle", uxPhase: "paused", setpointA: 0 });
    expect(rig.wallbox.heldA).toBe(0);
    await rig.loop.stop();
  });

  it("takes new thresholds with the next pass", async () => {
    const rig = createRig();
    await charging(rig);
    rig.settings.applyRemote({ mode: "none", thresholds: undefined });
    await rig.clock.advance(31_000);
    expect(rig.latest()).toMatchObject({ mode: "none", uxPhase: "off", setpointA: 16 });
    rig.settings.applyRemote({
      mode: "hems",
      thresholds: { minExportToStartW: 9_000, maxImportBeforeStoppingW: 0 },
    });
    await rig.clock.advance(1_000);
    expect(rig.latest()).toMatchObject({ state: "idle", setpointA: 0 });
    await rig.loop.stop();
  });
});

describe("faults", () => {
  it("a silent meter holds the current, a lost one ends the charge, a good one brings it back", async () => {
    const rig = createRig();
    await charging(rig);
    rig.meter.fault = SILENT;
    rig.houseW = -3_600;
    await rig.clock.advance(29_000);
    expect(rig.latest()).toMatchObject({ meterTrust: "suspect", setpointA: 13, state: "active" });
    await rig.clock.advance(1_000);
    expect(rig.latest()).toMatchObject({
      meterTrust: "lost",
      setpointA: 0,
      uxPhase: "unavailable",
      healthWarning: { code: "inverter_data_stale" },
    });
    await rig.clock.advance(120_000);
    expect(rig.latest().healthWarning?.code).toBe("inverter_disconnected");
    rig.meter.fault = undefined;
    await rig.clock.advance(60_000);
    expect(rig.latest()).toMatchObject({ meterTrust: "lost", setpointA: 0 });
    await rig.clock.advance(70_000);
    expect(rig.latest()).toMatchObject({ meterTrust: "good", state: "active", healthWarning: undefined });
    await rig.loop.stop();
  });

  it("a wallbox that comes back is adopted with what it does", async () => {
    const rig = createRig();
    await charging(rig);
    rig.wallbox.isConnected = false;
    await rig.clock.advance(10_000);
    expect(rig.latest()).toMatchObject({ setpointA: 0, healthWarning: { code: "wallbox_disconnected" } });
    const before = rig.wallbox.commands.length;
    rig.wallbox.heldA = 6;
    rig.wallbox.isConnected = true;
    await rig.clock.advance(1_000);
    expect(rig.latest()).toMatchObject({ state: "active", setpointA: 6 });
    expect(rig.wallbox.commands.slice(before).map(({ currentA }) => currentA)).toEqual([6]);
    await rig.clock.advance(40_000);
    expect(rig.latest().setpointA).toBe(13);
    await rig.loop.stop();
  });

  it("a wallbox that takes nothing any more does not freeze the law", async () => {
    const rig = createRig();
    await charging(rig);
    rig.wallbox.answer = { kind: "deferred", because: "write_budget" };
    rig.houseW = -3_600;
    await rig.clock.advance(60_000);
    expect(rig.latest().setpointA).toBe(16);
    expect(rig.wallbox.heldA).toBe(13);
    rig.houseW = 3_000;
    await rig.clock.advance(120_000);
    expect(rig.latest()).toMatchObject({ state: "idle", setpointA: 0 });
    await rig.loop.stop();
  });
});

describe("a restart", () => {
  const stored = async (change: (rig: Rig) => void = () => {}): Promise<FakeStore> => {
    const store = createFakeStore();
    const rig = createRig({ store });
    await charging(rig);
    change(rig);
    await rig.clock.advance(1_000);
    await rig.loop.stop();
    return store;
  };

  function restarted(store: FakeStore, afterMs = 5_000): Rig {
    const rig = createRig({ store, clock: createManualClock(1_647_669_600_000 + 121_000 + afterMs) });
    rig.wallbox.heldA = 10;
    return rig;
  }

  it("goes on with the charge that it finds, without a jump", async () => {
    const rig = restarted(await stored());
    rig.loop.start();
    await rig.clock.advance(10_000);
    expect(rig.reports.map(({ setpointA }) => setpointA)).toEqual(Array(11).fill(10));
    expect(rig.reports.map(({ state }) => state)).toEqual(Array(11).fill("active"));
    expect(rig.wallbox.writes).toBe(0);
    await rig.clock.advance(30_000);
    expect(rig.latest().setpointA).toBe(13);
    await rig.loop.stop();
  });

  it("adopts a charge although its own memory is too old or gone", async () => {
    for (const rig of [restarted(await stored(), 600_001), restarted(createFakeStore())]) {
      rig.loop.start();
      await rig.clock.advance(5_000);
      expect(rig.latest()).toMatchObject({ state: "active", setpointA: 10 });
      await rig.loop.stop();
    }
  });

  it("ends a charge that the sun does not bear", async () => {
    const rig = restarted(createFakeStore());
    rig.houseW = 2_000;
    rig.loop.start();
    await rig.clock.advance(1_500);
    expect(rig.latest().setpointA).toBe(10);
    await rig.clock.advance(5_000);
    expect(rig.latest()).toMatchObject({ state: "idle", setpointA: 0 });
    await rig.loop.stop();
  });

  it("holds a charge for half a minute at the most without a meter", async () => {
    const rig = restarted(createFakeStore());
    rig.meter.fault = SILENT;
    rig.loop.start();
    await rig.clock.advance(29_500);
    expect(rig.latest().setpointA).toBe(10);
    await rig.clock.advance(1_000);
    expect(rig.latest().setpointA).toBe(0);
    await rig.loop.stop();
  });

  it("keeps a boost, and forgets it after ten minutes", async () => {
    const boosted = (rig: Rig) => rig.loop.requestBoost("ongoing", "wallbox");
    const soon = restarted(await stored(boosted));
    soon.loop.start();
    await soon.clock.advance(500);
    expect(soon.latest().boost).toBe("ongoing");
    await soon.loop.stop();
    const late = restarted(await stored(boosted), 600_001);
    late.loop.start();
    await late.clock.advance(500);
    expect(late.latest().boost).toBe("off");
    await late.loop.stop();
  });

  it.each<[string, unknown]>([
    ["text", "control"],
    ["null", null],
    ["another shape", { machine: { state: "turbo", proofWh: 0 } }],
    ["no parts", { machine: null, boost: 1, solar: [], hasChargedSincePlugIn: true, wallMs: 1 }],
  ])("begins afresh from %s in its store", async (_case, value) => {
    const store = createFakeStore();
    store.put("control", value);
    const rig = createRig({ store });
    rig.loop.start();
    await rig.clock.advance(500);
    expect(rig.latest()).toMatchObject({ state: "idle", boost: "off", solarEnergyTodayWh: 0 });
    await rig.loop.stop();
  });
});

describe("the day's solar energy", () => {
  it("counts, survives a restart and begins at nothing at local midnight", async () => {
    // 22:50 in Berlin.
    const startMs = Date.parse("2022-03-19T21:50:00Z");
    const store = createFakeStore();
    const evening = createRig({ store, clock: createManualClock(startMs) });
    evening.wallbox.heldA = 10;
    evening.houseW = -2_300;
    evening.loop.start();
    await evening.clock.advance(3_600_000);
    await evening.loop.stop();
    expect(evening.latest().solarEnergyTodayWh).toBeCloseTo(2_300, 6);

    const night = createRig({ store, clock: createManualClock(startMs + 3_700_000) });
    night.wallbox.heldA = 10;
    night.houseW = -2_300;
    night.loop.start();
    await night.clock.advance(500);
    expect(night.latest().solarEnergyTodayWh).toBeCloseTo(2_300, 6);
    // Midnight is 500 s after this start.
    await night.clock.advance(499_000);
    expect(night.latest().solarEnergyTodayWh).toBeCloseTo(2_300 + (2_300 * 499) / 3_600, 6);
    await night.clock.advance(1_000);
    expect(night.latest().solarEnergyTodayWh).toBeCloseTo(2_300 / 3_600, 6);
    await night.loop.stop();
  });
});

describe("memory", () => {
  it("is written once a minute and with each start and stop of the charge, not with each cloud", async () => {
    const rig = createRig();
    rig.loop.start();
    for (let cloud = 0; cloud < 25; cloud++) {
      rig.houseW = cloud % 2 === 0 ? -1_600 : 500;
      await rig.clock.advance(2_000);
    }
    const states = new Set(rig.reports.map(({ state }) => state));
    expect(states).toEqual(new Set(["idle", "commitment"]));
    expect(rig.store.flushes).toBe(1);
    rig.houseW = -3_000;
    await rig.clock.advance(100_000);
    expect(rig.latest().state).toBe("active");
    expect(rig.store.flushes).toBe(2);
    const puts = rig.store.puts.length;
    await rig.clock.advance(300_000);
    expect(rig.store.puts.length).toBe(puts + 5);
    await rig.loop.stop();
  });
});

describe("a boost", () => {
  it("charges at once, ends when it is cancelled, and the sun goes on", async () => {
    const rig = createRig();
    await charging(rig);
    expect(rig.commands.startBoost()).toEqual({ ok: true });
    await rig.clock.advance(31_000);
    expect(rig.latest()).toMatchObject({ boost: "ongoing", setpointA: 16, reason: { code: "boost" } });
    expect(rig.commands.startBoost()).toMatchObject({ ok: false, reason: "already_charging" });
    rig.commands.cancelBoost();
    await rig.clock.advance(10_000);
    expect(rig.latest()).toMatchObject({ boost: "off", state: "active", setpointA: 13 });
    await rig.loop.stop();
  });

  it("waits for the car, and ends when it is full", async () => {
    const rig = createRig();
    rig.houseW = 500;
    rig.wallbox.vehicle = "absent";
    rig.loop.start();
    await rig.clock.advance(70_000);
    rig.commands.startBoost();
    await rig.clock.advance(1_000);
    expect(rig.latest()).toMatchObject({ boost: "armed", setpointA: 0 });
    rig.wallbox.vehicle = "charging";
    await rig.clock.advance(2_000);
    expect(rig.latest()).toMatchObject({ boost: "ongoing", setpointA: 16 });
    rig.wallbox.vehicle = "suspended_by_vehicle";
    await rig.clock.advance(2_000);
    expect(rig.latest()).toMatchObject({ boost: "off", setpointA: 0 });
    await rig.loop.stop();
  });
});
