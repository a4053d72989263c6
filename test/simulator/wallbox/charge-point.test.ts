import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCar } from "../../../simulator/house/car.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import {
  type ChargePoint,
  type ChargePointOptions,
  createChargePoint,
} from "../../../simulator/wallbox/charge-point.ts";
import { eventually } from "../../support/eventually.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import { type CentralSystem, createCentralSystem } from "./central-system.ts";
import { createFakeHardware, type FakeHardware } from "./fake-hardware.ts";
import { floorRequest, type ProfileSketch, profileRequest } from "./profile-requests.ts";

let clock: ManualClock;
let central: CentralSystem;
let hardware: FakeHardware;
let box: ChargePoint;

beforeEach(async () => {
  clock = createManualClock();
  central = await createCentralSystem(clock.wallMs);
  hardware = createFakeHardware();
});

afterEach(async () => {
  box.close();
  await central.close();
  expect(clock.pendingTimers).toBe(0);
});

function start(options: Partial<ChargePointOptions> = {}): void {
  box = createChargePoint({
    url: central.url,
    identity: "WB 1",
    vendor: "hems-edge",
    model: "simulated",
    hardware,
    clock,
    ...options,
  });
}

/** Lets virtual seconds pass until `condition` holds. */
async function passUntil(condition: () => boolean): Promise<void> {
  await eventually(async () => {
    if (condition()) return true;
    await clock.advance(1_000);
    return condition();
  });
}

/** Lets virtual time pass in which the sockets may or may not keep up. */
async function pass(seconds: number): Promise<void> {
  await clock.advance(seconds * 1_000);
}

async function startCharging(options: Partial<ChargePointOptions> = {}): Promise<void> {
  start(options);
  box.plugInCar();
  await passUntil(() => box.state().transactionId !== undefined && central.statuses().includes("Charging"));
}

interface MeterValue {
  readonly timestamp: string;
  readonly sampledValue: readonly Record<string, string>[];
}

/** The n-th MeterValues that arrived, from the end where negative. */
function meterValue(index: number): MeterValue {
  const request = central.of("MeterValues").at(index) as { meterValue: [MeterValue] };
  return request.meterValue[0];
}

const atOffset = (offsetS: number) => clock.wallMs() + offsetS * 1_000;
const setpoint = (limitA: number, sketch: ProfileSketch = {}) =>
  profileRequest({ id: 101, level: 1, periods: [[0, limitA]], startMs: atOffset(-60), ...sketch });
const set = (request: unknown) => central.call("SetChargingProfile", request as object);
const accepted = { status: "Accepted" };

