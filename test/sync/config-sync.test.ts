import { describe, expect, it } from "vitest";
import { messages } from "../partner/partner-fixture.ts";
import { eventually } from "../support/eventually.ts";
import { sampleReport } from "../support/sample-report.ts";
import { POLL_MS, syncFixture } from "./sync-fixture.ts";

const REMOTE = { mode: "hems", thresholds: { minExportToStartW: 1_500, maxImportBeforeStoppingW: 200 } };
const NARROW_W = 100;

describe("pulling", () => {
  it("begins at once and goes on at the poll interval", async () => {
    const { applied, boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    expect(server.counters().configPulls).toBe(1);
    expect(applied).toEqual([REMOTE]);
    await pass(POLL_MS - 1_000);
    expect(server.counters().configPulls).toBe(1);
    await pass(2_000);
    expect(server.counters().configPulls).toBe(2);
    expect(sync.state()).toMatchObject({ pulls: 2, puts: 0, error: undefined });
  });

  it.each([
    ["which a start in the middle does not move", 25_000, 35_000],
    ["but not within a tenth of the interval", 55_000, 65_000],
  ])("happens in the gateway's own slot, %s", async (_name, startMs, untilSlotMs) => {
    const { boot, clock, pass, server } = await syncFixture();
    await clock.advance(startMs);
    boot().start();
    await pass(1);
    await clock.advance(untilSlotMs - 2);
    expect(server.counters().configPulls).toBe(1);
    await pass(10);
    expect(server.counters().configPulls).toBe(2);
  });

  it("of a gateway that knows its settings waits for its slot after a restart", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const before = boot();
    before.start();
    await pass(1);
    before.stop();
    await clock.advance(10_000);
    boot().start();
    await pass(40_000);
    expect(server.counters().configPulls).toBe(1);
    await pass(10_000);
    expect(server.counters().configPulls).toBe(2);
  });

  it("applies a change for the next pass, and the same content only once", async () => {
    const { applied, boot, pass, server } = await syncFixture();
    boot().start();
    await pass(3 * POLL_MS);
    expect(applied).toHaveLength(1);
    server.setThresholds({ hems_min_export_to_start_w: 2_500 });
    server.setMode("spot");
    await pass(POLL_MS + 1_000);
    expect(applied.slice(1)).toEqual([
      { mode: "spot", thresholds: { minExportToStartW: 2_500, maxImportBeforeStoppingW: 200 } },
    ]);
  });

  it("leaves the local thresholds alone where the server has none", async () => {
    const { applied, boot, pass } = await syncFixture({ server: { thresholds: null } });
    boot().start();
    await pass(1);
    expect(applied).toEqual([{ mode: "hems", thresholds: undefined }]);
  });

  it("keeps the mode that is in force when the server names one it does not know, and says so once", async () => {
    const { applied, boot, logLines, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    const body = JSON.stringify({
      smart_charging_mode: "vehicle_to_grid",
      thresholds: { ...server.config().thresholds, hems_min_export_to_start_w: 3_000 },
    });
    server.inject({ kind: "status", status: 200, body }, { scope: "config" });
    await pass(3 * POLL_MS);
    expect(applied.at(-1)).toEqual({
      mode: "hems",
      thresholds: { minExportToStartW: 3_000, maxImportBeforeStoppingW: 200 },
    });
    expect(messages(logLines).filter((text) => /unknown charging mode/.test(text))).toHaveLength(1);
  });

  it("takes a local wish in the place of a mode that it does not know", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    server.setMode("spot");
    const body = JSON.stringify({ smart_charging_mode: "vehicle_to_grid" });
    server.inject({ kind: "status", status: 200, body }, { scope: "config", times: 1 });
    sync.queue({ mode: "hems" });
    await pass(2_000);
    expect(server.config().smart_charging_mode).toBe("hems");
    expect(sync.state().pending).toBeUndefined();
  });

  it("stops when it is stopped, even with an answer on its way", async () => {
    const { applied, boot, clock, pass, server } = await syncFixture();
    server.inject({ kind: "latency", delayMs: 5_000 }, { scope: "config" });
    const sync = boot();
    sync.start();
    await clock.advance(0);
    await eventually(() => server.counters().requests === 2);
    sync.stop();
    await clock.advance(5_000);
    await pass(10 * POLL_MS, POLL_MS);
    expect(server.counters().configPulls).toBe(1);
    expect(sync.state().pulls).toBe(0);
    expect(applied).toEqual([]);
  });
});

