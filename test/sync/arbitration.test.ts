import { describe, expect, it } from "vitest";
import { messages } from "../partner/partner-fixture.ts";
import { POLL_MS, syncFixture } from "./sync-fixture.ts";

const LONG_MS = 20 * POLL_MS;

describe("a setting that was changed here and in the Partner API", () => {
  it("stays as the house wants it when the house was later", async () => {
    const { applied, boot, clock, logLines, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    await server.pull();
    await clock.advance(10_000);
    server.setMode("none");
    await clock.advance(10_000);
    sync.queue({ mode: "spot" });
    await pass(POLL_MS);
    await server.plug();
    await pass(LONG_MS, 10_000);
    expect(server.config().smart_charging_mode).toBe("spot");
    expect(applied.map(({ mode }) => mode)).not.toContain("none");
    expect(sync.state().decisions).toMatchObject([
      { part: "mode", local: "spot", remote: "none", winner: "local", because: "local_is_newer" },
    ]);
    expect(messages(logLines)).toContain("changed here and in the Partner API: settled");
  });

  it("is no older for a wall clock that was wrong when it was made", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    await server.pull();
    server.setMode("none");
    await clock.advance(10_000);
    const yearMs = 365 * 86_400_000;
    clock.jumpWall(-yearMs);
    sync.queue({ mode: "spot" });
    await clock.advance(10_000);
    clock.jumpWall(yearMs);
    await server.plug();
    await pass(LONG_MS, 10_000);
    expect(server.config().smart_charging_mode).toBe("spot");
    expect(sync.state().decisions).toMatchObject([{ winner: "local", because: "local_is_newer" }]);
  });

  it("becomes what the Partner API says when that was later, part by part", async () => {
    const { applied, boot, clock, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    await server.pull();
    sync.queue({ mode: "spot", maxImportBeforeStoppingW: 500 });
    await clock.advance(10_000);
    server.setMode("none");
    await server.plug();
    await pass(LONG_MS, 10_000);
    expect(server.config()).toMatchObject({
      smart_charging_mode: "none",
      thresholds: { hems_max_import_before_stopping_w: 500 },
    });
    expect(applied.at(-1)).toMatchObject({ mode: "none" });
    expect(sync.state()).toMatchObject({
      pending: undefined,
      decisions: [{ part: "mode", winner: "remote", because: "remote_is_newer" }],
    });
  });

  it("becomes what the Partner API says when that was seen unchanged after the local change", async () => {
    const { boot, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    sync.queue({ mode: "spot" });
    server.inject({ kind: "latency", delayMs: 0 }, { scope: "config", times: 1 });
    server.inject({ kind: "server_error" }, { scope: "config", times: 1 });
    await pass(2_000);
    expect(sync.state().pending).toEqual({ mode: "spot" });
    server.setMode("none");
    await pass(2 * POLL_MS);
    expect(server.config().smart_charging_mode).toBe("none");
    expect(sync.state().decisions).toMatchObject([
      { winner: "remote", because: "remote_changed_after_local" },
    ]);
  });

  it("stays as the house wants it where nothing tells the order", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const sync = boot();
    sync.start();
    await pass(1);
    await server.pull();
    sync.queue({ mode: "spot" });
    await clock.advance(10_000);
    server.setMode("none");
    server.inject({ kind: "status", status: 404 }, { scope: "fleet" });
    await server.plug();
    await pass(LONG_MS, 10_000);
    expect(server.config().smart_charging_mode).toBe("spot");
    expect(sync.state().decisions).toMatchObject([{ winner: "local", because: "order_unknown" }]);
  });

  it("is settled once, over a restart too, and our own write is no change of theirs", async () => {
    const { boot, clock, pass, server } = await syncFixture();
    const before = boot();
    before.start();
    await pass(1);
    before.queue({ mode: "spot" });
    await pass(2_000);
    before.queue({ mode: "hems" });
    await pass(2_000);
    before.stop();
    expect(before.state().decisions).toEqual([]);

    const after = boot();
    await server.pull();
    after.start();
    after.queue({ mode: "spot" });
    await clock.advance(10_000);
    server.setMode("none");
    after.stop();
    const third = boot();
    await server.plug();
    third.start();
    await pass(LONG_MS, 10_000);
    expect(third.state().decisions).toHaveLength(1);
    expect(boot().state().decisions).toEqual(third.state().decisions);
  });
});

describe("what the Partner API warns of", () => {
  it("is told once when it begins and once when it is over", async () => {
    const { boot, logLines, pass, server } = await syncFixture({
      server: {
        devices: [
          { deviceId: "a", deviceType: "wallbox", minBandW: 1_380 },
          { deviceId: "b", deviceType: "electric_vehicle", mode: "spot", minBandW: 1_380 },
        ],
        healthWarning: { code: "wallbox_disconnected", since: null },
      },
    });
    const sync = boot();
    sync.start();
    await pass(3 * POLL_MS);
    expect(sync.state().config).toMatchObject({ mode_conflict: true });
    server.setMode("hems");
    await pass(2 * POLL_MS);
    const told = messages(logLines).filter((text) => /devices/.test(text));
    expect(told).toEqual([
      expect.stringMatching(/different modes/),
      "the Partner API warns of the user's devices",
      "the user's charging devices agree again",
    ]);
  });
});
