import { deviceFindings, entries, repeats } from "./device-checks.ts";
import { batteryFindings, operatorFindings } from "./operator-checks.ts";
import { planFindings } from "./plan-checks.ts";
import type { ConfigPath, Finding } from "./problem.ts";
import type { Config, DeviceConfig } from "./schema.ts";
import { configSchema } from "./schema.ts";
import { wallboxSecurity } from "./wallbox-security.ts";

/** The parts of a config that are valid by themselves, so that checks across them run even beside other mistakes. */
export interface SoundParts {
  readonly site: Config["site"] | undefined;
  readonly control: Config["control"] | undefined;
  /** One entry for each in the file; undefined where the entry itself is wrong. */
  readonly devices: readonly (DeviceConfig | undefined)[];
  readonly ocpp: Config["ocpp"] | undefined;
  readonly wallbox: Config["wallbox"] | undefined;
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
  readonly stateDir: string | undefined;
}

export function soundParts(value: unknown): SoundParts {
  const root = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { shape } = configSchema;
  const deviceShape = shape.devices.unwrap().element;
  const devices = Array.isArray(root.devices) ? root.devices.slice(0, MAX_CHECKED_DEVICES) : [];
  return {
    site: shape.site.safeParse(root.site).data,
    control: shape.control.safeParse(root.control).data,
    devices: devices.map((device) => deviceShape.safeParse(device).data),
    ocpp: shape.ocpp.safeParse(root.ocpp).data,
    wallbox: shape.wallbox.safeParse(root.wallbox).data,
    partner: shape.partner.safeParse(root.partner).data,
    mqtt: shape.mqtt.safeParse(root.mqtt).data,
    hasMqtt: root.mqtt !== undefined,
    homeBattery: shape.home_battery.safeParse(root.home_battery).data,
    gridOperator: shape.grid_operator.safeParse(root.grid_operator).data,
    prices: shape.prices.safeParse(root.prices).data,
    chargePlan: shape.charge_plan.safeParse(root.charge_plan).data,
    api: shape.api.safeParse(root.api).data,
    influx: shape.influx.safeParse(root.influx).data,
    stateDir: shape.state_dir.safeParse(root.state_dir).data,
  };
}

/** Longer lists are refused by the schema anyway. */
const MAX_CHECKED_DEVICES = 100;

/** Topics that the program itself uses below `hems-edge/<site>/`. */
const TAKEN_NAMES = [
  "wallbox",
  "status",
  "state",
  "telemetry",
  "event",
  "partner",
  "cmd",
  "schema_version",
  "grid_operator",
];

/** What is wrong between parts that are each right by themselves. */
export function crossFindings(parts: SoundParts): readonly Finding[] {
  return [
    ...deviceFindings(parts),
    ...repeatedNames(parts),
    ...wallboxCurrents(parts),
    ...failsafeTooHigh(parts),
    ...wallboxSecurity(parts),
    ...sharedPort(parts),
    ...planFindings(parts),
    ...linesWithoutBroker(parts),
    ...operatorFindings(parts),
    ...batteryFindings(parts),
  ];
}

function repeatedNames({ devices, wallbox }: SoundParts): readonly Finding[] {
  const named = entries(devices).map(([device, index]) => ({
    key: device.name,
    at: ["devices", index, "name"] as ConfigPath,
    name: device.name,
  }));
  const taken = named.filter(({ key }) => TAKEN_NAMES.includes(key) || key === wallbox?.name);
  const wallboxTopic = wallbox !== undefined && TAKEN_NAMES.slice(1).includes(wallbox.name);
  return [
    ...taken.map(({ key, at }) => ({
      at,
      problem: `the name ${key} is taken by the program itself`,
      remedy: "choose another: it becomes part of MQTT topics",
    })),
    ...(wallboxTopic
      ? [
          {
            at: ["wallbox", "name"],
            problem: `the name ${wallbox.name} is taken by the program itself`,
            remedy: "choose another: it becomes part of MQTT topics",
          },
        ]
      : []),
    ...repeats(named, (key) => ({
      problem: `another device is already named ${key}`,
      remedy: "give each device a name of its own",
    })),
  ];
}

function wallboxCurrents({ wallbox }: SoundParts): readonly Finding[] {
  if (wallbox === undefined) return [];
  const { min_current_a: minA } = wallbox;
  const below = (["max_current_a", "rated_current_a", "cable_current_a"] as const).filter(
    (key) => (wallbox[key] ?? minA) < minA,
  );
  return below.map((key) => ({
    at: ["wallbox", key],
    problem: `${wallbox[key]} A is below min_current_a of ${minA} A, so the car could never charge`,
    remedy: `raise ${key} or lower min_current_a`,
  }));
}

function failsafeTooHigh({ control, wallbox, site }: SoundParts): readonly Finding[] {
  if (control === undefined) return [];
  const failsafeA = control.failsafe_current_a;
  const limits: readonly (readonly [string, number | undefined])[] = [
    ["wallbox.max_current_a", wallbox?.max_current_a],
    ["wallbox.rated_current_a", wallbox?.rated_current_a],
    ["wallbox.cable_current_a", wallbox?.cable_current_a],
    ["site.main_fuse_a", site?.main_fuse_a],
  ];
  return limits
    .filter(([, limitA]) => limitA !== undefined && failsafeA > limitA)
    .map(([name, limitA]) => ({
      at: ["control", "failsafe_current_a"],
      problem: `${failsafeA} A is above ${name} of ${limitA} A`,
      remedy: "lower it: the wallbox draws it when nobody watches; 0 pauses the car",
    }));
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
