import { deviceFindings, entries, repeats } from "./device-checks.ts";
import type { DeviceConfig } from "./device-schema.ts";
import { notificationFindings } from "./notification-checks.ts";
import { batteryFindings, operatorFindings } from "./operator-checks.ts";
import { planFindings } from "./plan-checks.ts";
import type { ConfigPath, Finding } from "./problem.ts";
import { proxyFindings } from "./proxy-checks.ts";
import type { Config } from "./schema.ts";
import { configFileSchema } from "./schema.ts";
import { type PlacedWallbox, placedWallboxes, wallboxFindings } from "./wallbox-checks.ts";

/** The parts of a config that are valid by themselves, so that checks across them run even beside other mistakes. */
export interface SoundParts {
  readonly site: Config["site"] | undefined;
  readonly control: Config["control"] | undefined;
  /** One entry for each in the file; undefined where the entry itself is wrong. */
  readonly devices: readonly (DeviceConfig | undefined)[];
  readonly modbusProxy: Config["modbus_proxy"] | undefined;
  readonly ocpp: Config["ocpp"] | undefined;
  /** Those that are valid, with their places in the file. */
  readonly wallboxes: readonly PlacedWallbox[];
  readonly partner: Config["partner"];
  readonly mqtt: Config["mqtt"];
  /** True when the file has a part mqtt, right or wrong. */
  readonly hasMqtt: boolean;
  readonly homeBattery: Config["home_battery"] | undefined;
  readonly gridOperator: Config["grid_operator"];
  readonly prices: Config["prices"];
  readonly chargePlan: Config["charge_plan"];
  readonly api: Config["api"] | undefined;
  readonly influx: Config["influx"];
  readonly notifications: Config["notifications"];
  readonly stateDir: string | undefined;
}

export function soundParts(value: unknown): SoundParts {
  const root = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { shape } = configFileSchema;
  const deviceShape = shape.devices.unwrap().element;
  const devices = Array.isArray(root.devices) ? root.devices.slice(0, MAX_CHECKED_DEVICES) : [];
  return {
    site: shape.site.safeParse(root.site).data,
    control: shape.control.safeParse(root.control).data,
    devices: devices.map((device) => deviceShape.safeParse(device).data),
    modbusProxy: shape.modbus_proxy.safeParse(root.modbus_proxy).data,
    ocpp: shape.ocpp.safeParse(root.ocpp).data,
    wallboxes: placedWallboxes(root),
    partner: shape.partner.safeParse(root.partner).data,
    mqtt: shape.mqtt.safeParse(root.mqtt).data,
    hasMqtt: root.mqtt !== undefined,
    homeBattery: shape.home_battery.safeParse(root.home_battery).data,
    gridOperator: shape.grid_operator.safeParse(root.grid_operator).data,
    prices: shape.prices.safeParse(root.prices).data,
    chargePlan: shape.charge_plan.safeParse(root.charge_plan).data,
    api: shape.api.safeParse(root.api).data,
    influx: shape.influx.safeParse(root.influx).data,
    notifications: shape.notifications.safeParse(root.notifications).data,
    stateDir: shape.state_dir.safeParse(root.state_dir).data,
  };
}

/** Longer lists are refused by the schema anyway. */
const MAX_CHECKED_DEVICES = 100;

/** Topics that the program itself uses below `hems-edge/<site>/`. */
export const TAKEN_NAMES: readonly string[] = [
  "status",
  "state",
  "telemetry",
  "event",
  "partner",
  "cmd",
  "schema_version",
  "grid_operator",
  "notification",
];

/** What is wrong between parts that are each right by themselves. */
export function crossFindings(parts: SoundParts): readonly Finding[] {
  return [
    ...deviceFindings(parts),
    ...proxyFindings(parts),
    ...repeatedNames(parts),
    ...wallboxFindings(parts),
    ...sharedPort(parts),
    ...planFindings(parts),
    ...linesWithoutBroker(parts),
    ...operatorFindings(parts),
    ...batteryFindings(parts),
    ...notificationFindings(parts),
  ];
}

function repeatedNames({ devices, wallboxes }: SoundParts): readonly Finding[] {
  const named = entries(devices).map(([device, index]) => ({
    key: device.name,
    at: ["devices", index, "name"] as ConfigPath,
    name: device.name,
  }));
  const isBox = (name: string) => wallboxes.some(({ wallbox }) => wallbox.name === name);
  const taken = named.filter(({ key }) => key === "wallbox" || TAKEN_NAMES.includes(key) || isBox(key));
  return [
    ...taken.map(({ key, at }) => ({
      at,
      problem: `the name ${key} is taken by the program itself`,
      remedy: "choose another: it becomes part of MQTT topics",
    })),
    ...repeats(named, (key) => ({
      problem: `another device is already named ${key}`,
      remedy: "give each device a name of its own",
    })),
  ];
}

function linesWithoutBroker({ influx, hasMqtt }: SoundParts): readonly Finding[] {
  if (influx?.type !== "mqtt" || hasMqtt) return [];
  return [
    {
      at: ["influx", "type"],
      problem: "is mqtt, but the file names no broker",
      remedy: "add the part mqtt with its url, or send minutes over http",
    },
  ];
}

function sharedPort({ ocpp, api }: SoundParts): readonly Finding[] {
  if (ocpp === undefined || api === undefined || ocpp.port === 0 || ocpp.port !== api.port) return [];
  const isWildcard = (host: string) => host === "0.0.0.0" || host === "::";
  if (ocpp.host !== api.host && !isWildcard(ocpp.host) && !isWildcard(api.host)) return [];
  return [
    {
      at: ["api", "port"],
      problem: `port ${api.port} is already used by ocpp`,
      remedy: "give each listener a port of its own, e.g. ocpp 8887 and api 8090",
    },
  ];
}
