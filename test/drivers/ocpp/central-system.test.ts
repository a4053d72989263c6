import { connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createCentralSystem } from "../../../drivers/ocpp/central-system.ts";
import { eventually } from "../../support/eventually.ts";
import { createManualClock, settle } from "../../support/manual-clock.ts";
import { silentLog } from "../../support/silent-log.ts";
import { createMemoryStore } from "./support/memory-store.ts";
import { frame, upgradeRaw } from "./support/raw-peer.ts";
import { command, createTestSite, sentLimits, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

describe("listening", () => {
  it("says so when the port is taken, and works when tried again", async () => {
    site = await createTestSite();
    const blocker = createServer().listen(0, "127.0.0.1");
    await eventually(() => blocker.listening);
    const { port } = blocker.address() as { port: number };
    const second = createCentralSystem(
      { host: "127.0.0.1", port, callTimeoutMs: 1_000, pingIntervalMs: 0, accounts: [] },
      { clock: createManualClock(), log: silentLog, store: createMemoryStore() },
    );
    expect(await second.start()).toEqual({
      ok: false,
      fault: { kind: "unreachable", detail: "cannot listen: EADDRINUSE" },
    });
    await new Promise((resolve) => blocker.close(resolve));
    expect(await second.start()).toEqual({ ok: true, port });
    expect(await second.start()).toEqual({ ok: true, port });
    await second.close();
  });

  it("ends every connection at once when it closes, and may be closed twice", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const idle = connect(site.port, "127.0.0.1");
    await eventually(() => idle.readyState === "open");
    const closed = new Promise((resolve) => box.socket.once("close", resolve));
    await site.centralSystem.close();
    await closed;
    await eventually(() => idle.destroyed || idle.closed);
    await site.centralSystem.close();
  });

  it("refuses a second station for one identity as a mistake of the program", async () => {
    site = await createTestSite();
    const station = { onConnected() {}, onDisconnected() {}, onCall: () => ({}) };
    expect(() => site.centralSystem.register("BOX1", station)).toThrow(/BOX1/);
  });
});

describe("a password", () => {
  it("lets its box in, as text or as the bytes of 40 hexadecimal digits", async () => {
    const key = "00112233445566778899aabbccddeeff00112233";
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1", password: key }] } });
    const box = await site.dial({ password: key });
    expect(await box.call("Heartbeat")).toHaveProperty("currentTime");
    await expect(site.dial({ password: "wrong" })).rejects.toThrow("401");
    await expect(site.dial()).rejects.toThrow("401");
  });

  it("lets a second connection replace the first at once", async () => {
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1", password: "right" }] } });
    const first = await site.dial({ password: "right" });
    const second = await site.dial({ password: "right" });
    await eventually(() => !first.isOpen);
    expect(await second.call("Heartbeat")).toHaveProperty("currentTime");
    expect(site.wallbox.sample().isConnected).toBe(true);
  });
});

describe("a second connection without a password", () => {
  it("is refused while the first one answers a ping", async () => {
    site = await createTestSite();
    const first = await site.dial();
    await expect(site.dial()).rejects.toThrow("409");
    expect(await first.call("Heartbeat")).toHaveProperty("currentTime");
  });

  it("takes over from a half-open one after three seconds without a pong", async () => {
    site = await createTestSite();
    const silent = await upgradeRaw(site.port, "BOX1");
    const dialling = site.dial();
    await eventually(async () => {
      await site.clock.advance(100);
      return silent.isClosed;
    });
    const box = await dialling;
    expect(await box.call("Heartbeat")).toHaveProperty("currentTime");
    await site.wallbox.apply(command(10));
    await eventually(() => sentLimits(box).includes("1:10"));
  });

  it("stays connected when the old one closes late", async () => {
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1", password: "p" }] } });
    const first = await site.dial({ password: "p" });
    first.socket.pause();
    const second = await site.dial({ password: "p" });
    await second.status("Charging");
    first.socket.resume();
    await eventually(() => !first.isOpen);
    await settle(10);
    expect(site.wallbox.sample().isConnected).toBe(true);
    expect(await second.call("Heartbeat")).toHaveProperty("currentTime");
    // It is still known as the one to be replaced.
    await site.dial({ password: "p" });
    await eventually(() => !second.isOpen);
  });
});

describe("a connection", () => {
  it("that answers no ping is cut after two intervals, and one that talks is not pinged", async () => {
    site = await createTestSite();
    const silent = await upgradeRaw(site.port, "BOX1");
    await eventually(() => site.wallbox.sample().isConnected);
    await site.clock.advance(29_000);
    silent.write(frame(JSON.stringify([2, "1", "Heartbeat", {}])));
    await eventually(() => silent.text.includes('[3,"1"'));
    await site.clock.advance(29_000);
    expect(site.wallbox.sample().isConnected).toBe(true);
    await site.clock.advance(31_000);
    await eventually(() => silent.isClosed && !site.wallbox.sample().isConnected);
  });

  it("that answers pings stays for a day of silence", async () => {
    site = await createTestSite();
    const box = await site.dial();
    for (let halfMinute = 0; halfMinute < 2_880; halfMinute++) await site.clock.advance(30_000);
    expect(box.isOpen).toBe(true);
  });

  it("is told nothing more once it is gone: a pending call ends at once", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    box.on("SetChargingProfile", () => "silence");
    const pending = site.wallbox.apply(command(10));
    await eventually(() => sentLimits(box).length === 2);
    await box.close();
    expect(await pending).toEqual({ kind: "deferred", because: "disconnected" });
  });

  it("has one call outstanding at a time", async () => {
    site = await createTestSite();
    const box = await site.dial();
    box.on("SetChargingProfile", () => "silence");
    await box.boot();
    await eventually(() => box.received.length === 1);
    await site.clock.advance(44_000);
    expect(box.received).toHaveLength(1);
    await site.clock.advance(1_000);
    await eventually(() => box.received.length >= 2);
  });

  it.each([
    ["four elements in a result", (id: string) => JSON.stringify([3, id, { status: "Accepted" }, {}])],
    ["a result without payload", (id: string) => JSON.stringify([3, id])],
    ["an error of three elements", (id: string) => JSON.stringify([4, id, "GenericError"])],
    ["an error with an unknown code", (id: string) => JSON.stringify([4, id, "Whatever", null, null])],
  ])("may answer with %s", async (_what, answer) => {
    site = await createTestSite();
    const box = await site.dial();
    box.on("GetConfiguration", () => "silence");
    box.socket.on("message", (data) => {
      const [type, id, action] = JSON.parse(String(data));
      if (type === 2 && action === "GetConfiguration") box.socket.send(answer(id));
    });
    await box.boot();
    await eventually(() => box.calls("TriggerMessage").length >= 2);
  });
});
