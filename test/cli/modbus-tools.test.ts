import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadProfile } from "../../drivers/profiles/catalogue.ts";
import { string } from "../../simulator/modbus/registers.ts";
import { dumpRegisters, dumpSchema } from "../../simulator/profile/dump-file.ts";
import { profileRegisters } from "../../simulator/profile/profile-registers.ts";
import { runCli } from "../../src/cli/cli.ts";
import { readingSentences } from "../../src/cli/modbus/reading-words.ts";
import { withoutSerials } from "../../src/cli/modbus/register-dump.ts";
import { closedAfterTest } from "../drivers/modbus/support/bus-under-test.ts";
import { fixtureBank, modbusProfile, serve } from "../drivers/profiles/support.ts";
import { fixture, startDevice } from "../drivers/sunspec/support/device.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();

async function cli(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    environment: {},
    isTerminal: false,
  };
  const code = await runCli(argv, io);
  return { code, out: out.join(""), err: err.join("") };
}

const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
const NOON = { gridPowerW: -2_310, pvPowerW: 6_360, batteryPowerW: -1_500, batterySocPct: 64 };

describe("probe modbus", () => {
  it("knows a device that says what it is, and tells its values in words", async () => {
    const { address } = await serve(profileRegisters(modbusProfile("sungrow-sh"), NOON));
    const { code, out } = await cli("probe", "modbus", at(address), "--unit", "1");
    expect(code).toBe(0);
    expect(out).toMatch(/^Sungrow SH hybrid inverters, unit 1: it says so itself; driver field-dump\n/);
    expect(out).toContain("your house exports 2 310 W");
    expect(out).toContain("PV makes 6 360 W");
    expect(out).toContain("the battery charges with 1 500 W");
    expect(out).toContain("the battery is at 64 %");
    expect(out).toContain("so the house uses 2 550 W");
    expect(out).toContain(
      `driver: sungrow-sh\n    connection: { type: tcp, host: "127.0.0.1", port: ${address.port} }`,
    );
  });

  it("finds a real device among all drivers, without being told the unit", async () => {
    const { address } = await serve(fixtureBank("goodwe-gw10k-et.json"));
    const { out } = await cli("probe", "modbus", at(address), "--json");
    const { found } = JSON.parse(out) as { found: { driver: string; unit: number; values: object }[] };
    expect(found.map(({ driver }) => driver)).toContain("goodwe-et");
    expect(found.find(({ driver }) => driver === "goodwe-et")).toMatchObject({
      unit: 247,
      values: { pvPowerW: 3_456, gridPowerW: 110, batteryPowerW: -2_512, batterySocPct: 68 },
    });
  });

  it("names the models of a SunSpec device and its maker's driver", async () => {
    const { unit, registers } = fixture("sma-sb36-full-power.json");
    const { address } = await startDevice(registers, { unit });
    const { out, code } = await cli("probe", "modbus", at(address), "--unit", String(unit));
    expect(code).toBe(0);
    expect(out).toContain("SMA SB3.6-1AV-41: SunSpec models 1, 11, 12, 101");
    expect(out).toContain("PV makes 3 680 W");
    expect(out).toContain("driver: sma-sunspec");
  });

  it("tries one driver when asked to", async () => {
    const { address } = await serve(profileRegisters(modbusProfile("varta"), NOON));
    const { out } = await cli("probe", "modbus", at(address), "--driver", "varta", "--unit", "255");
    expect(out).toContain("VARTA pulse and element, unit 255: its values fit; driver experimental");
  });

  it("says what to look at when nobody answers", async () => {
    const { code, out } = await cli("probe", "modbus", "127.0.0.1:1", "--unit", "1");
    expect(code).toBe(1);
    expect(out).toMatch(/^Nothing answers: .*ECONNREFUSED/);
    expect(out).toContain("Is Modbus switched on");
  });

  it("says so when no driver fits", async () => {
    const { address } = await serve({ word: () => undefined });
    expect(await cli("probe", "modbus", at(address), "--unit", "1")).toMatchObject({
      code: 1,
      out: expect.stringContaining("no driver fits"),
    });
  });

  it.each([
    [["probe", "modbus", "host:99999"], /not HOST\[:PORT\]/],
    [["probe", "modbus", "host", "--driver", "sungrow-hs"], /did you mean sungrow-sh\?/],
    [["probe", "modbus", "host", "--unit", "300"], /0 to 255/],
    [["dump", "modbus", "host", "--range", "coils:1-2"], /holding:FIRST-LAST/],
    [["simulate", "inverter", "--profile", "sungrow-hs"], /did you mean sungrow-sh\?/],
    [["simulate", "inverter", "--profile", "shelly-pro-3em-mqtt"], /on a broker/],
    [["simulate", "inverter", "--dump", "/nowhere.json"], /cannot be read/],
  ])("%j is a mistake that names its remedy", async (argv, hint) => {
    const { code, err } = await cli(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(hint);
  });
});

describe("dump modbus", () => {
  it("records the registers of a driver, and they replay to the same values", async () => {
    const profile = modbusProfile("e3dc");
    const served = await serve(profileRegisters(profile, NOON));
    const file = join(folder, "e3dc.json");
    expect(await cli("dump", "modbus", at(served.address), "--driver", "e3dc", "--out", file)).toMatchObject({
      code: 0,
    });
    const replayed = await serve(dumpRegisters(dumpSchema.parse(JSON.parse(readFileSync(file, "utf8")))));
    const { out } = await cli("probe", "modbus", at(replayed.address), "--driver", "e3dc", "--unit", "1");
    expect(out).toContain("your house exports 2 310 W");
  });

  it("records a whole SunSpec map without its serial number", async () => {
    const { registers } = fixture("sma-sb36-night.json");
    const { address, registers: contents } = await startDevice(registers);
    for (const [index, word] of string("1234567890", 16).entries()) contents.set(40_052 + index, word);
    const { out } = await cli("dump", "modbus", at(address), "--unit", "1");
    const { holding } = dumpSchema.parse(JSON.parse(out));
    expect(holding[0]?.start).toBe(40_000);
    expect(holding[0]?.registers).toHaveLength(registers.length);
    expect(out).not.toContain(string("1234567890", 16).slice(0, 5).join(","));
  });

  it("leaves out what the device refuses, down to single registers", async () => {
    const words = new Map([1, 2, 3, 7, 9].map((address) => [address, address * 11]));
    const served = await serve({
      word: (_unit, functionCode, address) => (functionCode === 4 ? words.get(address) : undefined),
    });
    const { out } = await cli("dump", "modbus", at(served.address), "--range", "input:0-20");
    expect(dumpSchema.parse(JSON.parse(out))).toMatchObject({
      input: [
        { start: 1, registers: [11, 22, 33] },
        { start: 7, registers: [77] },
        { start: 9, registers: [99] },
      ],
    });
  });

  it("stops at the first silence", async () => {
    const served = await serve({ word: () => 0 });
    served.intercept = () => ({ exception: 11 });
    const { code, err } = await cli("dump", "modbus", at(served.address), "--range", "input:0-9");
    expect(code).toBe(1);
    expect(err).toContain("register 0: Modbus exception 11");
  });
});

describe("what looks like a serial number", () => {
  it.each<[string, number[], number[]]>([
    ["is blanked, and keeps its shape", string("SN-12345678", 6), string("00-00000000", 6)],
    ["is blanked to its end", [7, ...string("A1B2C3D4", 4), 7], [7, ...string("00000000", 4), 7]],
    ["needs four digits", string("Sunny Boy", 5), string("Sunny Boy", 5)],
    ["needs four registers", string("123456", 3), string("123456", 3)],
    ["is not a measured value", [2_300, 5_000, 0, 17, 65_535], [2_300, 5_000, 0, 17, 65_535]],
  ])("%s", (_, registers, cleaned) => {
    expect(withoutSerials(registers)).toEqual(cleaned);
  });
});

describe("values in words", () => {
  it.each<[object, string]>([
    [{ gridPowerW: 1_240 }, "your house takes 1 240 W from the grid"],
    [{ gridPowerW: 0.2 }, "your house neither takes from the grid nor exports"],
    [{ batteryPowerW: 12_345 }, "the battery gives 12 345 W"],
    [{ batteryPowerW: 0 }, "the battery rests"],
    [{ gridPhaseCurrentsA: [1, -2.25, 0] }, "phase currents 1.0, -2.3, 0.0 A"],
    [
      { gridPowerW: -5_000, pvPowerW: 1_000 },
      "so the house would make 4 000 W, which cannot be: a sign or a scale is wrong",
    ],
  ])("%j: %s", (values, sentence) => {
    expect(readingSentences(values)).toContain(sentence);
  });
});

describe("a profile as a live device", () => {
  it("shows a house on HTTP that its own driver reads", async () => {
    const { createHttpDevice } = await import("../../simulator/profile/http-device.ts");
    const { createHttpSource } = await import("../../drivers/json/http-source.ts");
    const { createSystemClock } = await import("../../src/service/clock.ts");
    const profile = loadProfile("shelly-pro-3em-http");
    if (profile.protocol !== "http") throw new Error("not HTTP");
    const targets = { ...NOON, gridCurrentL1A: -4, gridCurrentL2A: -3, gridCurrentL3A: 2 };
    const device = closedAfterTest(
      await createHttpDevice(profile, () => targets, { host: "127.0.0.1", port: 0 }),
    );
    const source = createHttpSource(
      { name: "meter", ...device.address(), map: profile, roles: ["grid"], timeoutMs: 2_000 },
      { clock: createSystemClock() },
    );
    expect(await source.read()).toMatchObject({
      channels: { gridPowerW: -2_310, gridPhaseCurrentsA: [-4, -3, 2] },
    });
    const { port } = device.address();
    expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
  });
});