describe("a session", () => {
  it("goes from boot to Available, Charging and back to Available as the car comes and goes", async () => {
    start();
    await passUntil(() => central.statuses().length > 0);
    expect(central.received.map(({ action }) => action)).toEqual([
      "BootNotification",
      "StatusNotification",
      "StatusNotification",
    ]);
    expect(central.of("BootNotification")[0]).toMatchObject({
      chargePointVendor: "hems-edge",
      chargePointModel: "simulated",
    });
    box.plugInCar();
    await passUntil(() => central.statuses().includes("Charging"));
    expect(central.of("StartTransaction")).toEqual([
      expect.objectContaining({ connectorId: 1, idTag: "FREEVEND", meterStart: 1_000 }),
    ]);
    expect(hardware.powerW).toBe(32 * 690);
    await pass(60);
    box.unplugCar();
    await passUntil(
      () => central.statuses().at(-1) === "Available" && central.of("StopTransaction").length === 1,
    );
    expect(central.statuses()).toEqual(["Available", "Preparing", "SuspendedEVSE", "Charging", "Available"]);
    const stop = central.of("StopTransaction")[0];
    expect(stop).toMatchObject({ transactionId: 1, reason: "EVDisconnected" });
    expect(Number(stop?.meterStop)).toBeGreaterThanOrEqual(1_000 + 60 * 6);
    expect(box.state()).toMatchObject({ isInTransaction: false, limitA: undefined, powerW: 0 });
  });

  it("runs on the hardware of the simulated house", async () => {
    const evse = createEvse(createCar({ isPluggedIn: false }));
    await startCharging({ hardware: evse });
    await pass(30);
    expect(evse.powerW).toBeCloseTo(15.8 * 690);
    await set(setpoint(6));
    await passUntil(() => evse.offeredCurrentA === 6);
    box.pull();
    await passUntil(() => evse.powerW === 0);
  });

  it("is suspended by 0 A and goes on in the same transaction", async () => {
    await startCharging();
    expect(await set(setpoint(0))).toEqual(accepted);
    expect(hardware.powerW).toBe(0);
    await passUntil(() => central.statuses().at(-1) === "SuspendedEVSE");
    await set(setpoint(8));
    await passUntil(() => central.statuses().at(-1) === "Charging");
    hardware.isFull = true;
    await passUntil(() => central.statuses().at(-1) === "SuspendedEV");
    expect(central.of("StartTransaction")).toHaveLength(1);
    expect(central.of("StopTransaction")).toEqual([]);
  });

  it("ends by RemoteStop in Finishing and begins anew by RemoteStart", async () => {
    await startCharging();
    expect(await central.call("RemoteStopTransaction", { transactionId: 99 })).toEqual({
      status: "Rejected",
    });
    expect(await central.call("RemoteStopTransaction", { transactionId: 1 })).toEqual(accepted);
    await passUntil(() => central.statuses().at(-1) === "Finishing");
    expect(hardware.allowedA).toBeUndefined();
    expect(central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason: "Remote" });
    expect(await central.call("RemoteStartTransaction", { connectorId: 1, idTag: "GATEWAY" })).toEqual(
      accepted,
    );
    await passUntil(() => central.statuses().at(-1) === "Charging");
    expect(central.of("StartTransaction")[1]).toMatchObject({ idTag: "GATEWAY" });
    expect(await central.call("RemoteStartTransaction", { idTag: "GATEWAY" })).toEqual({
      status: "Rejected",
    });
  });

  it("waits in Preparing without free vending, and stops where the id tag is refused", async () => {
    central.script("StartTransaction", () => ({ transactionId: 5, idTagInfo: { status: "Invalid" } }));
    start();
    await passUntil(() => box.state().isConnected);
    await central.call("ChangeConfiguration", { key: "FreeVend", value: "false" });
    box.plugInCar();
    await pass(60);
    expect(box.state().status).toBe("Preparing");
    await central.call("RemoteStartTransaction", { idTag: "STRANGER" });
    await passUntil(() => central.statuses().at(-1) === "Finishing");
    expect(central.of("StopTransaction")[0]).toMatchObject({ transactionId: 5, reason: "DeAuthorized" });
  });

  it("is not begun while the box is inoperative", async () => {
    start();
    await passUntil(() => box.state().isConnected);
    const availability = (type: string) => central.call("ChangeAvailability", { connectorId: 1, type });
    expect(await availability("Inoperative")).toEqual(accepted);
    box.plugInCar();
    await passUntil(() => central.statuses().at(-1) === "Unavailable");
    expect(await availability("Operative")).toEqual(accepted);
    await passUntil(() => central.statuses().at(-1) === "Charging");
    expect(await availability("Inoperative")).toEqual({ status: "Scheduled" });
  });
});

