import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCar } from "../../../simulator/house/car.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import type { ChargePoint } from "../../../simulator/wallbox/charge-point.ts";
import { eventually } from "../../support/eventually.ts";
import { type Bench, createBench } from "./bench.ts";
import { floorRequest } from "./profile-requests.ts";

let bench: Bench;
let box: ChargePoint;

beforeEach(async () => {
  bench = await createBench();
});

afterEach(() => bench.close());

interface MeterValue {
  readonly timestamp: string;
  readonly sampledValue: readonly Record<string, string>[];
}

/** The n-th MeterValues that arrived, from the end where negative. */
function meterValue(index: number): MeterValue {
  const request = bench.central.of("MeterValues").at(index) as { meterValue: [MeterValue] };
  return request.meterValue[0];
}

const set = (request: unknown) => bench.central.call("SetChargingProfile", request as object);
const accepted = { status: "Accepted" };

describe("a session", () => {
  it("goes from boot to Available, Charging and back to Available as the car comes and goes", async () => {
    box = bench.start();
    await bench.passUntil(() => bench.central.statuses().length > 0);
    expect(bench.central.received.map(({ action }) => action)).toEqual([
      "BootNotification",
      "StatusNotification",
      "StatusNotification",
    ]);
    expect(bench.central.of("BootNotification")[0]).toMatchObject({
      chargePointVendor: "hems-edge",
      chargePointModel: "simulated",
    });
    box.plugInCar();
    await bench.passUntil(() => bench.central.statuses().includes("Charging"));
    expect(bench.central.of("StartTransaction")).toEqual([
      expect.objectContaining({ connectorId: 1, idTag: "FREEVEND", meterStart: 1_000 }),
    ]);
    expect(bench.hardware.powerW).toBe(32 * 690);
    await bench.pass(60);
    box.unplugCar();
    await bench.passUntil(
      () =>
        bench.central.statuses().at(-1) === "Available" && bench.central.of("StopTransaction").length === 1,
    );
    expect(bench.central.statuses()).toEqual([
      "Available",
      "Preparing",
      "SuspendedEVSE",
      "Charging",
      "Available",
    ]);
    const stop = bench.central.of("StopTransaction")[0];
    expect(stop).toMatchObject({ transactionId: 1, reason: "EVDisconnected" });
    expect(Number(stop?.meterStop)).toBeGreaterThanOrEqual(1_000 + 60 * 6);
    expect(box.state()).toMatchObject({ isInTransaction: false, limitA: undefined, powerW: 0 });
  });

  it("runs on the hardware of the simulated house", async () => {
    const evse = createEvse(createCar({ isPluggedIn: false }));
    box = await bench.startCharging({ hardware: evse });
    await bench.pass(30);
    expect(evse.powerW).toBeCloseTo(15.8 * 690);
    await set(bench.setpoint(6));
    await bench.passUntil(() => evse.offeredCurrentA === 6);
    box.pull();
    await bench.passUntil(() => evse.powerW === 0);
  });

  it("leaves the passing of time to the house where one is given", async () => {
    const reachedMs: number[] = [];
    await bench.startCharging({ advanceTo: (monotonicMs) => reachedMs.push(monotonicMs) });
    expect(reachedMs.at(-1)).toBe(bench.clock.monotonicMs());
    expect(bench.hardware.energyWh).toBe(1_000);
  });

  it("is suspended by 0 A and goes on in the same transaction", async () => {
    box = await bench.startCharging();
    expect(await set(bench.setpoint(0))).toEqual(accepted);
    expect(bench.hardware.powerW).toBe(0);
    await bench.passUntil(() => bench.central.statuses().at(-1) === "SuspendedEVSE");
    await set(bench.setpoint(8));
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Charging");
    bench.hardware.isFull = true;
    await bench.passUntil(() => bench.central.statuses().at(-1) === "SuspendedEV");
    expect(bench.central.of("StartTransaction")).toHaveLength(1);
    expect(bench.central.of("StopTransaction")).toEqual([]);
  });

  it("ends by RemoteStop in Finishing and begins anew by RemoteStart", async () => {
    box = await bench.startCharging();
    expect(await bench.central.call("RemoteStopTransaction", { transactionId: 99 })).toEqual({
      status: "Rejected",
    });
    expect(await bench.central.call("RemoteStopTransaction", { transactionId: 1 })).toEqual(accepted);
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Finishing");
    expect(bench.hardware.allowedA).toBeUndefined();
    expect(bench.central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason: "Remote" });
    expect(await bench.central.call("RemoteStartTransaction", { connectorId: 1, idTag: "GATEWAY" })).toEqual(
      accepted,
    );
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Charging");
    expect(bench.central.of("StartTransaction")[1]).toMatchObject({ idTag: "GATEWAY" });
    expect(await bench.central.call("RemoteStartTransaction", { idTag: "GATEWAY" })).toEqual({
      status: "Rejected",
    });
  });

  it("waits in Preparing without free vending, and stops where the id tag is refused", async () => {
    bench.central.script("StartTransaction", () => ({ transactionId: 5, idTagInfo: { status: "Invalid" } }));
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    await bench.central.call("ChangeConfiguration", { key: "FreeVend", value: "false" });
    box.plugInCar();
    await bench.pass(60);
    expect(box.state().status).toBe("Preparing");
    await bench.central.call("RemoteStartTransaction", { idTag: "STRANGER" });
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Finishing");
    expect(bench.central.of("StopTransaction")[0]).toMatchObject({
      transactionId: 5,
      reason: "DeAuthorized",
    });
  });

  it("is not begun while the box is inoperative", async () => {
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    const availability = (type: string) => bench.central.call("ChangeAvailability", { connectorId: 1, type });
    expect(await availability("Inoperative")).toEqual(accepted);
    box.plugInCar();
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Unavailable");
    expect(await availability("Operative")).toEqual(accepted);
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Charging");
    expect(await availability("Inoperative")).toEqual({ status: "Scheduled" });
  });
});

