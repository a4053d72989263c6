import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { ScriptedBox } from "./support/scripted-box.ts";
import { type Payload, stationOn, VARIABLES } from "./support/station-201.ts";
import { command, createTestSite, HORIZON_MS, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

const dial201 = (variables = VARIABLES) => stationOn(site, variables);

const event = (box: ScriptedBox, eventType: string, chargingState: string, more: Payload = {}) =>
  box.call("TransactionEvent", {
    eventType,
    timestamp: "2022-03-19T06:00:00Z",
    triggerReason: "ChargingStateChanged",
    seqNo: 0,
    transactionInfo: { transactionId: "tx-abc", chargingState },
    evse: { id: 1, connectorId: 1 },
    ...more,
  });

const currents = (amperes: number) => [
  {
    timestamp: "2022-03-19T06:00:00Z",
    sampledValue: ["L1", "L2", "L3"].map((phase) => ({
      value: amperes,
      measurand: "Current.Import",
      phase,
      unitOfMeasure: { unit: "A", multiplier: 0 },
    })),
  },
];

describe("a 2.0.1 station", () => {
  it("speaks 1.6 with us where it can do both", async () => {
    site = await createTestSite();
    const box = await site.dial({ protocols: ["ocpp2.0.1", "ocpp1.6"] });
    expect(box.socket.protocol).toBe("ocpp1.6");
  });

  it("gets floor and expiring set point in its own words", async () => {
    site = await createTestSite();
    const box = await dial201();
    expect(box.socket.protocol).toBe("ocpp2.0.1");
    const wallMs = site.clock.wallMs();
    expect(await site.wallbox.apply(command(11.5))).toEqual({ kind: "written" });
    const [floor, setpoint] = box.calls("SetChargingProfile");
    expect(floor).toEqual({
      evseId: 1,
      chargingProfile: {
        id: 100,
        stackLevel: 0,
        chargingProfilePurpose: "TxDefaultProfile",
        chargingProfileKind: "Absolute",
        chargingSchedule: [
          {
            id: 100,
            startSchedule: "2000-01-01T00:00:00Z",
            chargingRateUnit: "A",
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
          },
        ],
      },
    });
    expect(setpoint).toMatchObject({
      evseId: 1,
      chargingProfile: {
        stackLevel: 1,
        chargingSchedule: [
          { duration: HORIZON_MS / 1_000 + 60, chargingSchedulePeriod: [{ startPeriod: 0, limit: 11.5 }] },
        ],
      },
    });
    const { validTo } = (setpoint as { chargingProfile: { validTo: string } }).chargingProfile;
    expect(Date.parse(validTo)).toBe(wallMs + HORIZON_MS);
  });

  it("loses by its id what was left in it when it draws more than it was told", async () => {
    site = await createTestSite();
    const box = await dial201();
    await site.wallbox.apply(command(8));
    for (let passedS = 0; passedS <= 40; passedS += 10) {
      await site.clock.advance(10_000);
      const timestamp = new Date(site.clock.wallMs()).toISOString();
      const meterValue = currents(16).map((value) => ({ ...value, timestamp }));
      await event(box, "Updated", "Charging", { timestamp, meterValue });
    }
    await eventually(() => box.calls("ClearChargingProfile").length > 0);
    expect(box.calls("ClearChargingProfile")[0]).toEqual({ chargingProfileId: 102 });
  });

  it("is asked for its variables and given ours", async () => {
    site = await createTestSite();
    const box = await dial201();
    expect(site.wallbox.card()).toMatchObject({
      protocol: "ocpp2.0.1",
      vendor: "Station",
      model: "Two",
      serial: "S1",
      smartCharging: { maxStackLevel: 3, maxPeriods: 10, rateUnits: ["A", "W"] },
    });
    expect(box.calls("SetVariables")).toContainEqual({
      setVariableData: [
        {
          attributeValue: "10",
          component: { name: "SampledDataCtrlr" },
          variable: { name: "TxUpdatedInterval" },
        },
      ],
    });
  });

  it("steps down in one profile where it has no second level", async () => {
    site = await createTestSite();
    await dial201({ ...VARIABLES, "SmartChargingCtrlr.ProfileStackLevel": "0" });
    await site.wallbox.apply(command(12));
    expect(site.wallbox.card().deadMan.variant).toBe("B");
  });

  it("tells by one event of start, state, meter and tag", async () => {
    site = await createTestSite();
    const box = await dial201();
    expect(
      await event(box, "Started", "EVConnected", { idToken: { idToken: "TAG", type: "ISO14443" } }),
    ).toEqual({ idTokenInfo: { status: "Accepted" } });
    expect(site.wallbox.sample().vehicle).toBe("connected");
    expect(await event(box, "Updated", "Charging", { meterValue: currents(9.5) })).toEqual({});
    expect(site.wallbox.sample()).toMatchObject({
      vehicle: "charging",
      phaseCurrentsA: { value: [9.5, 9.5, 9.5] },
    });
    await event(box, "Updated", "SuspendedEVSE");
    expect(site.wallbox.sample().vehicle).toBe("suspended_by_wallbox");
    await event(box, "Ended", "EVConnected");
    expect(site.wallbox.sample().vehicle).toBe("finishing");
    await box.call("StatusNotification", {
      timestamp: "2022-03-19T06:10:00Z",
      connectorStatus: "Available",
      evseId: 1,
      connectorId: 1,
    });
    expect(site.wallbox.sample().vehicle).toBe("absent");
  });

  it("is unplugged by the end that says so", async () => {
    site = await createTestSite();
    const box = await dial201();
    await event(box, "Started", "Charging");
    await event(box, "Ended", "Idle", {
      transactionInfo: { transactionId: "tx-abc", chargingState: "Idle", stoppedReason: "EVDisconnected" },
    });
    expect(site.wallbox.sample().vehicle).toBe("absent");
  });

  it("is only occupied before a transaction, and within one its states count", async () => {
    site = await createTestSite();
    const box = await dial201();
    const occupied = () =>
      box.call("StatusNotification", {
        timestamp: "2022-03-19T06:00:00Z",
        connectorStatus: "Occupied",
        evseId: 1,
        connectorId: 1,
      });
    await occupied();
    expect(site.wallbox.sample().vehicle).toBe("connected");
    await event(box, "Started", "Charging");
    await occupied();
    expect(site.wallbox.sample().vehicle).toBe("charging");
  });

  it("has its running transaction adopted after our restart", async () => {
    site = await createTestSite();
    await event(await dial201(), "Started", "Charging");
    const { store } = site;
    await site.close();
    site = await createTestSite({ store });
    const box = await dial201();
    await event(box, "Updated", "Charging", { meterValue: currents(8) });
    expect(site.wallbox.sample()).toMatchObject({
      vehicle: "charging",
      phaseCurrentsA: { value: [8, 8, 8] },
    });
  });

  it("has the number of its transaction over our restart, whatever its meter says by then", async () => {
    site = await createTestSite();
    const register = (value: number) => ({
      meterValue: [{ timestamp: "2022-03-19T06:00:00Z", sampledValue: [{ value }] }],
    });
    const tagged = { idToken: { idToken: "CARD", type: "ISO14443" } };
    await event(await dial201(), "Started", "Charging", { ...tagged, ...register(1_000) });
    const begun = site.wallbox.sample().transaction;
    const { store } = site;
    await site.close();
    site = await createTestSite({ store });
    const box = await dial201();
    await event(box, "Updated", "Charging", register(3_500));
    expect(site.wallbox.sample().transaction).toMatchObject({
      id: begun?.id,
      idTag: "CARD",
      energyWh: 2_500,
    });
    await event(box, "Ended", "EVConnected", register(4_000));
    expect(site.wallbox.sample().transaction).toBeUndefined();
  });

  it("with two sockets is told apart by them, also where an event names none", async () => {
    site = await createTestSite();
    const box = await dial201();
    const other = { transactionInfo: { transactionId: "tx-two", chargingState: "Charging" } };
    await event(box, "Started", "Charging", { ...other, evse: { id: 2, connectorId: 1 } });
    await event(box, "Updated", "Charging", { ...other, evse: undefined, meterValue: currents(12) });
    expect(site.wallbox.sample()).toMatchObject({ vehicle: "unknown", transaction: undefined });
    await box.call("StatusNotification", {
      timestamp: "2022-03-19T06:00:00Z",
      connectorStatus: "Occupied",
      evseId: 1,
      connectorId: 1,
    });
    expect(site.wallbox.sample().vehicle).toBe("connected");
  });

  it("that kept its events while it was offline tells its present state by the newest of them", async () => {
    site = await createTestSite();
    const box = await dial201();
    await box.call("StatusNotification", {
      timestamp: "2022-03-19T07:00:00Z",
      connectorStatus: "Available",
      evseId: 1,
      connectorId: 1,
    });
    await event(box, "Started", "Charging", { offline: true });
    await event(box, "Ended", "EVConnected", { offline: true, timestamp: "2022-03-19T06:30:00Z" });
    expect(site.wallbox.sample()).toMatchObject({ vehicle: "absent", transaction: undefined });
  });

  it("is told to start and to stop by the names of its own", async () => {
    site = await createTestSite({
      wallbox: { habits: { remoteStart: ["preparing"], pause: ["zero", "remote_stop"] } },
    });
    const box = await dial201();
    await box.call("StatusNotification", {
      timestamp: "2022-03-19T06:00:00Z",
      connectorStatus: "Occupied",
      evseId: 1,
      connectorId: 1,
    });
    await site.wallbox.apply(command(10));
    await eventually(() => box.calls("RequestStartTransaction").length === 1);
    expect(box.calls("RequestStartTransaction")).toEqual([
      { remoteStartId: 1, idToken: { idToken: "hems-edge", type: "Central" }, evseId: 1 },
    ]);
    await event(box, "Started", "Charging");
    await site.wallbox.apply(command(0));
    for (let second = 0; second < 70; second += 5) {
      await site.clock.advance(5_000);
      await event(box, "Updated", "Charging", {
        meterValue: currents(16).map(({ sampledValue }) => ({ sampledValue })),
      });
      void site.wallbox.apply(command(0));
    }
    await eventually(() => box.calls("RequestStopTransaction").length >= 1);
    expect(box.calls("RequestStopTransaction")[0]).toEqual({ transactionId: "tx-abc" });
  });

  it("gets a new password where 2.0.1 keeps it", async () => {
    site = await createTestSite({ central: { accounts: [{ identity: "BOX1" }] } });
    const box = await dial201();
    const change = await site.wallbox.changeKey();
    expect(change).toMatchObject({ ok: true });
    expect(box.calls("SetVariables").at(-1)).toMatchObject({
      setVariableData: [{ component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" } }],
    });
  });

  it.each([
    ["Heartbeat", {}, { currentTime: expect.any(String) }],
    ["Authorize", { idToken: { idToken: "T", type: "Local" } }, { idTokenInfo: { status: "Accepted" } }],
    ["NotifyReport", { requestId: 1, seqNo: 0 }, {}],
    ["NotifyEVChargingNeeds", { evseId: 1 }, { status: "Accepted" }],
    ["SignCertificate", { csr: "x" }, { status: "Rejected" }],
    ["DataTransfer", { vendorId: "x" }, { status: "Accepted" }],
    ["SecurityEventNotification", { type: "x" }, {}],
    ["MeterValues", { evseId: 1, meterValue: currents(3) }, {}],
  ])("is answered to %s", async (action, payload, answer) => {
    site = await createTestSite();
    const box = await dial201();
    expect(await box.call(action, payload)).toEqual(answer);
  });

  it.each(["StartTransaction", "StopTransaction", "toString"])(
    "is refused %s, which 2.0.1 does not know",
    async (action) => {
      site = await createTestSite();
      const box = await dial201();
      expect(await box.call(action)).toEqual({ error: "NotImplemented" });
    },
  );

  it.each([
    ["no transaction", { transactionInfo: {} }],
    ["nothing", { transactionInfo: null, evse: null, meterValue: "x" }],
    ["rubbish", { transactionInfo: { transactionId: { a: 1 } }, evse: [], idToken: 7 }],
  ])("is answered to an event of %s", async (_what, more) => {
    site = await createTestSite();
    const box = await dial201();
    expect(await event(box, "Updated", "Charging", more)).toEqual({});
  });
});
