import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CentralSystem, createCentralSystem } from "../../simulator/wallbox/central-system.ts";
import { profileRequest } from "../../simulator/wallbox/profile-requests.ts";
import { eventually } from "../../support/eventually.ts";
import type { ScriptedBox } from "./support/scripted-box.ts";
import { command, createTestSite, sentLimits, type TestSite } from "./support/test-site.ts";

let site: TestSite;
let backend: CentralSystem;
let box: ScriptedBox;

beforeEach(async () => {
  backend = await createCentralSystem(() => site.clock.wallMs());
});
afterEach(async () => {
  await site.close();
  await backend.close();
});

/** The gateway with a second central system behind it, and a box that charges. */
async function relay(options: { readonly mayCommand?: boolean; readonly store?: TestSite["store"] } = {}) {
  site = await createTestSite({
    wallbox: {
      upstream: {
        url: backend.url,
        identity: "BOX1",
        password: undefined,
        mayCommand: options.mayCommand ?? true,
        isAskedForTags: false,
      },
    },
    ...(options.store !== undefined && { store: options.store }),
  });
  box = await site.dialReady("Preparing");
  box.on("UnlockConnector", () => ({ status: "Unlocked" }));
  box.on("RemoteStartTransaction", () => ({ status: "Accepted" }));
  box.on("RemoteStopTransaction", () => ({ status: "Accepted" }));
}

const passUntil = (condition: () => boolean) =>
  eventually(async () => {
    if (condition()) return true;
    await site.clock.advance(1_000);
    return condition();
  });

const start = (idTag: string) =>
  box.call("StartTransaction", {
    connectorId: 1,
    idTag,
    meterStart: 5,
    timestamp: `2022-03-19T06:00:0${idTag}Z`,
  });

const meter = (transactionId: number) =>
  box.call("MeterValues", {
    connectorId: 1,
    transactionId,
    meterValue: [
      { timestamp: "2022-03-19T06:10:00Z", sampledValue: [{ value: "9.0", measurand: "Current.Import" }] },
    ],
  });

async function charge(): Promise<number> {
  const { transactionId } = await start("1");
  await box.status("Charging");
  return transactionId as number;
}

