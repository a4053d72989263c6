import { describe, expect, it } from "vitest";
import { smartChargingStatus } from "../../src/core/smart-charging-status.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { messages } from "../partner/partner-fixture.ts";
import { sampleReport } from "../support/sample-report.ts";
import { syncFixture } from "./sync-fixture.ts";

const DAY_MS = 86_400_000;
const wallbox = sampleReport().wallbox;

describe("status", () => {
  it("is pushed with the first report and then each minute, always the newest", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1_000);
    expect(server.counters().statusPushes).toBe(0);
    sync.report(sampleReport());
    await pass(2_000);
    expect(server.counters().statusPushes).toBe(1);
    expect(server.lastStatus()).toEqual(smartChargingStatus(sampleReport()));
    const newest = sampleReport({ solarEnergyTodayWh: 9_000 });
    sync.report(newest);
    await pass(56_000);
    expect(server.counters().statusPushes).toBe(1);
    await pass(3_000);
    expect(server.counters().statusPushes).toBe(2);
    expect(server.lastStatus()).toEqual(smartChargingStatus(newest));
    expect(sync.state().status).toMatchObject({ pushes: 2, error: undefined, isUnsupported: false });
  });

  it.each<[string, Partial<TickReport>]>([
    ["the phase", { uxPhase: "paused" }],
    ["the boost", { boost: "armed" }],
    ["the mechanism", { mode: "none" }],
    ["the wallbox's connection", { wallbox: { ...wallbox, isConnected: false } }],
  ])("is pushed within a second when %s changes", async (_name, change) => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    await pass(5_000);
    expect(server.counters().statusPushes).toBe(1);
    sync.report(sampleReport(change));
    await pass(1_001);
    expect(server.counters().statusPushes).toBe(2);
    expect(server.lastStatus()).toEqual(smartChargingStatus(sampleReport(change)));
  });

  it("is not pushed for a change that it does not show", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    await pass(5_000);
    sync.report(sampleReport({ mode: "spot", wallbox: { ...wallbox, vehicle: "suspended_by_vehicle" } }));
    await pass(5_000);
    expect(server.counters().statusPushes).toBe(1);
  });

  it("that flickers on every pass is pushed at most once a second", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    for (let passNumber = 0; passNumber < 200; passNumber++) {
      sync.report(
        sampleReport({ uxPhase: passNumber % 2 === 0 ? "active" : "idle", wallMs: clock.wallMs() }),
      );
      await pass(100, 100);
    }
    expect(server.counters().statusPushes).toBeGreaterThanOrEqual(5);
    expect(server.counters().statusPushes).toBeLessThanOrEqual(21);
  });

  it("that changes while a push is under way follows it", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    await pass(2_000);
    server.inject({ kind: "latency", delayMs: 5_000 }, { scope: "status", times: 1 });
    sync.report(sampleReport({ uxPhase: "paused" }));
    await clock.advance(1_500);
    sync.report(sampleReport({ uxPhase: "idle" }));
    sync.report(sampleReport({ uxPhase: "starting" }));
    await clock.advance(10_000);
    await pass(10_000);
    expect(server.lastStatus()?.ux_phase).toBe("starting");
    expect(server.counters().statusPushes).toBe(3);
  });

  it("of an outage is dropped but for the newest, which outlives a restart", async () => {
    const { boot, pass, server } = await syncFixture();
    const before = boot();
    before.start();
    await pass(1_000);
    await server.pull();
    before.report(sampleReport());
    await pass(10_000);
    expect(before.state().status.error?.kind).toBe("unreachable");
    const newest = sampleReport({ uxPhase: "paused", solarEnergyTodayWh: 7_000 });
    before.report(newest);
    before.stop();

    await server.plug();
    const after = boot();
    after.start();
    await pass(1_000);
    expect(server.counters().statusPushes).toBe(1);
    expect(server.lastStatus()).toEqual(smartChargingStatus(newest));
    after.stop();

    const third = boot();
    third.start();
    await pass(1_000);
    expect(server.counters().statusPushes).toBe(1);
  });

  it("gives way to a newer one after an outage", async () => {
    const { boot, pass, server } = await syncFixture();
    server.inject({ kind: "server_error" }, { scope: "status" });
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    await pass(3_000);
    expect(sync.state().status.error?.kind).toBe("server_error");
    sync.report(sampleReport({ uxPhase: "paused" }));
    server.heal();
    await pass(60_000);
    expect(server.lastStatus()?.ux_phase).toBe("paused");
    expect(server.counters().statusPushes).toBe(1);
  });

  it.each([404, 405] as const)("that meets a %i is tried once a day, told once, and kept", async (intake) => {
    const { boot, clock, logLines, pass, server, store } = await syncFixture({
      server: { statusIntake: intake },
    });
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    let pushes = 0;
    const statusRequests = () => {
      const { configPulls, requests, tokenGrants } = server.counters();
      return requests - configPulls - tokenGrants;
    };
    await pass(2_000);
    expect(statusRequests()).toBe(1);
    for (let minute = 0; minute < 60; minute++) {
      sync.report(sampleReport({ uxPhase: minute % 2 === 0 ? "idle" : "active" }));
      await pass(60_000, 60_000);
    }
    expect(statusRequests()).toBe(1);
    await pass(DAY_MS, 600_000);
    expect(statusRequests()).toBe(2);
    expect(sync.state().status).toMatchObject({ pushes: 0, isUnsupported: true });
    expect(messages(logLines).filter((text) => /takes no status/.test(text))).toHaveLength(1);

    const newest = sampleReport({ uxPhase: "paused", wallMs: clock.wallMs() });
    sync.report(newest);
    sync.stop();
    expect(store.get("sync.unsent-status")).toEqual(smartChargingStatus(newest));

    server.setStatusIntake("accept");
    const after = boot();
    after.start();
    await pass(1_000);
    pushes = server.counters().statusPushes;
    expect(pushes).toBe(1);
    expect(server.lastStatus()?.ux_phase).toBe("paused");
  });

  it("is pushed again within a quarter of an hour where a server that takes it answered 404", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    await pass(2_000);
    expect(server.counters().statusPushes).toBe(1);
    server.setStatusIntake(404);
    sync.report(sampleReport({ uxPhase: "paused" }));
    await pass(60_000);
    expect(sync.state().status.isUnsupported).toBe(true);
    server.setStatusIntake("accept");
    await pass(900_000, 60_000);
    expect(server.lastStatus()?.ux_phase).toBe("paused");
    expect(sync.state().status.isUnsupported).toBe(false);
  });

  it("is pushed again as soon as a daily try succeeds", async () => {
    const { boot, logLines, pass, server } = await syncFixture({ server: { statusIntake: 404 } });
    const sync = boot();
    sync.start();
    sync.report(sampleReport());
    await pass(2_000);
    server.setStatusIntake("accept");
    await pass(DAY_MS, 600_000);
    await pass(120_000, 10_000);
    expect(server.counters().statusPushes).toBeGreaterThanOrEqual(2);
    expect(sync.state().status.isUnsupported).toBe(false);
    expect(messages(logLines)).toContain("Partner API takes status now");
  });

  it("costs a pass next to nothing", async () => {
    const { boot, pass } = await syncFixture();
    const sync = boot();
    sync.start();
    const report = sampleReport();
    sync.report(report);
    await pass(2_000);
    const startedMs = performance.now();
    for (let count = 0; count < 100_000; count++) sync.report(report);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