describe("metering", () => {
  it("samples every interval within a transaction and never without one", async () => {
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    await bench.pass(60);
    expect(bench.central.of("MeterValues")).toEqual([]);
    box.plugInCar();
    await bench.passUntil(() => bench.central.of("MeterValues").length >= 3);
    expect(bench.central.of("MeterValues")).toEqual(
      bench.central
        .of("MeterValues")
        .map(() => expect.objectContaining({ connectorId: 1, transactionId: 1 })),
    );
    expect(Date.parse(meterValue(2).timestamp) - Date.parse(meterValue(1).timestamp)).toBe(10_000);
    expect(
      meterValue(-1).sampledValue.map(({ measurand, phase, unit, value }) => [measurand, phase, unit, value]),
    ).toEqual([
      ["Power.Active.Import", undefined, "W", "22080"],
      ["Energy.Active.Import.Register", undefined, "Wh", expect.stringMatching(/^\d+$/)],
      ["Current.Import", "L1", "A", "32.0"],
      ["Current.Import", "L2", "A", "32.0"],
      ["Current.Import", "L3", "A", "32.0"],
      ["Voltage", "L1-N", "V", "230.0"],
      ["Voltage", "L2-N", "V", "230.0"],
      ["Voltage", "L3-N", "V", "230.0"],
      ["Current.Offered", undefined, "A", "32.0"],
    ]);
  });

  it("follows the configured interval and measurands", async () => {
    box = await bench.startCharging();
    const change = (key: string, value: string) => bench.central.call("ChangeConfiguration", { key, value });
    expect(await change("MeterValueSampleInterval", "30")).toEqual(accepted);
    expect(await change("MeterValuesSampledData", "Power.Active.Import")).toEqual(accepted);
    expect(await change("MeterValuesSampledData", "SoC")).toEqual({ status: "Rejected" });
    const before = bench.central.of("MeterValues").length;
    await bench.passUntil(() => bench.central.of("MeterValues").length >= before + 2);
    expect(Date.parse(meterValue(-1).timestamp) - Date.parse(meterValue(-2).timestamp)).toBe(30_000);
    expect(meterValue(-1).sampledValue).toHaveLength(1);
  });

  it("samples by the clock without a transaction where that is configured", async () => {
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    await bench.central.call("ChangeConfiguration", { key: "ClockAlignedDataInterval", value: "60" });
    await bench.passUntil(() => bench.central.of("MeterValues").length > 0);
    expect(Date.parse(meterValue(0).timestamp) % 60_000).toBeLessThan(1_000);
    expect(bench.central.of("MeterValues")[0]).not.toHaveProperty("transactionId");
  });
});

