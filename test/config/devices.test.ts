import { describe, expect, it } from "vitest";
import { PROFILE_NAMES } from "../../drivers/profiles/catalogue.ts";
import { parseConfig } from "../../src/config/load-config.ts";

const HEAD = `
site: { main_fuse_a: 35, pv_peak_w: 10000 }
wallbox: { identity: BOX, phases: 3, max_current_a: 16 }
mqtt: { url: "mqtt://broker.example" }
devices:
`;

function parse(devices: string, head = HEAD) {
  return parseConfig(`${head}${devices}`, { environment: {} });
}

function devicesOf(devices: string) {
  const outcome = parse(devices);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.config.devices;
}

function problemOf(devices: string, head = HEAD) {
  const outcome = parse(devices, head);
  return outcome.ok ? undefined : outcome.problems[0];
}

describe("a device in three lines", () => {
  it.each(PROFILE_NAMES)("%s needs name, driver and connection", (driver) => {
    const isHttp =
      driver.endsWith("-http") || ["homewizard-p1", "tasmota-energy", "powerwall"].includes(driver);
    const network = driver.endsWith("-mqtt") ? "type: mqtt, topic: a/b" : "type: tcp, host: 192.0.2.1";
    const connection = isHttp ? "type: http, host: 192.0.2.1" : network;
    const [device] = devicesOf(`  - name: one\n    driver: ${driver}\n    connection: { ${connection} }\n`);
    expect(device?.roles.length).toBeGreaterThan(0);
  });

  it("takes roles, port, unit and pace from its driver", () => {
    const [device] = devicesOf(
      "  - { name: one, driver: huawei-sun2000, connection: { type: tcp, host: 192.0.2.1 } }\n",
    );
    expect(device).toMatchObject({
      roles: ["grid", "pv", "battery"],
      connection: { port: 502 },
      unit: 1,
      poll_ms: 3_000,
      timeout_ms: 5_000,
      gap_ms: 50,
      connect_delay_ms: 2_000,
    });
  });

  it("takes the settings of its line from its driver", () => {
    const [meter, hybrid] = devicesOf(
      "  - { name: one, driver: abb-b23, connection: { type: rtu, path: /dev/a } }\n" +
        "  - { name: two, driver: solax-hybrid, roles: [pv], connection: { type: rtu, path: /dev/b } }\n",
    );
    expect(meter?.connection).toMatchObject({ baud: 9_600, parity: "even" });
    expect(hybrid?.connection).toMatchObject({ baud: 19_200, parity: "none" });
  });

  it("prefers what the file says", () => {
    const [device] = devicesOf(
      "  - { name: one, driver: solaredge, roles: [pv], unit: 2, poll_ms: 5000, connection: { type: tcp, host: a, port: 502 } }\n",
    );
    expect(device).toMatchObject({ roles: ["pv"], unit: 2, poll_ms: 5_000, connection: { port: 502 } });
  });

  it("finds the roles of a JSON device in its values", () => {
    const [device] = devicesOf(
      "  - { name: one, driver: mqtt-json, connection: { type: mqtt, topic: a }, values: { grid_w: { path: p }, battery_w: {} } }\n",
    );
    expect(device).toMatchObject({ roles: ["grid", "battery"], values: { battery_w: { factor: 1 } } });
  });

  it("may have several batteries", () => {
    const devices = devicesOf(
      "  - { name: one, driver: sax-power, connection: { type: tcp, host: a } }\n" +
        "  - { name: two, driver: sax-power, roles: [battery], connection: { type: tcp, host: b } }\n",
    );
    expect(devices).toHaveLength(2);
  });

  it("may be a plain meter on the line of an inverter", () => {
    expect(
      problemOf(
        "  - { name: one, driver: eastron-sdm120, roles: [pv], connection: { type: rtu, path: /dev/a } }\n",
      ),
    ).toBeUndefined();
  });
});

