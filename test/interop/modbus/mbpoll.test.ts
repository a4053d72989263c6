import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { createModbusProxy } from "../../../drivers/modbus-proxy/modbus-proxy.ts";
import { createRecordedBus } from "../../../drivers/modbus-proxy/recorded-bus.ts";
import { loadProfile } from "../../../drivers/profiles/catalogue.ts";
import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";
import { respondFrom } from "../../../simulator/profile/profile-device.ts";
import { profileRegisters } from "../../../simulator/profile/profile-registers.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { run } from "../programs.ts";
import { mbpoll } from "./mbpoll.ts";

describe("mbpoll reading our simulator", () => {
  async function simulated(name: string, targets: object) {
    const profile = loadProfile(name);
    if (profile.protocol !== "modbus") throw new Error(`${name} is not on Modbus`);
    const bank = profileRegisters(profile, targets);
    const server = createModbusServer({ host: "127.0.0.1", port: 0, respond: respondFrom(() => bank) });
    await server.plug();
    onTestFinished(() => server.close());
    return server.address();
  }

  it("sees an Eastron meter's power as a float", async () => {
    const address = await simulated("eastron-sdm630", { gridPowerW: -1_234.5 });
    const { values } = await mbpoll(address, { unit: 1, type: "3:float", address: 0x34, count: 1 });
    // mbpoll takes the low word first unless told otherwise, and Eastron sends the high word first.
    expect(values).toHaveLength(1);
    const big = await run("mbpoll", [
      "-m",
      "tcp",
      "-0",
      "-1",
      "-B",
      "-a",
      "1",
      "-t",
      "3:float",
      "-r",
      "52",
      "-c",
      "1",
      "-p",
      String(address.port),
      address.host,
    ]);
    expect(big).toMatch(/^\[52\]:\s+-1234\.5/m);
  });

  it("sees a Deye inverter's signed registers", async () => {
    const address = await simulated("deye-3p", { gridPowerW: -2_310, batteryPowerW: 700, batterySocPct: 64 });
    const grid = await mbpoll(address, { unit: 1, type: "4:hex", address: 625, count: 1 });
    expect(grid.text).toMatch(/0xF6FA/i);
    const { values } = await mbpoll(address, { unit: 1, type: "4", address: 588, count: 3 });
    expect(values).toEqual([64, 0, 700]);
  });

  it("is refused what the device does not have", async () => {
    const address = await simulated("deye-3p", {});
    const { text } = await mbpoll(address, { unit: 1, type: "4", address: 100, count: 1 });
    expect(text).toMatch(/Illegal data address/i);
  });
});

describe("mbpoll reading a device through our proxy", () => {
  it("sees the same registers at the same addresses as the gateway", async () => {
    const profile = loadProfile("deye-3p");
    if (profile.protocol !== "modbus") throw new Error("deye-3p is on Modbus");
    const bank = profileRegisters(profile, { gridPowerW: 230, batteryPowerW: 700, batterySocPct: 64 });
    const device = createModbusServer({ host: "127.0.0.1", port: 0, respond: respondFrom(() => bank) });
    await device.plug();
    const clock = createSystemClock();
    const log = pino({ level: "silent" });
    const connection = { type: "tcp", ...device.address() } as const;
    const bus = createModbusBus(
      { connection, timeoutMs: 1_000, gapMs: 0, connectDelayMs: 0 },
      { clock, log },
    );
    const recorded = createRecordedBus(bus, clock);
    const limits = { maxClients: 4, requestsPerS: 20, maxAgeMs: 5_000, writable: [] };
    const proxy = createModbusProxy(
      { name: "deye", host: "127.0.0.1", port: 0, ...limits },
      { bus: recorded, clock, log },
    );
    await proxy.start();
    onTestFinished(async () => {
      await proxy.close();
      await bus.close();
      await device.close();
    });
    await recorded.read({ unit: 1, functionCode: 3, address: 588, count: 3 });
    const served = device.requestsServed;
    const address = { host: "127.0.0.1", port: proxy.port() ?? 0 };
    expect((await mbpoll(address, { unit: 1, type: "4", address: 588, count: 3 })).values).toEqual([
      64, 0, 700,
    ]);
    expect(device.requestsServed).toBe(served);
    expect((await mbpoll(address, { unit: 1, type: "4", address: 625, count: 1 })).values).toEqual([230]);
    const write = await run("mbpoll", [
      "-m",
      "tcp",
      "-0",
      "-1",
      "-a",
      "1",
      "-t",
      "4",
      "-r",
      "588",
      "-p",
      String(address.port),
      address.host,
      "5",
    ]);
    expect(write).toMatch(/Illegal function/i);
  });
});
