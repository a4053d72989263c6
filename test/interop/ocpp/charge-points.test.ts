import { join } from "node:path";
import { RPCClient } from "ocpp-rpc";
import OcppTs, { type SetChargingProfileRequest } from "ocpp-ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { CACHE, OCPP_PYTHON } from "./set-up.ts";
import { type PeerProcess, spawnPeer } from "./support/peer-process.ts";
import { createRealSite, IDENTITY, PASSWORD, type RealSite } from "./support/real-site.ts";

const LONG_MS = 20_000;
const basic = `Basic ${Buffer.from(`${IDENTITY}:${PASSWORD}`).toString("base64")}`;

let site: RealSite;
let peer: PeerProcess | undefined;
beforeEach(async () => {
  site = await createRealSite();
});
afterEach(async () => {
  peer?.kill();
  peer = undefined;
  await site.close();
});

const flowingA = () => site.wallbox.sample().phaseCurrentsA?.value[0];

describe("the Python library ocpp as a charge point", () => {
  it("boots, charges under our set point and stops, with every message valid in both directions", async () => {
    peer = spawnPeer(OCPP_PYTHON, [
      join(import.meta.dirname, "charge_point_16.py"),
      site.url,
      IDENTITY,
      PASSWORD,
    ]);
    const { told } = peer;
    site.ask(11.4);
    await eventually(() => flowingA() === 11.4, LONG_MS);
    site.ask(0);
    await eventually(() => told.some(({ level, limit }) => level === 1 && limit === 0), LONG_MS);
    await eventually(() => told.some(({ done }) => done === true), LONG_MS);
    expect(told).toContainEqual({ boot: "Accepted", interval: 60 });
    expect(told).toContainEqual({ authorized: "Accepted" });
    expect(told).toContainEqual({ level: 0, limit: 6 });
    expect(told.find(({ transaction }) => transaction !== undefined)?.transaction).toBeGreaterThan(0);
    expect(told).toContainEqual({ changed: "HeartbeatInterval", value: "60" });
    expect(site.wallbox.card()).toMatchObject({
      vendor: "Python",
      deadMan: { variant: "A", isProven: true },
    });
    expect(site.wallbox.deviations().size).toBe(0);
  });
});

describe("the Python library ocpp as a charging station of 2.0.1", () => {
  it("boots, charges under our set point and ends, with every message valid in both directions", async () => {
    peer = spawnPeer(OCPP_PYTHON, [
      join(import.meta.dirname, "charge_point_201.py"),
      site.url,
      IDENTITY,
      PASSWORD,
    ]);
    const { told, lines } = peer;
    site.ask(11.4);
    await eventually(() => flowingA() === 11.4, LONG_MS);
    expect(site.wallbox.card()).toMatchObject({
      protocol: "ocpp2.0.1",
      deadMan: { variant: "A", isProven: true },
    });
    site.ask(8);
    await eventually(() => told.some(({ level, limit }) => level === 1 && limit === 8), LONG_MS);
    await eventually(() => told.some(({ done }) => done === true), LONG_MS);
    expect(told).toContainEqual({ boot: "Accepted" });
    expect(told).toContainEqual({ authorized: "Accepted" });
    expect(told).toContainEqual({ changed: ["HeartbeatInterval"] });
    expect(told.filter(({ asked_for }) => asked_for !== undefined)).toHaveLength(1);
    expect(site.wallbox.card().smartCharging).toMatchObject({
      rateUnits: ["A"],
      measurands: ["Current.Import"],
      availableMeasurands: ["Current.Import", "Voltage"],
    });
    expect(lines).toEqual([]);
  });
});

