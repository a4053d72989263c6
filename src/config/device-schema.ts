import { z } from "zod";
import { loadProfile, PROFILE_NAMES } from "../../drivers/profiles/catalogue.ts";
import { type Profile, profileRoles, ROLES, type Role } from "../../drivers/profiles/profile-schema.ts";
import { host, port } from "./network-schema.ts";

/** Drivers without a profile: what they read is found on the device, or stands in the config. */
export const GENERIC_DRIVERS = ["sunspec", "http-json", "mqtt-json"] as const;
export const DRIVER_NAMES: readonly string[] = [...GENERIC_DRIVERS, ...PROFILE_NAMES];

/** Their power flows both ways. */
const SIGNED_ROLES = ["grid", "battery"] as const satisfies readonly Role[];

/** Becomes part of MQTT topics. */
export const deviceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,31}$/,
    "use 1 to 32 of a-z, 0-9, dash and underscore: it becomes part of MQTT topics",
  );

/** The ways to a Modbus device. */
export const modbusConnections = [
  z.strictObject({
    type: z.literal("tcp").describe("Modbus TCP."),
    host: host.describe("Name or address of the device."),
    port: port.optional().describe("TCP port of the device; default: the driver's own, mostly 502."),
  }),
  z.strictObject({
    type: z.literal("rtu_over_tcp").describe("RTU frames through a serial-to-network converter."),
    host: host.describe("Name or address of the converter."),
    port: port.describe("TCP port of the converter."),
  }),
  z.strictObject({
    type: z.literal("rtu").describe("Serial line."),
    path: z.string().startsWith("/").describe("Serial port, best as /dev/serial/by-id/..."),
    baud: z
      .int()
      .min(1_200)
      .max(115_200)
      .optional()
      .describe("Speed of the line, bit/s; default: the driver's own, mostly 9600."),
    parity: z
      .enum(["none", "even", "odd"])
      .optional()
      .describe("Parity of the line; default: the driver's own, mostly none."),
    stop_bits: z
      .union([z.literal(1), z.literal(2)])
      .default(1)
      .describe("Stop bits of the line."),
  }),
] as const;