describe("an outage", () => {
  it("is waited out with full jitter up to 15 min, told once, and over with one good pull", async () => {
    const { boot, clock, logLines, pass, server } = await syncFixture({ random: () => 0.999 });
    const sync = boot();
    sync.start();
    await pass(1);
    await server.pull();
    await pass(2 * POLL_MS);
    const triesMs: number[] = [];
    const linesBefore = logLines.length;
    server.inject({ kind: "server_error" }, { scope: "config" });
    await server.plug();
    let requests = server.counters().requests;
    for (let step = 0; step < 1_000; step++) {
      await pass(5_000, 5_000);
      if (server.counters().requests === requests) continue;
      requests = server.counters().requests;
      triesMs.push(clock.monotonicMs());
    }
    const pausesMs = triesMs.slice(1).map((atMs, index) => atMs - (triesMs[index] ?? 0));
    expect(logLines).toHaveLength(linesBefore);
    expect(Math.max(...pausesMs)).toBeGreaterThanOrEqual(835_000);
    expect(Math.max(...pausesMs)).toBeLessThanOrEqual(845_000);
    expect(sync.state().error?.kind).toBe("server_error");
    server.heal();
    await pass(901_000, 60_000);
    expect(sync.state().error).toBeUndefined();
    expect(messages(logLines)).toEqual([
      "partner settings applied",
      "Partner API gives no useful answer",
      "Partner API answers again",
    ]);
  });

  it.each([
    ["for the next slot at least", 0, [60_000, 60_000, 60_000, 60_000, 60_000, 60_000]],
    ["for half of the doubling ceiling", 0.5, [60_000, 60_000, 120_000, 240_000, 420_000, 420_000]],
    ["for the whole ceiling", 0.999, [60_000, 60_000, 180_000, 420_000, 840_000, 840_000]],
  ])("waits %s", async (_name, random, pausesMs) => {
    const { boot, clock, pass, server } = await syncFixture({ random: () => random });
    server.inject({ kind: "server_error" }, { scope: "config" });
    boot().start();
    await pass(1, 1);
    await clock.advance(-1);
    for (const [index, pauseMs] of pausesMs.entries()) {
      await clock.advance(pauseMs - 2);
      expect(server.counters().requests).toBe(2 + index);
      await pass(2, 1);
      expect(server.counters().requests).toBe(3 + index);
    }
  });

  it("waits as long as the server asks", async () => {
    const { boot, pass, server } = await syncFixture();
    server.inject({ kind: "rate_limited", retryAfter: "600" }, { scope: "config", times: 1 });
    const sync = boot();
    sync.start();
    await pass(599_000);
    expect(server.counters().configPulls).toBe(0);
    expect(sync.state().error?.kind).toBe("rate_limited");
    await pass(2_000);
    expect(server.counters().configPulls).toBe(1);
  });

  it("that begins with a restart finds the last good config, with its age", async () => {
    const { applied, boot, clock, pass, server } = await syncFixture();
    const before = boot();
    before.start();
    await pass(1);
    const pulledWallMs = before.state().lastGoodPullWallMs;
    before.stop();
    await server.pull();
    applied.length = 0;
    await clock.advance(3_600_000);

    const after = boot();
    after.start();
    expect(applied).toEqual([REMOTE]);
    expect(after.state()).toMatchObject({ pulls: 0, lastGoodPullWallMs: pulledWallMs });
    expect(after.state().ageMs).toBeGreaterThanOrEqual(3_600_000);
    await pass(60_000);
    expect(after.state().error?.kind).toBe("unreachable");
    expect(applied).toHaveLength(1);
  });

  it("with a store full of nonsense is a start without a config", async () => {
    const { applied, boot, server, store } = await syncFixture();
    for (const key of ["sync.last-good-config", "sync.pending-change", "sync.unsent-status"]) {
      store.put(key, { mode: 7, thresholds: "x", pulledWallMs: null });
    }
    await server.pull();
    const sync = boot();
    sync.start();
    expect(applied).toEqual([]);
    expect(sync.state()).toMatchObject({
      lastGoodPullWallMs: undefined,
      ageMs: undefined,
      pending: undefined,
    });
  });
});

