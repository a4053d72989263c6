import { afterEach, describe, expect, it } from "vitest";
import { isoUtc } from "../../../src/core/iso-time.ts";
import { eventually } from "../../support/eventually.ts";
import { createTestSite, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

describe("the state of the car", () => {
  it.each([
    ["Available", "absent"],
    ["Preparing", "connected"],
    ["Charging", "charging"],
    ["SuspendedEV", "suspended_by_vehicle"],
    ["SuspendedEVSE", "suspended_by_wallbox"],
    ["Finishing", "finishing"],
    ["Reserved", "absent"],
    ["Unavailable", "faulted"],
    ["Faulted", "faulted"],
    ["toString", "unknown"],
    ["Nonsense", "unknown"],
  ])("for %s is %s", async (status, vehicle) => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status(status);
    expect(site.wallbox.sample().vehicle).toBe(vehicle);
  });

  it("is not changed by the box as a whole or by another connector", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    await box.status("Available", { connectorId: 0 });
    await box.status("Faulted", { connectorId: 2 });
    expect(site.wallbox.sample().vehicle).toBe("charging");
  });

  it("is not changed by an older status, but is by one without a time", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging", { timestamp: "2022-03-19T06:10:00Z" });
    await box.status("Preparing", { timestamp: "2022-03-19T06:09:00Z" });
    expect(site.wallbox.sample().vehicle).toBe("charging");
    await box.status("SuspendedEV", { timestamp: "garbage" });
    expect(site.wallbox.sample().vehicle).toBe("suspended_by_vehicle");
  });

  it("is changed by a status of a clock that was put back, a minute after the newest one", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Preparing", { timestamp: "2022-03-19T02:59:00Z" });
    await site.clock.advance(60_000);
    await box.status("Charging", { timestamp: "2022-03-19T02:00:00Z" });
    expect(site.wallbox.sample().vehicle).toBe("charging");
    await box.status("SuspendedEV", { timestamp: "2022-03-19T01:59:00Z" });
    expect(site.wallbox.sample().vehicle).toBe("charging");
  });

  it("stays known while the link is away", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    await box.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    expect(site.wallbox.sample().vehicle).toBe("charging");
  });

  it("is taken from the meter when the box has told none", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.meter({ "Current.Import.L1": "10", "Current.Import.L2": "10", "Current.Import.L3": "10" });
    expect(site.wallbox.sample().vehicle).toBe("charging");
  });
});

describe("every message of a box is answered", () => {
  it.each([
    ["Authorize", { idTag: "ABC" }, { idTagInfo: { status: "Accepted" } }],
    ["Authorize", {}, { idTagInfo: { status: "Accepted" } }],
    ["DataTransfer", { vendorId: "com.example", data: "x" }, { status: "Accepted" }],
    ["FirmwareStatusNotification", { status: "Idle" }, {}],
    ["DiagnosticsStatusNotification", { status: "Idle" }, {}],
    ["SecurityEventNotification", { type: "StartupOfTheDevice" }, {}],
    ["LogStatusNotification", { status: "Idle" }, {}],
    ["SignedFirmwareStatusNotification", { status: "Idle" }, {}],
    ["SignCertificate", { csr: "x" }, { status: "Rejected" }],
    ["StatusNotification", {}, {}],
    ["StatusNotification", { connectorId: "1", status: 5, errorCode: "Error" }, {}],
    ["MeterValues", {}, {}],
    ["MeterValues", { connectorId: 1, transactionId: null, meterValue: "none" }, {}],
    ["StopTransaction", {}, { idTagInfo: { status: "Accepted" } }],
    ["StopTransaction", { transactionId: -1, meterStop: 0 }, { idTagInfo: { status: "Accepted" } }],
    ["StopTransaction", { transactionId: 0 }, { idTagInfo: { status: "Accepted" } }],
  ])("%s %j", async (action, payload, answer) => {
    site = await createTestSite();
    const box = await site.dial();
    expect(await box.call(action, payload)).toEqual(answer);
  });

  it("with our time in boot and heartbeat", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const currentTime = isoUtc(site.clock.wallMs());
    expect(await box.boot()).toEqual({ status: "Accepted", currentTime, interval: 60 });
    expect(await box.call("Heartbeat")).toEqual({ currentTime });
    expect(await box.call("BootNotification", {})).toMatchObject({ status: "Accepted" });
  });

  it("and each kind of deviation is counted and logged once", async () => {
    site = await createTestSite();
    const box = await site.dial();
    for (let time = 0; time < 3; time++) await box.meter({ "Power.Active.Import": "" });
    expect(site.wallbox.deviations().get("meter_value_unreadable")).toBe(3);
    expect(site.logged.filter((line) => line.msg === "wallbox deviates from ocpp")).toHaveLength(1);
  });
});

