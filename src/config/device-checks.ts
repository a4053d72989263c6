import { profileRoles, type Role } from "../../drivers/profiles/profile-schema.ts";
import type { SoundParts } from "./cross-checks.ts";
import type { DeviceConfig } from "./device-schema.ts";
import { profileOf } from "./device-schema.ts";
import type { ConfigPath, Finding } from "./problem.ts";

const SLOWEST_METER_POLL_MS = 5_000;

/** What is wrong with devices that are each right by themselves, or that their driver cannot do. */
export function deviceFindings(parts: SoundParts): readonly Finding[] {
  return [
    ...unfitConnections(parts),
    ...unfitRoles(parts),
    ...unfitValues(parts),
    ...missingBroker(parts),
    ...repeatedRoles(parts),
    ...slowMeters(parts),
    ...sharedUnits(parts),
    ...unequalBuses(parts),
  ];
}

/** What a driver speaks: one protocol for each kind of connection. */
function protocolOf(driver: string): "modbus" | "http" | "mqtt" {
  if (driver === "http-json") return "http";
  if (driver === "mqtt-json") return "mqtt";
  const protocol = profileOf(driver)?.protocol;
  return protocol === "http" || protocol === "mqtt" ? protocol : "modbus";
}

const CONNECTION_REMEDIES = {
  modbus: "use type tcp, rtu_over_tcp or rtu",
  http: "use type http with the device's host",
  mqtt: "use type mqtt with the device's topic",
} as const;

function unfitConnections({ devices }: SoundParts): readonly Finding[] {
  return entries(devices).flatMap(([{ connection, driver }, index]) => {
    const protocol = protocolOf(driver);
    const { type } = connection;
    const spoken = type === "http" || type === "mqtt" ? type : "modbus";
    if (spoken === protocol) return [];
    return [
      {
        at: ["devices", index, "connection", "type"],
        problem: `the driver ${driver} cannot be reached by ${type}`,
        remedy: CONNECTION_REMEDIES[protocol],
      },
    ];
  });
}

/** A meter that is not at the house connection may measure PV or a battery instead. */
function unfitRoles({ devices }: SoundParts): readonly Finding[] {
  return entries(devices).flatMap(([{ driver, roles }, index]) => {
    if (roles.length === 0) {
      const remedy = "add roles: a list of grid, pv and battery";
      return [{ at: ["devices", index, "roles"], problem: "is missing", remedy }];
    }
    const offered = offeredRoles({ driver, roles });
    if (isSubmeter(roles, offered)) return [];
    return roles
      .filter((role) => !offered.includes(role))
      .map((role) => ({
        at: ["devices", index, "roles"],
        problem: `the driver ${driver} does not measure ${role}`,
        remedy: `it measures ${offered.join(" and ")}`,
      }));
  });
}

/** What the device's driver can measure; the generic drivers whatever they are told to. */
export function offeredRoles({ driver, roles }: Pick<DeviceConfig, "driver" | "roles">): readonly Role[] {
  const profile = profileOf(driver);
  return profile === undefined ? roles : profileRoles(profile);
}

/** True for a plain meter that measures one other thing than the house connection. */
export function isSubmeter(roles: readonly Role[], offered: readonly Role[]): boolean {
  return offered.length === 1 && offered[0] === "grid" && roles.length === 1 && roles[0] !== "grid";
}

function unfitValues({ devices }: SoundParts): readonly Finding[] {
  return entries(devices).flatMap(([{ driver, values, roles, connection }, index]) => {
    const isGeneric = driver === "http-json" || driver === "mqtt-json";
    const at = ["devices", index, "values"];
    if (!isGeneric) {
      const remedy = "remove it: only http-json and mqtt-json take values";
      return values === undefined ? [] : [{ at, problem: `the driver ${driver} knows its values`, remedy }];
    }
    const findings: Finding[] = roles
      .filter((role) => !Object.keys(values ?? {}).some((key) => key.startsWith(`${role}_`)))
      .map((role) => ({ at, problem: `says nothing of ${role}`, remedy: `add ${role}_w with its path` }));
    if (connection.type === "http" && connection.path === undefined) {
      const remedy = "add what to ask for, such as /status";
      findings.push({ at: ["devices", index, "connection", "path"], problem: "is missing", remedy });
    }
    return findings;
  });
}