describe("a local change", () => {
  it("made in several steps is one PUT of what differs", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    sync.queue({ minExportToStartW: 1_700 });
    sync.queue({ minExportToStartW: 1_800 });
    sync.queue({ minExportToStartW: 1_900, mode: "hems" });
    expect(sync.state().pending).toEqual({ minExportToStartW: 1_900, mode: "hems" });
    await pass(2_000);
    expect(server.counters().configPuts).toBe(1);
    expect(server.config().thresholds?.hems_min_export_to_start_w).toBe(1_900);
    expect(sync.state()).toMatchObject({ puts: 1, pending: undefined, rejected: undefined });
  });

  it("to what the server says already is not sent", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    sync.queue({ mode: "hems", maxImportBeforeStoppingW: 200 });
    await pass(2_000);
    expect(server.counters()).toMatchObject({ configPulls: 2, configPuts: 0 });
    expect(sync.state().pending).toBeUndefined();
  });

  it("survives an outage and a restart, and is not overwritten until it is sent", async () => {
    const { applied, boot, pass, server } = await syncFixture();
    const before = boot();
    before.start();
    await pass(1);
    await server.pull();
    before.queue({ mode: "spot" });
    before.queue({ maxImportBeforeStoppingW: 500 });
    await pass(600_000, 10_000);
    before.stop();

    const after = boot();
    applied.length = 0;
    after.start();
    expect(applied).toEqual([
      { mode: "spot", thresholds: { minExportToStartW: 1_500, maxImportBeforeStoppingW: 500 } },
    ]);
    server.setThresholds({ hems_min_export_to_start_w: 2_000 });
    await server.plug();
    await pass(900_000, 10_000);
    expect(server.config()).toMatchObject({
      smart_charging_mode: "spot",
      thresholds: { hems_min_export_to_start_w: 2_000, hems_max_import_before_stopping_w: 500 },
    });
    expect(server.counters().configPuts).toBe(1);
    expect(applied.map(({ mode }) => mode)).not.toContain("hems");
    expect(after.state().pending).toBeUndefined();
  });

  it("made in an outage waits for the next try", async () => {
    const { boot, pass, server } = await syncFixture();
    server.inject({ kind: "rate_limited", retryAfter: "600" }, { scope: "config", times: 1 });
    const sync = boot();
    sync.start();
    await pass(10_000);
    sync.queue({ mode: "spot" });
    await pass(580_000, 10_000);
    expect(server.counters()).toMatchObject({ requests: 2, configPuts: 0 });
    await pass(20_000);
    expect(server.counters().configPuts).toBe(1);
  });

  it("that the server fails to take stays pending and is tried again", async () => {
    const { applied, boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    sync.queue({ mode: "none" });
    server.inject({ kind: "latency", delayMs: 0 }, { scope: "config", times: 1 });
    server.inject({ kind: "server_error" }, { scope: "config", times: 1 });
    await pass(1_000, 100);
    expect(sync.state()).toMatchObject({ pending: { mode: "none" }, error: { kind: "server_error" } });
    await pass(60_000);
    expect(server.config().smart_charging_mode).toBe("none");
    expect(applied.at(-1)?.mode).toBe("none");
  });

  it("that is refused goes back to what the server says, with its reason", async () => {
    const { applied, boot, logLines, pass } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    sync.queue({ minExportToStartW: NARROW_W });
    await pass(2_000);
    expect(sync.state().pending).toBeUndefined();
    expect(sync.state().rejected).toEqual({
      change: { minExportToStartW: NARROW_W },
      reason: expect.stringMatching(/needs at least 1380 W/),
    });
    expect(applied.at(-1)).toEqual(REMOTE);
    expect(messages(logLines)).toContain("Partner API refused a local change: taken back");

    sync.queue({ minExportToStartW: 1_600 });
    expect(sync.state().rejected).toBeUndefined();
    await pass(2_000);
    expect(sync.state()).toMatchObject({ puts: 1, pending: undefined, rejected: undefined });
  });

  it.each([
    ["beyond the range", { minExportToStartW: 60_000 }],
    ["to a mode that is not available", { mode: "spot" } as const],
  ])("%s is taken back as well", async (_name, change) => {
    const { applied, boot, pass, server } = await syncFixture({
      server: { unavailable: { spot: ["no_ev"] } },
    });
    const sync = boot();
    sync.start();
    await pass(1);
    sync.queue(change);
    await pass(2_000);
    expect(sync.state()).toMatchObject({ pending: undefined, rejected: { change } });
    expect(applied.at(-1)).toEqual(REMOTE);
    expect(server.counters().configPuts).toBe(0);
  });

  it("made while the one before is under way is sent next, and only then", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    server.inject({ kind: "latency", delayMs: 0 }, { scope: "config", times: 1 });
    server.inject({ kind: "latency", delayMs: 5_000 }, { scope: "config", times: 1 });
    sync.queue({ mode: "none", minExportToStartW: 1_700 });
    await clock.advance(500);
    const isPutUnderWay = () => server.counters().requests === 4;
    await eventually(isPutUnderWay);
    sync.queue({ mode: "spot" });
    await clock.advance(5_000);
    await pass(10_000);
    expect(server.config()).toMatchObject({
      smart_charging_mode: "spot",
      thresholds: { hems_min_export_to_start_w: 1_700 },
    });
    expect(server.counters().configPuts).toBe(2);
    expect(sync.state().pending).toBeUndefined();
  });
});

describe("divergence", () => {
  it("shows where control acts on something else than the server says", async () => {
    const { boot, pass } = await syncFixture();
    const sync = boot();
    sync.start();
    expect(sync.state().divergence).toEqual({ mode: false, thresholds: false });
    await pass(1);
    sync.report(sampleReport());
    expect(sync.state().divergence).toEqual({ mode: false, thresholds: true });
    sync.report(sampleReport({ mode: "spot" }));
    expect(sync.state().divergence.mode).toBe(true);
  });
});
