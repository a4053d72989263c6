import { describe, expect, it, onTestFinished } from "vitest";
import { loadProfile } from "../../../drivers/profiles/catalogue.ts";
import { createModbusServer } from "../../../simulator/modbus/modbus-server.ts";
import { respondFrom } from "../../../simulator/profile/profile-device.ts";
import { profileRegisters } from "../../../simulator/profile/profile-registers.ts";
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