describe("transactions", () => {
  const start = { connectorId: 1, idTag: "ABC", meterStart: 100, timestamp: "2022-03-19T06:00:00Z" };

  it("have positive ids that grow, and a repeated start gets the same one", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const first = await box.call("StartTransaction", start);
    expect(first).toMatchObject({ idTagInfo: { status: "Accepted" } });
    expect(first.transactionId).toBeGreaterThan(0);
    expect(await box.call("StartTransaction", start)).toEqual(first);
    const second = await box.call("StartTransaction", { ...start, timestamp: "2022-03-19T07:00:00Z" });
    expect(second.transactionId).toBeGreaterThan(first.transactionId as number);
  });

  it("keep their ids over a restart of ours, and a start is recognised after it", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const first = await box.call("StartTransaction", start);
    const { store } = site;
    await site.close();
    site = await createTestSite({ store });
    const again = await site.dial();
    expect(await again.call("StartTransaction", start)).toEqual(first);
    const next = await again.call("StartTransaction", { ...start, meterStart: 200 });
    expect(next.transactionId).toBe((first.transactionId as number) + 1);
  });

  it("are adopted from meter values when we know of none, and their id is not given again", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.meter({ "Power.Active.Import": "4000" }, { transactionId: 2_000_000_000 });
    expect(site.store.get("wallbox/wallbox/transactions")).toMatchObject({ open: 2_000_000_000 });
    const next = await box.call("StartTransaction", start);
    expect(next.transactionId).toBe(2_000_000_001);
  });

  it.each([-1, 0, null, "x", 1e300])(
    "are not adopted from the id %j of an idle box",
    async (transactionId) => {
      site = await createTestSite();
      const box = await site.dial();
      await box.meter({ "Power.Active.Import": "0" }, { transactionId });
      expect(site.store.get("wallbox/wallbox/transactions")).toBeUndefined();
    },
  );

  it("end with their stop, and a replayed stop of another one changes nothing", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const { transactionId } = await box.call("StartTransaction", start);
    await box.status("Charging");
    await box.call("StopTransaction", { transactionId: 17, meterStop: 5, timestamp: "2022-03-18T06:00:00Z" });
    expect(site.wallbox.sample().vehicle).toBe("charging");
    await box.call("StopTransaction", { transactionId, meterStop: 500, timestamp: "2022-03-19T07:00:00Z" });
    expect(site.wallbox.sample().vehicle).toBe("finishing");
    expect(site.store.get("wallbox/wallbox/transactions")).not.toHaveProperty("open");
  });

  it("end without a word on the car when their stop is older than its state", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const { transactionId } = await box.call("StartTransaction", start);
    await box.status("Charging", { timestamp: "2022-03-19T08:00:00Z" });
    await box.call("StopTransaction", { transactionId, meterStop: 500, timestamp: "2022-03-19T07:00:00Z" });
    expect(site.wallbox.sample()).toMatchObject({ vehicle: "charging", transaction: undefined });
  });

  it("are not revived by the last values of the meter, which many boxes send after the stop", async () => {
    site = await createTestSite();
    const box = await site.dial();
    const { transactionId } = await box.call("StartTransaction", start);
    await box.call("StopTransaction", { transactionId, meterStop: 500, timestamp: "2022-03-19T07:00:00Z" });
    await box.meter({ "Energy.Active.Import.Register": "500" }, { transactionId });
    expect(site.wallbox.sample().transaction).toBeUndefined();
    const next = await box.call("StartTransaction", { ...start, timestamp: "2022-03-19T08:00:00Z" });
    await box.status("Available");
    await box.meter({ "Energy.Active.Import.Register": "500" }, { transactionId: next.transactionId });
    expect(site.wallbox.sample().transaction).toBeUndefined();
  });

  it("of another connector get an id and are nothing to us", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.call("StartTransaction", { ...start, connectorId: 2 });
    expect(site.wallbox.sample().vehicle).toBe("unknown");
    expect(site.store.get("wallbox/wallbox/transactions")).not.toHaveProperty("open");
  });

  it("begin with a counter that a lost or broken store cannot repeat", async () => {
    site = await createTestSite();
    site.store.put("wallbox/wallbox/transactions", { lastId: "many", recent: [3, null], open: {} });
    const { store } = site;
    await site.close();
    site = await createTestSite({ store });
    const box = await site.dial();
    const { transactionId } = await box.call("StartTransaction", start);
    expect(transactionId).toBe(Math.floor(site.clock.wallMs() / 1_000) + 1);
  });
});

