import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ConnectionConfig, createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { loadProfile, PROFILE_NAMES } from "../../../drivers/profiles/catalogue.ts";
import { type ModbusProfile, profileRoles } from "../../../drivers/profiles/profile-schema.ts";
import { createProfileSource } from "../../../drivers/profiles/profile-source.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { PYTHON, serialPair, start } from "../programs.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "registers");
const SERVER = join(import.meta.dirname, "pymodbus-server.py");
const log = pino({ level: "silent" });

function openBus(connection: ConnectionConfig, timeoutMs = 1_000) {
  const bus = createModbusBus(
    { connection, timeoutMs, gapMs: 0, connectDelayMs: 0 },
    { clock: createSystemClock(), log },
  );
  onTestFinished(() => bus.close());
  return bus;
}

function goodwe(): ModbusProfile {
  const profile = loadProfile("goodwe-et");
  if (profile.protocol !== "modbus") throw new Error("goodwe-et is a Modbus profile");
  return profile;
}

const fixtures = PROFILE_NAMES.flatMap((name) => {
  const profile = loadProfile(name);
  return profile.protocol === "modbus" ? profile.fixtures.map((one) => ({ name, profile, ...one })) : [];
});

async function serve(dump: string, transport: ConnectionConfig["type"], place: string) {
  const server = start(PYTHON, [SERVER, join(FIXTURES, dump), transport, place]);
  await server.printed(/^serving/m);
  return server;
}

const serial = (path: string) => ({ type: "rtu", path, baud: 115_200, parity: "none", stopBits: 1 }) as const;

describe("pymodbus serving registers of real devices", () => {
  it.each(fixtures)(
    "$dump over TCP reads as its owner saw it",
    async ({ dump, profile, expect: expected }) => {
      const port = await freePort();
      await serve(dump, "tcp", String(port));
      const bus = openBus({ type: "tcp", host: "127.0.0.1", port });
      const { unit } = profile.connection;
      const source = createProfileSource(
        { name: "device", profile, unit, roles: profileRoles(profile), pollMs: 1_000 },
        { bus, clock: createSystemClock(), log },
      );
      expect(await source.read()).toMatchObject({ ok: true, channels: expected });
    },
  );

  it("over RTU frames in TCP", async () => {
    const port = await freePort();
    await serve("goodwe-gw10k-et.json", "rtu_over_tcp", String(port));
    const bus = openBus({ type: "rtu_over_tcp", host: "127.0.0.1", port });
    const source = goodweSource(bus);
    for (let count = 0; count < 20; count++)
      expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 3_456 } });
  });

  it("over a serial line, at the longest read and with exceptions", async () => {
    const line = await serialPair("pymodbus");
    await serve("goodwe-gw10k-et.json", "rtu", line.b);
    const bus = openBus(serial(line.a));
    expect(await goodweSource(bus).read()).toMatchObject({ ok: true, channels: { batteryPowerW: -2_512 } });
    const read = (address: number, count: number) => bus.read({ unit: 247, functionCode: 3, address, count });
    expect(await read(35_100, 125)).toMatchObject({ ok: true, registers: expect.arrayContaining([5_384]) });
    expect(await read(50_000, 1)).toMatchObject({ ok: false, fault: { kind: "exception", code: 2 } });
    expect(await read(35_100, 125)).toMatchObject({ ok: true });
  });

  it("is silent for a unit that it does not know, and the bus goes on", async () => {
    const port = await freePort();
    await serve("goodwe-gw10k-et.json", "tcp", String(port));
    const bus = openBus({ type: "tcp", host: "127.0.0.1", port }, 300);
    const lost = await bus.read({ unit: 9, functionCode: 3, address: 35_100, count: 1 });
    expect(lost.ok).toBe(false);
    expect(await goodweSource(bus).read()).toMatchObject({ ok: true });
  });
});

function goodweSource(bus: ReturnType<typeof openBus>) {
  return createProfileSource(
    { name: "device", profile: goodwe(), unit: 247, roles: ["grid", "pv", "battery"], pollMs: 1_000 },
    { bus, clock: createSystemClock(), log },
  );
}

describe("an adapter that is pulled out", () => {
  it("is a fault and not the end, and a new one is found by itself", async () => {
    const line = await serialPair("pulled");
    await serve("goodwe-gw10k-et.json", "rtu", line.b);
    const bus = openBus(serial(line.a), 300);
    expect(await goodweSource(bus).read()).toMatchObject({ ok: true });
    const pending = bus.read({ unit: 9, functionCode: 3, address: 1, count: 1 });
    await line.kill();
    expect(await pending).toMatchObject({ ok: false });
    expect(await bus.read({ unit: 247, functionCode: 3, address: 35_100, count: 1 })).toMatchObject({
      ok: false,
    });
    const again = await serialPair("pulled");
    await serve("goodwe-gw10k-et.json", "rtu", again.b);
    const source = goodweSource(bus);
    await expect.poll(async () => (await source.read()).ok, { timeout: 20_000, interval: 200 }).toBe(true);
  });
});