describe("the simulator em-ocpp-chargepoint-simulator", () => {
  it("never answers SetChargingProfile: it is told so, asked again, and everything else goes on", async () => {
    const script = `
      const cp = await connect("${site.url.replace("//", `//${IDENTITY}:${PASSWORD}@`)}/${IDENTITY}");
      await cp.sendBootnotification({ chargePointVendor: "em", chargePointModel: "simulator" });
      await cp.sendStatusNotification({ connectorId: 1, errorCode: "NoError", status: "Charging" });
      for (let beat = 0; beat < 400; beat++) {
        const answer = await cp.sendHeartbeat();
        console.log(JSON.stringify({ beat, currentTime: answer.currentTime }));
        await cp.sleep(250);
      }`;
    const main = join(CACHE, "node_modules/em-ocpp-chargepoint-simulator/build/src/main.js");
    peer = spawnPeer(process.execPath, [main, "--stdin"], script);
    const { told } = peer;
    site.ask(10);
    await eventually(() => site.wallbox.sample().isConnected, LONG_MS);
    await eventually(() => !site.wallbox.sample().capability.isModulating, 45_000);
    const beats = told.length;
    await eventually(() => told.length > beats + 3, LONG_MS);
    expect(told.at(-1)?.currentTime).toMatch(/Z$/);
    expect(site.wallbox.sample()).toMatchObject({ isConnected: true, vehicle: "charging" });
  });
});

describe("the client of ocpp-ts", () => {
  it("finds nothing wrong with our messages", async () => {
    const client = new OcppTs.OcppClient(IDENTITY);
    const limits: number[] = [];
    client.on("error", () => {});
    client.on("SetChargingProfile", ({ csChargingProfiles }, answer) => {
      limits.push(csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? -1);
      answer({ status: "Accepted" as never });
    });
    client.on("GetConfiguration", (_request, answer) => answer({ configurationKey: [] }));
    client.on("TriggerMessage", (_request, answer) => answer({ status: "NotImplemented" as never }));
    client.connect(`${site.url}/`, { authorization: basic });
    await new Promise<void>((resolve) => client.on("connect", resolve));
    const boot = await client.callRequest("BootNotification", {
      chargePointVendor: "ocpp-ts",
      chargePointModel: "client",
    });
    expect(boot.status).toBe("Accepted");
    await client.callRequest("StatusNotification", {
      connectorId: 1,
      errorCode: "NoError" as never,
      status: "Charging" as never,
    });
    site.ask(9.5);
    await eventually(() => limits.at(-1) === 9.5, LONG_MS);
    expect(limits[0]).toBe(6);
  });
});

describe("the client of ocpp-rpc in strict mode", () => {
  it("finds nothing wrong with our calls and our answers", async () => {
    // The types of the library ask for every option and for promises, its documentation for neither.
    const options = { endpoint: site.url, identity: IDENTITY, password: PASSWORD, protocols: ["ocpp1.6"] };
    const client = new RPCClient({ ...options, strictMode: true } as never);
    const faults: unknown[] = [];
    const limits: number[] = [];
    client.on("strictValidationFailure", (fault: unknown) => faults.push(fault));
    client.handle("SetChargingProfile", async ({ params }) => {
      const { csChargingProfiles } = params as unknown as SetChargingProfileRequest;
      limits.push(csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? -1);
      return { status: "Accepted" };
    });
    client.handle("GetConfiguration", async () => ({ configurationKey: [], unknownKey: [] }));
    client.handle("TriggerMessage", async () => ({ status: "Accepted" }));
    await client.connect();
    const boot = await client.call("BootNotification", {
      chargePointVendor: "ocpp-rpc",
      chargePointModel: "client",
    });
    expect(boot).toMatchObject({ status: "Accepted" });
    await client.call("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Charging" });
    const start = { connectorId: 1, idTag: "TAG", meterStart: 0, timestamp: new Date().toISOString() };
    const { transactionId } = (await client.call("StartTransaction", start)) as { transactionId: number };
    expect(await client.call("StartTransaction", start)).toMatchObject({ transactionId });
    site.ask(12.3);
    await eventually(() => limits.at(-1) === 12.3, LONG_MS);
    await client.call("StopTransaction", {
      transactionId,
      meterStop: 10,
      timestamp: new Date().toISOString(),
    });
    expect(await client.call("Heartbeat", {})).toHaveProperty("currentTime");
    expect(faults).toEqual([]);
    await client.close();
  });
});