describe("what a box draws", () => {
  const charging = { "Current.Import.L1": "10", "Current.Import.L2": "10", "Current.Import.L3": "10" };

  it("is what it measured, with the time of that", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    await box.meter({ "Power.Active.Import": "6800", "Current.Offered": "10", ...charging });
    const atMs = site.clock.monotonicMs();
    await site.clock.advance(7_000);
    expect(site.wallbox.sample()).toMatchObject({
      chargePowerW: { value: 6800, atMs },
      phaseCurrentsA: { value: [10, 10, 10], atMs },
      offeredCurrentA: { value: 10, atMs },
    });
  });

  it.each(["Available", "Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing"])(
    "is nothing, as of now, in the state %s",
    async (status) => {
      site = await createTestSite();
      const box = await site.dial();
      await box.status("Charging");
      await box.meter(charging);
      await box.status(status);
      await box.meter(charging);
      await site.clock.advance(90_000);
      await eventually(() => site.wallbox.sample().isConnected);
      expect(site.wallbox.sample()).toMatchObject({
        chargePowerW: { value: 0, atMs: site.clock.monotonicMs() },
        phaseCurrentsA: { value: [0, 0, 0] },
      });
    },
  );

  it("is not revived by an old value when charging goes on", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    await box.meter(charging);
    await box.status("SuspendedEV");
    await box.status("Charging");
    expect(site.wallbox.sample().chargePowerW?.value).toBe(0);
  });

  it("is asked for when it is stale, and then not known any more", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await box.meter(charging);
    const asked = () =>
      box.calls("TriggerMessage").filter((call) => call.requestedMessage === "MeterValues").length;
    const before = asked();
    await site.clock.advance(45_000);
    await eventually(() => asked() > before);
    expect(site.wallbox.sample().chargePowerW?.value).toBe(6900);
    await site.clock.advance(20_000);
    expect(site.wallbox.sample().chargePowerW).toBeUndefined();
  });

  it("is not taken from messages that the box kept while it was away", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    const at = (offsetMs: number, value: string) =>
      box.call("MeterValues", {
        connectorId: 1,
        meterValue: [
          {
            timestamp: isoUtc(site.clock.wallMs() + offsetMs),
            sampledValue: [{ measurand: "Power.Active.Import", value }],
          },
        ],
      });
    await at(0, "4000");
    await at(-3_600_000, "9000");
    expect(site.wallbox.sample().chargePowerW?.value).toBe(4000);
  });

  it("is read from a box whose clock is hours off, after a minute", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    for (let time = 0; time < 8; time++) {
      await box.call("MeterValues", {
        connectorId: 1,
        meterValue: [
          {
            timestamp: isoUtc(site.clock.wallMs() - 7_200_000),
            sampledValue: [{ measurand: "Power.Active.Import", value: "4000" }],
          },
        ],
      });
      await site.clock.advance(10_000);
    }
    expect(site.wallbox.sample().chargePowerW?.value).toBe(4000);
  });

  it("is read from a box that tells it every five minutes and was put back by an hour", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Charging");
    const tell = async (errorMs: number, value: string) => {
      const sampledValue = [{ measurand: "Power.Active.Import", value }];
      const timestamp = isoUtc(site.clock.wallMs() + errorMs);
      await box.call("MeterValues", { connectorId: 1, meterValue: [{ timestamp, sampledValue }] });
    };
    await tell(7_200_000, "4000");
    for (let count = 0; count < 2; count++) {
      await site.clock.advance(300_000);
      await tell(3_600_000, "3000");
    }
    expect(site.wallbox.sample().chargePowerW?.value).toBe(3_000);
  });

  it("contradicting the state makes us ask for the state", async () => {
    site = await createTestSite();
    const box = await site.dialReady("SuspendedEVSE");
    await site.clock.advance(30_000);
    const asked = () =>
      box.calls("TriggerMessage").filter((call) => call.requestedMessage === "StatusNotification");
    const before = asked().length;
    await box.meter(charging);
    await eventually(() => asked().length > before);
  });
});

describe("a wallbox that goes away", () => {
  it("is told once, and its return once", async () => {
    site = await createTestSite();
    const count = (msg: string) => site.logged.filter((line) => line.msg === msg).length;
    const box = await site.dial();
    await box.close();
    await eventually(() => count("wallbox disconnected") === 1);
    await site.clock.advance(600_000);
    await site.dial();
    expect(count("wallbox disconnected")).toBe(1);
    expect(count("wallbox connected")).toBe(2);
  });

  it("leaves its last power with its age", async () => {
    site = await createTestSite();
    const box = await site.dial();
    await box.status("Available");
    await box.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    const atMs = site.clock.monotonicMs();
    await site.clock.advance(30_000);
    expect(site.wallbox.sample().chargePowerW).toEqual({ value: 0, atMs });
    await site.clock.advance(60_000);
    expect(site.wallbox.sample().chargePowerW).toBeUndefined();
  });
});
