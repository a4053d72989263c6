import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModbusBus } from "../../../drivers/modbus/modbus-bus.ts";
import { loadProfile } from "../../../drivers/profiles/catalogue.ts";
import { createProfileSource } from "../../../drivers/profiles/profile-source.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { INTEROP_FOLDER, PYTHON, start } from "../programs.ts";

const NOTHING = { bits: 0, uint16: 0, uint32: 0, float32: 0, string: " " };
const NO_ACTION = { bits: null, uint16: null, uint32: null, float32: null, string: null };

/** A Deye inverter with two strings instead of four, whose grid power moves with each read. */
function deye(port: number) {
  const identity = {
    VendorName: "",
    ProductCode: "",
    VendorUrl: "",
    ProductName: "",
    ModelName: "",
    MajorMinorRevision: "",
  };
  const server = {
    comm: "tcp",
    host: "127.0.0.1",
    port,
    ignore_missing_devices: false,
    framer: "socket",
    identity,
  };
  const sizes = { "co size": 100, "di size": 100, "hr size": 1_000, "ir size": 1_000 };
  const setup = {
    ...sizes,
    "shared blocks": true,
    "type exception": false,
    defaults: { value: NOTHING, action: NO_ACTION },
  };
  const device = {
    setup,
    invalid: [[674, 700]],
    write: [],
    bits: [],
    uint16: [
      { addr: 588, value: 64 },
      { addr: 589, value: 0 },
      { addr: 590, value: 0xfa24 },
      { addr: 625, value: 100, action: "increment", parameters: { minval: 100, maxval: 500 } },
      { addr: [672, 673], value: 1_500 },
    ],
    uint32: [],
    float32: [],
    string: [],
    repeat: [],
  };
  return { server_list: { server }, device_list: { device } };
}

describe("pymodbus' simulator as an inverter", () => {
  it("gives its powers, moves, and lacks two strings that the driver lives without", async () => {
    const [port, webPort] = [await freePort(), await freePort()];
    const file = join(INTEROP_FOLDER, "simulator.json");
    writeFileSync(file, JSON.stringify(deye(port)));
    const options = ["--json_file", file, "--modbus_server", "server", "--modbus_device", "device"];
    const web = [
      "--http_host",
      "127.0.0.1",
      "--http_port",
      String(webPort),
      "--log_file",
      join(INTEROP_FOLDER, "simulator.log"),
    ];
    const simulator = start(join(dirname(PYTHON), "pymodbus.simulator"), [...options, ...web]);
    await simulator.printed(/Server listening/);
    const clock = createSystemClock();
    const log = pino({ level: "silent" });
    const bus = createModbusBus(
      { connection: { type: "tcp", host: "127.0.0.1", port }, timeoutMs: 1_000, gapMs: 0, connectDelayMs: 0 },
      { clock, log },
    );
    onTestFinished(() => bus.close());
    const profile = loadProfile("deye-3p");
    if (profile.protocol !== "modbus") throw new Error("deye-3p is on Modbus");
    const source = createProfileSource(
      { name: "deye", profile, unit: 1, roles: ["grid", "pv", "battery"], pollMs: 1_000 },
      { bus, clock, log },
    );
    const [first, second] = [await source.read(), await source.read()];
    expect(first).toMatchObject({ channels: { pvPowerW: 3_000, batteryPowerW: -1_500, batterySocPct: 64 } });
    if (!first.ok || !second.ok) throw new Error("no reading");
    expect(second.channels.gridPowerW).toBe((first.channels.gridPowerW ?? 0) + 1);
    expect(second.stamp).not.toBe(first.stamp);
  });
});