const connectionSchema = z.discriminatedUnion("type", [
  ...modbusConnections,
  z.strictObject({
    type: z.literal("http").describe("JSON over HTTP."),
    host: host.describe("Name or address of the device."),
    port: port.optional().describe("Port of the device; default: the driver's own, mostly 80."),
    path: z
      .string()
      .startsWith("/")
      .max(200)
      .optional()
      .describe("What the driver http-json asks for, e.g. /status."),
  }),
  z.strictObject({
    type: z.literal("mqtt").describe("JSON or plain numbers from a topic of the broker under mqtt."),
    topic: z
      .string()
      .regex(/^[^#+\0]{1,200}$/, "name one topic, without wildcards")
      .describe("Topic on which the device publishes."),
  }),
]);

/** Values that the drivers http-json and mqtt-json know, with the channel of the profiles that each one is. */
export const JSON_VALUES = {
  grid_w: "gridPowerW",
  grid_l1_a: "gridCurrentL1A",
  grid_l2_a: "gridCurrentL2A",
  grid_l3_a: "gridCurrentL3A",
  pv_w: "pvPowerW",
  battery_w: "batteryPowerW",
  battery_soc_pct: "batterySocPct",
} as const;

const jsonValuesSchema = z.partialRecord(
  z.enum(Object.keys(JSON_VALUES) as [keyof typeof JSON_VALUES, ...(keyof typeof JSON_VALUES)[]]),
  z.strictObject({
    path: z
      .string()
      .regex(/^[^.]+(\.[^.]+)*$/, "keys joined by dots, such as ENERGY.Power")
      .max(200)
      .optional()
      .describe("Where the number stands in the message; leave out where the message is the number."),
    factor: z.number().default(1).describe("The value is the number times this; -1 turns its sign."),
  }),
);

const writtenDeviceSchema = z.strictObject({
  name: deviceName.describe("Name of the device in MQTT topics and logs."),
  driver: z
    .enum(DRIVER_NAMES as [string, ...string[]])
    .describe("What kind of device it is: a name of docs/devices.md, or sunspec, http-json or mqtt-json."),
  roles: z
    .array(z.enum(ROLES))
    .min(1)
    .optional()
    .describe(
      "What the device measures for the site; grid once in the whole list. Default: all the driver can.",
    ),
  connection: connectionSchema.describe("How the device is reached."),
  unit: z
    .int()
    .min(0)
    .max(255)
    .optional()
    .describe("Modbus unit (slave) id; default: the driver's own, mostly 1."),
  poll_ms: z
    .int()
    .min(200)
    .max(300_000)
    .optional()
    .describe("Time from read to read, ms; default: the driver's own, mostly 1000."),
  timeout_ms: z
    .int()
    .min(50)
    .max(30_000)
    .optional()
    .describe("Longest time for one answer, ms; default: the driver's own, mostly 1000."),
  gap_ms: z
    .int()
    .min(0)
    .max(5_000)
    .optional()
    .describe("Silence between two requests, ms; default: the driver's own, mostly 0."),
  connect_delay_ms: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe("Silence after connecting, ms; default: the driver's own, mostly 0."),
  grid_sign: z
    .enum(["import_positive", "export_positive"])
    .optional()
    .describe("Sign of a SunSpec device's own grid power; default: what its maker is known for."),
  invert: z
    .array(z.enum(SIGNED_ROLES))
    .max(SIGNED_ROLES.length)
    .default([])
    .describe(
      "Roles whose power has the wrong sign: wiring decides that of most meters. PV flows one way only.",
    ),
  word_order: z
    .enum(["high_first", "low_first"])
    .optional()
    .describe("Order of the words of long values, where the device was set to another than usual."),
  battery_kwh: z
    .number()
    .min(0.1)
    .max(1_000)
    .optional()
    .describe("Capacity of the battery, kWh: weighs the state of charge where there are several."),
  values: jsonValuesSchema
    .optional()
    .describe("Where the drivers http-json and mqtt-json find their values."),
});

type WrittenDevice = z.infer<typeof writtenDeviceSchema>;

const USUAL = { unit: 1, timeoutMs: 1_000, gapMs: 0, connectDelayMs: 0, pollMs: 1_000, isExclusive: false };

/** A device of the config, with its driver's defaults filled in. */
export const deviceSchema = writtenDeviceSchema.transform((device) => {
  const profile = profileOf(device.driver);
  const usual = usualConnection(profile);
  return {
    ...device,
    roles: device.roles ?? driverRoles(device, profile),
    connection: connectionOf(device.connection, profile),
    unit: device.unit ?? usual.unit,
    poll_ms: device.poll_ms ?? usual.pollMs,
    timeout_ms: device.timeout_ms ?? usual.timeoutMs,
    gap_ms: device.gap_ms ?? usual.gapMs,
    connect_delay_ms: device.connect_delay_ms ?? usual.connectDelayMs,
  };
});

export type DeviceConfig = z.infer<typeof deviceSchema>;

/** The profile of a driver; undefined for the generic ones. */
export function profileOf(driver: string): Profile | undefined {
  return (GENERIC_DRIVERS as readonly string[]).includes(driver) ? undefined : loadProfile(driver);
}

/** What the driver can measure of this device; nothing is known of a SunSpec device before it was asked. */
function driverRoles(device: WrittenDevice, profile: Profile | undefined): Role[] {
  if (profile !== undefined) return [...profileRoles(profile)];
  const keys = Object.keys(device.values ?? {});
  return ROLES.filter((role) => keys.some((key) => key.startsWith(`${role}_`)));
}

function usualConnection(profile: Profile | undefined) {
  if (profile === undefined) return USUAL;
  if ("connection" in profile) return profile.connection;
  return { ...USUAL, pollMs: profile.pollMs };
}

function connectionOf(connection: WrittenDevice["connection"], profile: Profile | undefined) {
  const usual = profile !== undefined && "connection" in profile ? profile.connection : undefined;
  switch (connection.type) {
    case "tcp":
      return { ...connection, port: connection.port ?? usual?.tcp ?? 502 };
    case "rtu":
      return {
        ...connection,
        baud: connection.baud ?? usual?.rtu?.baud ?? 9_600,
        parity: connection.parity ?? usual?.rtu?.parity ?? "none",
      };
    case "http":
      return {
        ...connection,
        port: connection.port ?? (profile !== undefined && "port" in profile ? profile.port : 80),
      };
    case "rtu_over_tcp":
    case "mqtt":
      return connection;
  }
}