describe("metering", () => {
  it("samples every interval within a transaction and never without one", async () => {
    start();
    await passUntil(() => box.state().isConnected);
    await pass(60);
    expect(central.of("MeterValues")).toEqual([]);
    box.plugInCar();
    await passUntil(() => central.of("MeterValues").length >= 3);
    expect(central.of("MeterValues")).toEqual(
      central.of("MeterValues").map(() => expect.objectContaining({ connectorId: 1, transactionId: 1 })),
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
    await startCharging();
    const change = (key: string, value: string) => central.call("ChangeConfiguration", { key, value });
    expect(await change("MeterValueSampleInterval", "30")).toEqual(accepted);
    expect(await change("MeterValuesSampledData", "Power.Active.Import")).toEqual(accepted);
    expect(await change("MeterValuesSampledData", "SoC")).toEqual({ status: "Rejected" });
    const before = central.of("MeterValues").length;
    await passUntil(() => central.of("MeterValues").length >= before + 2);
    expect(Date.parse(meterValue(-1).timestamp) - Date.parse(meterValue(-2).timestamp)).toBe(30_000);
    expect(meterValue(-1).sampledValue).toHaveLength(1);
  });

  it("samples by the clock without a transaction where that is configured", async () => {
    start();
    await passUntil(() => box.state().isConnected);
    await central.call("ChangeConfiguration", { key: "ClockAlignedDataInterval", value: "60" });
    await passUntil(() => central.of("MeterValues").length > 0);
    expect(Date.parse(meterValue(0).timestamp) % 60_000).toBeLessThan(1_000);
    expect(central.of("MeterValues")[0]).not.toHaveProperty("transactionId");
  });
});

describe("limits", () => {
  it("obeys a profile at once, and the floor when it expires", async () => {
    await startCharging();
    await set(floorRequest(6));
    await set(setpoint(16, { durationS: 660 }));
    expect(hardware.allowedA).toBe(16);
    await pass(595);
    expect(hardware.allowedA).toBe(16);
    await pass(10);
    expect(hardware.allowedA).toBe(6);
    expect(box.state().limitA).toBe(6);
  });

  it("keeps its profiles and falls to the floor while the link is cut", async () => {
    await startCharging();
    await set(floorRequest(6));
    await set(setpoint(16, { durationS: 660 }));
    box.cutLink();
    await pass(300);
    expect(hardware.allowedA).toBe(16);
    expect(box.state()).toMatchObject({ isConnected: false, status: "Charging" });
    await pass(305);
    expect(hardware.allowedA).toBe(6);
    expect(hardware.powerW).toBe(6 * 690);
  });

  it("charges without any limit once a set point without a floor has expired", async () => {
    await startCharging();
    await set(setpoint(8, { durationS: 120 }));
    await pass(70);
    expect(hardware.allowedA).toBe(32);
    expect(box.state().limitA).toBeUndefined();
  });

  it("takes a TxProfile for the running transaction and forgets it at its end", async () => {
    await startCharging();
    const request = setpoint(9, { purpose: "TxProfile", transactionId: 1 });
    expect(await set(request)).toEqual(accepted);
    expect(hardware.allowedA).toBe(9);
    box.unplugCar();
    await passUntil(() => central.statuses().at(-1) === "Available");
    expect(box.state().profiles).toEqual([]);
    expect(await set(request)).toEqual({ status: "Rejected" });
  });

  it("reports and clears what is installed", async () => {
    await startCharging();
    await set(floorRequest(6));
    const composite = await central.call("GetCompositeSchedule", { connectorId: 1, duration: 60 });
    expect(composite).toMatchObject({
      status: "Accepted",
      chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] },
    });
    expect(await central.call("ClearChargingProfile", { id: 100 })).toEqual(accepted);
    expect(hardware.allowedA).toBe(32);
    expect(await central.call("ClearChargingProfile", {})).toEqual({ status: "Unknown" });
  });
});

describe("offline", () => {
  it("replays a whole session in order, with the id that the start is given", async () => {
    start();
    await passUntil(() => box.state().isConnected);
    box.cutLink();
    box.plugInCar();
    await pass(35);
    expect(box.state()).toMatchObject({
      status: "Charging",
      transactionId: undefined,
      isInTransaction: true,
    });
    box.unplugCar();
    await pass(5);
    const waiting = box.state().queuedMessages;
    expect(waiting).toBe(5);
    box.restoreLink();
    await passUntil(() => central.of("StopTransaction").length === 1);
    const session = central.received
      .map(({ action }) => action)
      .filter((action) => /Transaction|MeterValues/.test(action));
    expect(session).toEqual([
      "StartTransaction",
      "MeterValues",
      "MeterValues",
      "MeterValues",
      "StopTransaction",
    ]);
    expect(central.of("MeterValues").map(({ transactionId }) => transactionId)).toEqual([1, 1, 1]);
    expect(central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason: "EVDisconnected" });
  });

  it("dials again by itself, boots anew and reports its state", async () => {
    await startCharging();
    await central.disconnect();
    await eventually(() => !box.state().isConnected);
    await passUntil(() => central.connections === 2 && box.state().isConnected);
    expect(central.of("BootNotification")).toHaveLength(2);
    await passUntil(() => central.statuses().at(-1) === "Charging");
    expect(central.of("StartTransaction")).toHaveLength(1);
  });

  it("retries a refused transaction message and gives it up after the configured attempts", async () => {
    central.script("StartTransaction", () => {
      throw new Error("database is down");
    });
    start();
    box.plugInCar();
    await passUntil(
      () => central.of("StartTransaction").length === 3 && central.of("MeterValues").length > 0,
    );
    expect(central.of("MeterValues")[0]).toMatchObject({ transactionId: -1 });
    expect(box.state().isInTransaction).toBe(true);
  });

  it("leaves a half-open connection behind when the link dies silently", async () => {
    await startCharging();
    box.cutLink("silently");
    expect(box.state().isConnected).toBe(false);
    box.restoreLink();
    await passUntil(() => box.state().isConnected);
    expect(central.connections).toBe(2);
  });

  it("waits as long as the central system keeps it pending", async () => {
    let status = "Pending";
    central.script("BootNotification", () => ({
      status,
      currentTime: new Date(clock.wallMs()).toISOString(),
      interval: 20,
    }));
    start();
    await passUntil(() => central.of("BootNotification").length === 2);
    expect(central.statuses()).toEqual([]);
    status = "Accepted";
    await passUntil(() => box.state().isConnected);
    await passUntil(() => central.of("Heartbeat").length === 2);
  });
});