function missingBroker({ devices, hasMqtt }: SoundParts): readonly Finding[] {
  if (hasMqtt) return [];
  return entries(devices)
    .filter(([{ connection }]) => connection.type === "mqtt")
    .map(([, index]) => ({
      at: ["devices", index, "connection"],
      problem: "there is no broker to read from",
      remedy: "add the part mqtt with the broker's url",
    }));
}

function repeatedRoles({ devices }: SoundParts): readonly Finding[] {
  const takenBy = new Map<string, string>();
  return entries(devices).flatMap(([device, index]) =>
    device.roles.flatMap((role, place) => {
      const other = takenBy.get(role);
      takenBy.set(role, other ?? device.name);
      if (other === undefined || (role !== "grid" && other !== device.name)) return [];
      return [
        {
          at: ["devices", index, "roles", place],
          problem: `the role ${role} is already taken by ${other}`,
          remedy: `leave ${role} at one device: two readings of one thing contradict each other`,
        },
      ];
    }),
  );
}

/** Control takes a meter that has not answered for 10 s for a silent one. */
function slowMeters({ devices }: SoundParts): readonly Finding[] {
  return entries(devices)
    .filter(([device]) => device.roles.includes("grid") && device.poll_ms > SLOWEST_METER_POLL_MS)
    .map(([, index]) => ({
      at: ["devices", index, "poll_ms"],
      problem: `a grid meter must be read at least every ${SLOWEST_METER_POLL_MS} ms`,
      remedy: "lower poll_ms: a reading older than that counts as a silent meter, and nothing is raised",
    }));
}

function sharedUnits({ devices }: SoundParts): readonly Finding[] {
  return repeats(
    busEntries(devices).map(([device, index, bus]) => ({
      key: `${bus} unit ${device.unit}`,
      at: ["devices", index, "unit"],
      name: device.name,
    })),
    (key, other) => ({
      problem: `${key} is already used by ${other}`,
      remedy: "give one entry all the roles of the device, or correct the unit",
    }),
  );
}

function unequalBuses({ devices }: SoundParts): readonly Finding[] {
  const first = new Map<string, { name: string; settings: string }>();
  return busEntries(devices).flatMap(([{ connection, name }, index, bus]) => {
    const settings = connection.type === "rtu" ? JSON.stringify(connection) : connection.type;
    const known = first.get(bus);
    if (known === undefined) first.set(bus, { name, settings });
    if (known === undefined || known.settings === settings) return [];
    return [
      {
        at: ["devices", index, "connection"],
        problem: `differs from the connection of ${known.name} on the same line ${bus}`,
        remedy: "devices on one line share its type, speed, parity and stop bits",
      },
    ];
  });
}

/** Modbus devices with the line that they share: one gateway or one serial port, whatever is spoken on it. */
function busEntries(devices: SoundParts["devices"]): readonly (readonly [DeviceConfig, number, string])[] {
  return entries(devices).flatMap(([device, index]) => {
    const bus = busOf(device.connection);
    return bus === undefined ? [] : [[device, index, bus] as const];
  });
}

function busOf(connection: DeviceConfig["connection"]): string | undefined {
  switch (connection.type) {
    case "rtu":
      return connection.path;
    case "tcp":
    case "rtu_over_tcp":
      return `${connection.host.toLowerCase()}:${connection.port}`;
    case "http":
    case "mqtt":
      return undefined;
  }
}

/** The sound ones with their places in the file. */
export function entries(devices: SoundParts["devices"]): readonly (readonly [DeviceConfig, number])[] {
  return devices.flatMap((device, index) => (device === undefined ? [] : [[device, index] as const]));
}

/** A finding for each entry whose key an earlier entry has. */
export function repeats(
  named: readonly { readonly key: string; readonly at: ConfigPath; readonly name: string }[],
  say: (key: string, other: string) => { problem: string; remedy: string },
): readonly Finding[] {
  const first = new Map<string, string>();
  return named.flatMap(({ key, at, name }) => {
    const other = first.get(key);
    if (other === undefined) first.set(key, name);
    return other === undefined ? [] : [{ at, ...say(key, other) }];
  });
}
