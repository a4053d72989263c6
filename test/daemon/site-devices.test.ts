import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import mqtt from "mqtt";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBroker } from "../../simulator/broker.ts";
import { createModbusServer } from "../../simulator/modbus/modbus-server.ts";
import { i16 } from "../../simulator/modbus/registers.ts";
import { respondFrom } from "../../simulator/profile/profile-device.ts";
import { profileRegisters } from "../../simulator/profile/profile-registers.ts";
import { parseConfig } from "../../src/config/load-config.ts";
import { createSiteDevices } from "../../src/daemon/site-devices.ts";
import { createSystemClock } from "../../src/service/clock.ts";
import { modbusProfile } from "../drivers/profiles/support.ts";
import { common, END, MARKER, model } from "../drivers/sunspec/support/device.ts";
import { silentLog } from "../support/silent-log.ts";

/** The configured devices as the daemon makes them. */
function devicesOf(lines: string, broker = "mqtt://127.0.0.1:1") {
  const text = `
site: { main_fuse_a: 35, pv_peak_w: 10000 }
wallbox: { identity: BOX, phases: 3, max_current_a: 16 }
mqtt: { url: "${broker}" }
devices:
${lines}`;
  const outcome = parseConfig(text, { environment: {} });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const deps = { clock: createSystemClock(), log: silentLog, random: () => 0, secrets: { mqtt: {} } };
  const devices = createSiteDevices(outcome.config, deps);
  onTestFinished(() => devices.close());
  return devices;
}

async function readFirst(devices: ReturnType<typeof devicesOf>) {
  const reading = await devices.sources[0]!.source.read();
  if (!reading.ok) throw new Error(reading.fault.detail);
  return reading.channels;
}

async function served(profile: string, targets: object): Promise<number> {
  const bank = profileRegisters(modbusProfile(profile), targets);
  return listening({ respond: respondFrom(() => bank) });
}

async function listening({
  respond,
}: Pick<Parameters<typeof createModbusServer>[0], "respond">): Promise<number> {
  const server = createModbusServer({ host: "127.0.0.1", port: 0, respond });
  await server.plug();
  onTestFinished(() => server.close());
  return server.address().port;
}

const tcp = (port: number) => `connection: { type: tcp, host: 127.0.0.1, port: ${port} }`;

describe("the devices of a config", () => {
  it("are read by their profiles, and tell how they are", async () => {
    const port = await served("e3dc", {
      gridPowerW: -500,
      pvPowerW: 2_000,
      batteryPowerW: -900,
      batterySocPct: 40,
    });
    const devices = devicesOf(`  - { name: hybrid, driver: e3dc, ${tcp(port)} }`);
    expect(await readFirst(devices)).toEqual({
      gridPowerW: -500,
      pvPowerW: 2_000,
      batteryPowerW: -900,
      batterySocPct: 40,
    });
    expect(devices.statuses()).toMatchObject([
      { name: "hybrid", driver: "e3dc", maturity: "experimental", health: { state: "online" } },
    ]);
  });

  it("may be turned round, and read in another word order", async () => {
    const profile = { ...modbusProfile("kostal-plenticore"), words: "highFirst" as const };
    const bank = profileRegisters(profile, {
      gridPowerW: 700,
      pvPowerW: 1_000,
      batteryPowerW: 0,
      batterySocPct: 9,
    });
    const port = await listening({ respond: respondFrom(() => bank) });
    const line = `  - { name: one, driver: kostal-plenticore, word_order: high_first, invert: [grid], ${tcp(port)} }`;
    expect(await readFirst(devicesOf(line))).toMatchObject({ gridPowerW: -700, pvPowerW: 1_000 });
  });

  it("may be a plain meter on the line of a battery", async () => {
    const port = await served("siemens-pac2200", { gridPowerW: 850 });
    const line = `  - { name: cellar, driver: siemens-pac2200, roles: [battery], ${tcp(port)} }`;
    const devices = devicesOf(line);
    expect(await readFirst(devices)).toEqual({ batteryPowerW: -850 });
    expect(devices.statuses()).toMatchObject([{ health: { state: "online" } }]);
  });

  it("may have their meter on a unit of its own behind the inverter", async () => {
    const inverter = [
      ...MARKER,
      ...common("Fronius"),
      ...model(103, 50, { 14: i16(3_000), 15: [0], 38: [4] }),
      ...END,
    ];
    const meter = [...MARKER, ...common("Fronius"), ...model(203, 105, { 18: i16(-1_200), 22: [0] }), ...END];
    const port = await listening({
      respond({ unit, address, count }) {
        const map = unit === 1 ? inverter : unit === 200 ? meter : undefined;
        if (map === undefined) return { exception: 11 };
        const start = address - 40_000;
        return start < 0 || start + count > map.length ? { exception: 2 } : map.slice(start, start + count);
      },
    });
    const devices = devicesOf(`  - { name: gen24, driver: fronius-gen24, roles: [grid, pv], ${tcp(port)} }`);
    expect(await readFirst(devices)).toEqual({ gridPowerW: -1_200, pvPowerW: 3_000 });
  });

  it("may give JSON that no driver knows", async () => {
    const server = createServer((_, response) => response.end('{"meters":[{"power":321}]}'));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const line =
      `  - { name: one, driver: http-json, connection: { type: http, host: 127.0.0.1, port: ${port}, path: /s }, ` +
      "values: { grid_w: { path: meters.0.power, factor: -1 } } }";
    expect(await readFirst(devicesOf(line))).toEqual({ gridPowerW: -321 });
  });

  it("may publish on the broker, where what it retained before is no value of now", async () => {
    const broker = await createBroker({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => broker.close());
    const device = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    onTestFinished(() => device.endAsync(true));
    await device.publishAsync("meter/em:0", '{"total_act_power":-111}', { retain: true, qos: 1 });
    const line =
      "  - { name: meter, driver: shelly-pro-3em-mqtt, connection: { type: mqtt, topic: meter/em:0 } }";
    const devices = devicesOf(line, broker.url);
    const [first] = devices.sources;
    expect(await first?.source.read()).toMatchObject({ ok: false });
    // What is confirmed was handed on.
    await expect.poll(() => broker.confirmations("hems-edge-home-meter"), { timeout: 10_000 }).toBe(1);
    expect(await first?.source.read()).toMatchObject({ ok: false });
    await device.publishAsync("meter/em:0", '{"total_act_power":-222}', { retain: true, qos: 1 });
    await expect.poll(async () => (await first?.source.read())?.ok, { timeout: 10_000 }).toBe(true);
    expect(await readFirst(devices)).toEqual({ gridPowerW: -222 });
  });
});