describe("what a driver cannot do is told", () => {
  const tcp = "connection: { type: tcp, host: a }";
  it.each<[string, string, string, RegExp, RegExp]>([
    [
      "a name typed wrong",
      `driver: sungrow-hs, ${tcp}`,
      "driver",
      /not a known name/,
      /did you mean sungrow-sh\?/,
    ],
    ["a name from nowhere", `driver: acme-9000, ${tcp}`, "driver", /not a known name/, /devices\.md/],
    [
      "a role that it does not measure",
      `driver: goodwe-dt, roles: [pv, grid], ${tcp}`,
      "roles",
      /does not measure grid/,
      /measures pv/,
    ],
    ["no role for SunSpec", `driver: sunspec, ${tcp}`, "roles", /is missing/, /list of grid, pv and battery/],
    [
      "HTTP for Modbus",
      "driver: e3dc, connection: { type: http, host: a }",
      "connection.type",
      /by http/,
      /tcp/,
    ],
    ["Modbus for HTTP", `driver: homewizard-p1, ${tcp}`, "connection.type", /by tcp/, /type http/],
    [
      "JSON without values",
      "driver: http-json, roles: [grid], connection: { type: http, host: a, path: /s }",
      "values",
      /nothing of grid/,
      /grid_w/,
    ],
    [
      "JSON without a path",
      "driver: http-json, connection: { type: http, host: a }, values: { grid_w: { path: p } }",
      "connection.path",
      /is missing/,
      /\/status/,
    ],
    [
      "values for a profile",
      `driver: e3dc, values: { pv_w: {} }, ${tcp}`,
      "values",
      /knows its values/,
      /remove/,
    ],
    [
      "a topic for many",
      "driver: mqtt-json, connection: { type: mqtt, topic: a/# }",
      "connection.topic",
      /form/,
      /wildcards/,
    ],
  ])("%s", (_, device, path, problem, remedy) => {
    const found = problemOf(`  - { name: one, ${device} }\n`);
    expect(found?.path).toBe(`devices[0].${path}`);
    expect(found?.problem).toMatch(problem);
    expect(found?.remedy).toMatch(remedy);
  });

  it("a topic without a broker", () => {
    const found = problemOf(
      "  - { name: one, driver: shelly-pro-3em-mqtt, connection: { type: mqtt, topic: a } }\n",
      HEAD.replace(/mqtt:.*\n/, ""),
    );
    expect(found).toMatchObject({
      path: "devices[0].connection",
      problem: "there is no broker to read from",
    });
  });

  it("a role that another device has by default", () => {
    const found = problemOf(
      `  - { name: one, driver: e3dc, ${tcp} }\n  - { name: two, driver: varta, connection: { type: tcp, host: b } }\n`,
    );
    expect(found).toMatchObject({ problem: "the role grid is already taken by one" });
  });
});

describe("a device that is shared by modbus_proxy", () => {
  const hybrid = "  - { name: hybrid, driver: e3dc, connection: { type: tcp, host: a } }\n";

  it("needs its name only", () => {
    const outcome = parse(`${hybrid}modbus_proxy:\n  - { device: hybrid }\n`);
    expect(outcome).toMatchObject({
      ok: true,
      config: { modbus_proxy: [{ port: 5_020, allow_writes: [] }] },
    });
  });

  it.each<[string, string, string, RegExp, RegExp]>([
    ["a name typed wrong", "device: hybird", "device", /no device hybird/, /did you mean hybrid/],
    ["the port of the wallboxes", "device: hybrid, port: 8887", "port", /already used by ocpp/, /of its own/],
    [
      "a list that ends before it begins",
      "device: hybrid, allow_writes: [{ from: 9, to: 8 }]",
      "allow_writes[0].to",
      /8 is below 9/,
      /lower/,
    ],
  ])("cannot have %s", (_, proxy, path, problem, remedy) => {
    const found = problemOf(`${hybrid}modbus_proxy:\n  - { ${proxy} }\n`);
    expect(found?.path).toBe(`modbus_proxy[0].${path}`);
    expect(found?.problem).toMatch(problem);
    expect(found?.remedy).toMatch(remedy);
  });

  it("is on Modbus", () => {
    const meter = "  - { name: p1, driver: homewizard-p1, connection: { type: http, host: a } }\n";
    expect(problemOf(`${meter}modbus_proxy:\n  - { device: p1 }\n`)).toMatchObject({
      problem: "p1 is not on Modbus",
    });
  });
});