describe("limits", () => {
  it("obeys a profile at once, and the floor when it expires", async () => {
    box = await bench.startCharging();
    await set(floorRequest(6));
    await set(bench.setpoint(16, { durationS: 660 }));
    expect(bench.hardware.allowedA).toBe(16);
    await bench.pass(590);
    expect(bench.hardware.allowedA).toBe(16);
    await bench.pass(60);
    expect(bench.hardware.allowedA).toBe(6);
    expect(box.state().limitA).toBe(6);
  });

  it("keeps its profiles and falls to the floor while the link is cut", async () => {
    box = await bench.startCharging();
    await set(floorRequest(6));
    await set(bench.setpoint(16, { durationS: 660 }));
    box.cutLink();
    await bench.pass(300);
    expect(bench.hardware.allowedA).toBe(16);
    expect(box.state()).toMatchObject({ isConnected: false, status: "Charging" });
    await bench.pass(360);
    expect(bench.hardware.allowedA).toBe(6);
    expect(bench.hardware.powerW).toBe(6 * 690);
  });

  it("charges without any limit once a set point without a floor has expired", async () => {
    box = await bench.startCharging();
    await set(bench.setpoint(8, { durationS: 120 }));
    await bench.pass(120);
    expect(bench.hardware.allowedA).toBe(32);
    expect(box.state().limitA).toBeUndefined();
  });

  it("takes a TxProfile for the running transaction and forgets it at its end", async () => {
    box = await bench.startCharging();
    const request = bench.setpoint(9, { purpose: "TxProfile", transactionId: 1 });
    expect(await set(request)).toEqual(accepted);
    expect(bench.hardware.allowedA).toBe(9);
    box.unplugCar();
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Available");
    expect(box.state().profiles).toEqual([]);
    expect(await set(request)).toEqual({ status: "Rejected" });
  });

  it("reports and clears what is installed", async () => {
    box = await bench.startCharging();
    await set(floorRequest(6));
    const composite = await bench.central.call("GetCompositeSchedule", { connectorId: 1, duration: 60 });
    expect(composite).toMatchObject({
      status: "Accepted",
      chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] },
    });
    expect(await bench.central.call("ClearChargingProfile", { id: 100 })).toEqual(accepted);
    expect(bench.hardware.allowedA).toBe(32);
    expect(await bench.central.call("ClearChargingProfile", {})).toEqual({ status: "Unknown" });
  });
});

describe("offline", () => {
  it("replays a whole session in order, with the id that the start is given", async () => {
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    box.cutLink();
    box.plugInCar();
    await bench.pass(35);
    expect(box.state()).toMatchObject({
      status: "Charging",
      transactionId: undefined,
      isInTransaction: true,
    });
    box.unplugCar();
    await bench.pass(5);
    const waiting = box.state().queuedMessages;
    expect(waiting).toBe(5);
    box.restoreLink();
    await bench.passUntil(() => bench.central.of("StopTransaction").length === 1);
    const session = bench.central.received
      .map(({ action }) => action)
      .filter((action) => /Transaction|MeterValues/.test(action));
    expect(session).toEqual([
      "StartTransaction",
      "MeterValues",
      "MeterValues",
      "MeterValues",
      "StopTransaction",
    ]);
    expect(bench.central.of("MeterValues").map(({ transactionId }) => transactionId)).toEqual([1, 1, 1]);
    expect(bench.central.of("StopTransaction")[0]).toMatchObject({
      transactionId: 1,
      reason: "EVDisconnected",
    });
  });

  it("dials again by itself, boots anew and reports its state", async () => {
    box = await bench.startCharging();
    await bench.central.disconnect();
    await eventually(() => !box.state().isConnected);
    await bench.passUntil(() => bench.central.connections === 2 && box.state().isConnected);
    expect(bench.central.of("BootNotification")).toHaveLength(2);
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Charging");
    expect(bench.central.of("StartTransaction")).toHaveLength(1);
  });

  it("retries a refused transaction message and gives it up after the configured attempts", async () => {
    bench.central.script("StartTransaction", () => {
      throw new Error("database is down");
    });
    box = bench.start();
    box.plugInCar();
    await bench.passUntil(
      () => bench.central.of("StartTransaction").length === 3 && bench.central.of("MeterValues").length > 0,
    );
    expect(bench.central.of("MeterValues")[0]).toMatchObject({ transactionId: -1 });
    expect(box.state().isInTransaction).toBe(true);
  });

  it("leaves a half-open connection behind when the link dies silently", async () => {
    box = await bench.startCharging();
    box.cutLink("silently");
    expect(box.state().isConnected).toBe(false);
    box.restoreLink();
    await bench.passUntil(() => box.state().isConnected);
    expect(bench.central.connections).toBe(2);
  });

  it("waits as long as the central system keeps it pending", async () => {
    let status = "Pending";
    bench.central.script("BootNotification", () => ({
      status,
      currentTime: new Date(bench.clock.wallMs()).toISOString(),
      interval: 20,
    }));
    box = bench.start();
    await bench.passUntil(() => bench.central.of("BootNotification").length === 2);
    expect(bench.central.statuses()).toEqual([]);
    status = "Accepted";
    await bench.passUntil(() => box.state().isConnected);
    await bench.passUntil(() => bench.central.of("Heartbeat").length === 2);
  });
});