describe("a second central system", () => {
  it("hears the boot, the states and the charge, under numbers of its own", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    expect(backend.of("BootNotification")[0]).toMatchObject({ chargePointVendor: "Scripted" });
    const ours = await charge();
    await passUntil(() => backend.of("StartTransaction").length === 1);
    await meter(ours);
    await passUntil(() => backend.of("MeterValues").length === 1);
    await box.call("StopTransaction", {
      transactionId: ours,
      meterStop: 9,
      timestamp: "2022-03-19T07:00:00Z",
    });
    await passUntil(() => backend.of("StopTransaction").length === 1);
    const theirs = (backend.of("MeterValues")[0] as { transactionId: number }).transactionId;
    expect(theirs).toBeGreaterThan(0);
    expect(theirs).not.toBe(ours);
    expect(backend.of("StopTransaction")[0]).toMatchObject({ transactionId: theirs, meterStop: 9 });
  });

  it("is told once of a start and a stop that the box repeats", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    const stop = (transactionId: number) =>
      box.call("StopTransaction", { transactionId, meterStop: 9, timestamp: "2022-03-19T07:00:00Z" });
    const first = await charge();
    await start("1");
    await passUntil(() => backend.of("StartTransaction").length === 1);
    await start("1");
    await stop(first);
    await stop(first);
    await passUntil(() => backend.of("StopTransaction").length === 1);
    await stop(first);
    const { transactionId: second } = await start("2");
    await stop(second as number);
    await passUntil(() => backend.of("StopTransaction").length >= 2);
    expect(backend.of("StartTransaction")).toHaveLength(2);
    expect(backend.of("StopTransaction")).toHaveLength(2);
  });

  it("limits by its profiles and never raises", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    await charge();
    await site.wallbox.apply(command(12));
    expect(sentLimits(box).at(-1)).toBe("1:12");
    const accepted = { status: "Accepted" };
    const set = (limitA: number) =>
      backend.call(
        "SetChargingProfile",
        profileRequest({ id: 7, level: 0, periods: [[0, limitA]], startMs: 0 }),
      );
    expect(await set(8)).toEqual(accepted);
    expect(site.wallbox.sample().capability).toMatchObject({ maxCurrentA: 8, ratedCurrentA: 16 });
    await site.wallbox.apply(command(12));
    expect(sentLimits(box).at(-1)).toBe("1:8");
    expect(await set(32)).toEqual(accepted);
    await site.wallbox.apply(command(10));
    expect(sentLimits(box).at(-1)).toBe("1:10");
    expect(await set(0)).toEqual(accepted);
    await site.wallbox.apply(command(10));
    expect(sentLimits(box).at(-1)).toBe("1:0");
    expect(await backend.call("ClearChargingProfile", {})).toEqual(accepted);
    await site.wallbox.apply(command(10));
    expect(sentLimits(box).at(-1)).toBe("1:10");
    expect(box.calls("ClearChargingProfile")).toEqual([]);
  });

  it("has its limits kept over our restart", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    await backend.call(
      "SetChargingProfile",
      profileRequest({ id: 7, level: 0, periods: [[0, 7]], startMs: 0 }),
    );
    const { store } = site;
    await site.close();
    await relay({ store });
    expect(site.wallbox.sample().capability.maxCurrentA).toBe(7);
  });

  it("may command the box, but not its settings", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    expect(await backend.call("UnlockConnector", { connectorId: 1 })).toEqual({ status: "Unlocked" });
    const chargingProfile = {
      ...profileRequest({ id: 9, periods: [[0, 32]] }).csChargingProfiles,
      chargingProfilePurpose: "TxProfile",
    };
    expect(await backend.call("RemoteStartTransaction", { idTag: "T", chargingProfile })).toEqual({
      status: "Accepted",
    });
    expect(box.calls("RemoteStartTransaction")).toEqual([{ connectorId: 1, idTag: "T" }]);
    expect(await backend.call("ChangeConfiguration", { key: "HeartbeatInterval", value: "1" })).toEqual({
      status: "Rejected",
    });
    expect(await backend.call("RemoteStopTransaction", { transactionId: 4_711 })).toEqual({
      status: "Rejected",
    });
    const ours = await charge();
    await passUntil(() => backend.of("StartTransaction").length === 1);
    await meter(ours);
    await passUntil(() => backend.of("MeterValues").length === 1);
    const { transactionId } = backend.of("MeterValues")[0] as { transactionId: number };
    expect(await backend.call("RemoteStopTransaction", { transactionId })).toEqual({ status: "Accepted" });
    expect(box.calls("RemoteStopTransaction")).toEqual([{ transactionId: ours }]);
  });

  it("only watches and limits where it may not command", async () => {
    await relay({ mayCommand: false });
    await passUntil(() => backend.of("StatusNotification").length > 0);
    expect(await backend.call("UnlockConnector", { connectorId: 1 })).toEqual({ status: "NotSupported" });
    expect(await backend.call("Reset", { type: "Hard" })).toEqual({ status: "Rejected" });
    expect(await backend.call("GetConfiguration", {})).toHaveProperty("configurationKey");
    expect(box.calls("UnlockConnector")).toEqual([]);
  });

  it("that is silent for long has starts and stops kept for it, and is given up with what it refuses", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    let asked = 0;
    backend.script("StartTransaction", () => {
      asked += 1;
      return asked > 5
        ? { transactionId: 77, idTagInfo: { status: "Accepted" } }
        : new Promise<never>(() => {});
    });
    backend.script("StopTransaction", () => {
      throw new Error("no such transaction");
    });
    const ours = await charge();
    await box.call("StopTransaction", {
      transactionId: ours,
      meterStop: 9,
      timestamp: "2022-03-19T07:00:00Z",
    });
    await passUntil(() => backend.of("StopTransaction").length === 3);
    expect(backend.of("StartTransaction")).toHaveLength(6);
    expect(backend.of("StopTransaction")[0]).toMatchObject({ transactionId: 77 });
    await passUntil(() => site.wallbox.card().upstream?.queued === 0);
  });

  it("that refuses a start once after a long silence, as over a bad line, is sent it again", async () => {
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    let asked = 0;
    backend.script("StartTransaction", () => {
      asked += 1;
      if (asked === 5) throw new Error("a bit has flipped");
      return asked > 5
        ? { transactionId: 77, idTagInfo: { status: "Accepted" } }
        : new Promise<never>(() => {});
    });
    await charge();
    await passUntil(() => site.wallbox.card().upstream?.queued === 0);
    expect(asked).toBe(6);
  });

  it("that will have us wait for the second time hears nothing until it takes us again", async () => {
    await relay();
    await passUntil(() => site.wallbox.card().upstream?.isConnected === true);
    backend.script("BootNotification", () => ({
      status: "Pending",
      currentTime: "2022-03-19T06:00:00Z",
      interval: 60,
    }));
    await backend.call("TriggerMessage", { requestedMessage: "BootNotification" });
    await passUntil(() => backend.of("BootNotification").length === 2);
    await passUntil(() => site.wallbox.card().upstream?.isConnected === false);
    await charge();
    await site.clock.advance(30_000);
    expect(backend.of("StartTransaction")).toEqual([]);
    backend.script("BootNotification", () => ({
      status: "Accepted",
      currentTime: "2022-03-19T06:00:00Z",
      interval: 60,
    }));
    await passUntil(() => backend.of("StartTransaction").length === 1);
  });

  it("being away is not noticed by the box, and gets everything in order afterwards, over our restart too", async () => {
    const { port } = new URL(backend.url);
    await relay();
    await passUntil(() => backend.of("StatusNotification").length > 0);
    await backend.close();
    const ours = await charge();
    await meter(ours);
    await box.call("StopTransaction", {
      transactionId: ours,
      meterStop: 9,
      timestamp: "2022-03-19T07:00:00Z",
    });
    const next = (await start("2")).transactionId;
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "written" });
    expect(await box.call("Heartbeat")).toHaveProperty("currentTime");
    const { store } = site;
    await site.close();

    backend = await createCentralSystem(() => site.clock.wallMs(), { port: Number(port) });
    await relay({ store });
    await passUntil(() => backend.of("StartTransaction").length === 2);
    const order = backend.received
      .map(({ action }) => action)
      .filter((action) => /Transaction|Meter/.test(action));
    expect(order.slice(0, 4)).toEqual([
      "StartTransaction",
      "MeterValues",
      "StopTransaction",
      "StartTransaction",
    ]);
    expect(backend.of("StartTransaction").map((call) => (call as { idTag: string }).idTag)).toEqual([
      "1",
      "2",
    ]);
    expect(next).not.toBe(ours);
  });
});