describe("power", () => {
  it("forgets nothing when it goes: profiles hold at once after the boot, the old transaction is closed", async () => {
    await startCharging();
    await set(floorRequest(10));
    box.pull();
    expect(box.state()).toMatchObject({ isPowered: false, isConnected: false, powerW: 0 });
    await pass(600);
    expect(hardware.powerW).toBe(0);
    box.plug();
    await passUntil(() => central.of("StartTransaction").length === 2);
    expect(central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason: "PowerLoss" });
    await passUntil(() => box.state().status === "Charging");
    expect(hardware.allowedA).toBe(10);
  });

  it.each([
    ["Soft", "SoftReset"],
    ["Hard", "HardReset"],
  ])("a %s reset stops the transaction, reboots and keeps the profiles", async (type, reason) => {
    await startCharging();
    await set(floorRequest(10));
    expect(await central.call("Reset", { type })).toEqual(accepted);
    await eventually(() => !box.state().isConnected);
    await passUntil(() => central.of("StartTransaction").length === 2);
    expect(central.of("StopTransaction")[0]).toMatchObject({ transactionId: 1, reason });
    expect(central.of("BootNotification")).toHaveLength(2);
    expect(box.state().profiles).toHaveLength(1);
  });
});

describe("other requests", () => {
  it("reports its configuration, says which keys it does not have, and never tells its password", async () => {
    start();
    await passUntil(() => box.state().isConnected);
    const all = (await central.call("GetConfiguration", {})) as { configurationKey: { key: string }[] };
    expect(all.configurationKey.map(({ key }) => key)).toContain("ChargeProfileMaxStackLevel");
    await central.call("ChangeConfiguration", { key: "AuthorizationKey", value: "s3cret" });
    expect(
      await central.call("GetConfiguration", {
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
    start();
    await passUntil(() => box.state().isConnected);
    expect(await central.call("ChangeConfiguration", { key, value })).toEqual({ status });
  });

  it("sends what TriggerMessage asks for", async () => {
    await startCharging();
    const trigger = (requestedMessage: string) =>
      central.call("TriggerMessage", { requestedMessage, connectorId: 1 });
    for (const action of ["BootNotification", "Heartbeat", "MeterValues", "StatusNotification"]) {
      const before = central.of(action).length;
      expect(await trigger(action)).toEqual(accepted);
      await eventually(() => central.of(action).length > before);
    }
    expect(await trigger("FirmwareStatusNotification")).toEqual({ status: "NotImplemented" });
  });

  it("answers the rest of the core profile", async () => {
    await startCharging();
    expect(await central.call("DataTransfer", { vendorId: "acme" })).toEqual({ status: "UnknownVendorId" });
    expect(await central.call("ClearCache", {})).toEqual(accepted);
    await expect(central.call("GetDiagnostics", { location: "ftp://x" })).rejects.toThrow();
    expect(await central.call("UnlockConnector", { connectorId: 1 })).toEqual({ status: "Unlocked" });
    await passUntil(() => central.of("StopTransaction").length === 1);
    expect(central.of("StopTransaction")[0]).toMatchObject({ reason: "UnlockCommand" });
  });

  it("counts what went over the wire", async () => {
    await startCharging();
    await set(floorRequest());
    await set(setpoint(8));
    const counters = box.counters();
    expect(counters.received).toEqual({ SetChargingProfile: 2 });
    expect(counters.setChargingProfile).toBe(2);
    expect(counters.sent).toMatchObject({ BootNotification: 1, StartTransaction: 1 });
    expect(counters.calls).toBeGreaterThanOrEqual(central.received.length + 2);
  });

  it("finds a dead central system by its own pings, and keeps one that answers", async () => {
    await startCharging();
    await central.call("ChangeConfiguration", { key: "WebSocketPingInterval", value: "30" });
    await passUntil(() => central.of("MeterValues").length > 20);
    expect(central.connections).toBe(1);
    central.freeze();
    await passUntil(() => central.connections === 2 && box.state().isConnected);
  });
});