describe("power", () => {
  it("forgets nothing when it goes: profiles hold at once after the boot, the old transaction is closed", async () => {
    box = await bench.startCharging();
    await set(floorRequest(10));
    box.pull();
    expect(box.state()).toMatchObject({ isPowered: false, isConnected: false, powerW: 0 });
    await bench.pass(600);
    expect(bench.hardware.powerW).toBe(0);
    box.plug();
    await bench.passUntil(() => bench.central.of("StartTransaction").length === 2);
    expect(bench.central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason: "PowerLoss" });
    await bench.passUntil(() => box.state().status === "Charging");
    expect(bench.hardware.allowedA).toBe(10);
  });

  it.each([
    ["Soft", "SoftReset"],
    ["Hard", "HardReset"],
  ])("a %s reset stops the transaction, reboots and keeps the profiles", async (type, reason) => {
    box = await bench.startCharging();
    await set(floorRequest(10));
    expect(await bench.central.call("Reset", { type })).toEqual(accepted);
    await eventually(() => !box.state().isConnected);
    await bench.passUntil(() => bench.central.of("StartTransaction").length === 2);
    expect(bench.central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason });
    expect(bench.central.of("BootNotification")).toHaveLength(2);
    expect(box.state().profiles).toHaveLength(1);
  });
});

describe("other requests", () => {
  it("reports its configuration, says which keys it does not have, and never tells its password", async () => {
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    const all = (await bench.central.call("GetConfiguration", {})) as { configurationKey: { key: string }[] };
    expect(all.configurationKey.map(({ key }) => key)).toContain("ChargeProfileMaxStackLevel");
    await bench.central.call("ChangeConfiguration", { key: "AuthorizationKey", value: "s3cret" });
    expect(
      await bench.central.call("GetConfiguration", {
        key: ["ChargingScheduleAllowedChargingRateUnit", "AuthorizationKey", "Nonsense"],
      }),
    ).toEqual({
      configurationKey: [
        { key: "ChargingScheduleAllowedChargingRateUnit", readonly: true, value: "Current,Power" },
        { key: "AuthorizationKey", readonly: false },
      ],
      unknownKey: ["Nonsense"],
    });
  });

  it.each([
    ["HeartbeatInterval", "60", "Accepted"],
    ["HeartbeatInterval", "soon", "Rejected"],
    ["LocalPreAuthorize", "maybe", "Rejected"],
    ["NumberOfConnectors", "2", "Rejected"],
    ["Nonsense", "1", "NotSupported"],
  ])("ChangeConfiguration %s = %s is %s", async (key, value, status) => {
    box = bench.start();
    await bench.passUntil(() => box.state().isConnected);
    expect(await bench.central.call("ChangeConfiguration", { key, value })).toEqual({ status });
  });

  it("sends what TriggerMessage asks for", async () => {
    box = await bench.startCharging();
    const trigger = (requestedMessage: string) =>
      bench.central.call("TriggerMessage", { requestedMessage, connectorId: 1 });
    for (const action of ["BootNotification", "Heartbeat", "MeterValues", "StatusNotification"]) {
      const before = bench.central.of(action).length;
      expect(await trigger(action)).toEqual(accepted);
      await eventually(() => bench.central.of(action).length > before);
    }
    expect(await trigger("FirmwareStatusNotification")).toEqual({ status: "NotImplemented" });
  });

  it("answers the rest of the core profile", async () => {
    box = await bench.startCharging();
    expect(await bench.central.call("DataTransfer", { vendorId: "acme" })).toEqual({
      status: "UnknownVendorId",
    });
    expect(await bench.central.call("ClearCache", {})).toEqual(accepted);
    await expect(bench.central.call("GetDiagnostics", { location: "ftp://x" })).rejects.toThrow();
    expect(await bench.central.call("UnlockConnector", { connectorId: 1 })).toEqual({ status: "Unlocked" });
    await bench.passUntil(() => bench.central.of("StopTransaction").length === 1);
    expect(bench.central.of("StopTransaction")[0]).toMatchObject({ reason: "UnlockCommand" });
  });

  it("counts what went over the wire", async () => {
    box = await bench.startCharging();
    await set(floorRequest());
    await set(bench.setpoint(8));
    const counters = box.counters();
    expect(counters.received).toEqual({ SetChargingProfile: 2 });
    expect(counters.setChargingProfile).toBe(2);
    expect(counters.sent).toMatchObject({ BootNotification: 1, StartTransaction: 1 });
    expect(counters.calls).toBeGreaterThanOrEqual(bench.central.received.length + 2);
  });

  it("finds a dead central system by its own pings, and keeps one that answers", async () => {
    box = await bench.startCharging();
    await bench.central.call("ChangeConfiguration", { key: "WebSocketPingInterval", value: "30" });
    await bench.passUntil(() => bench.central.of("MeterValues").length > 20);
    expect(bench.central.connections).toBe(1);
    bench.central.freeze();
    await bench.passUntil(() => bench.central.connections === 2 && box.state().isConnected);
  });
});
