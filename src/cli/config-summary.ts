import type { DeviceConfig } from "../config/device-schema.ts";
import type { Config } from "../config/schema.ts";
import type { WallboxConfig } from "../config/wallbox-schema.ts";
import type { BatteryPolicy } from "../core/battery-policy.ts";

/** What a config means, in sentences, without any secret. */
export function configSummary(config: Config): string {
  return [
    siteSentence(config),
    ...config.devices.map(deviceSentence),
    ...config.wallboxes.map((wallbox) => wallboxSentence(wallbox, config)),
    modeSentence(config),
    ...batterySentences(config),
    ...operatorSentences(config),
    cloudSentence(config),
  ]
    .map((sentence) => `  ${sentence}`)
    .join("\n");
}

function siteSentence({ site }: Config): string {
  const limit = site.import_limit_w === undefined ? "" : `, at most ${site.import_limit_w} W from the grid`;
  return `House ${site.name}: fuse ${site.main_fuse_a} A per phase${limit}, ${site.pv_peak_w} W of PV.`;
}

function deviceSentence({ name, roles, driver, connection, unit, poll_ms }: DeviceConfig): string {
  const measures = `${name} measures ${roles.join(" and ")}: ${driver}`;
  switch (connection.type) {
    case "mqtt":
      return `${measures} from topic ${connection.topic}.`;
    case "http":
      return `${measures} at ${connection.host}:${connection.port}, every ${poll_ms} ms.`;
    case "rtu":
      return `${measures} at ${connection.path}, unit ${unit}, every ${poll_ms} ms.`;
    case "tcp":
    case "rtu_over_tcp":
      return `${measures} at ${connection.host}:${connection.port}, unit ${unit}, every ${poll_ms} ms.`;
  }
}

function wallboxSentence(wallbox: WallboxConfig, { ocpp, control, wallboxes }: Config): string {
  const phases = wallbox.phases === 1 ? "one phase" : "three phases";
  const priority = wallboxes.length === 1 ? "" : `, priority ${wallbox.priority}`;
  const failsafe = control.failsafe_current_a === 0 ? "pauses" : `falls to ${control.failsafe_current_a} A`;
  return (
    `Wallbox ${wallbox.identity} dials in on port ${ocpp.port}: ${wallbox.min_current_a} to ${wallbox.max_current_a} A on ` +
    `${phases}${priority}; it ${failsafe} by itself ${ocpp.horizon_s} s after our last word.`
  );
}

function modeSentence({ control }: Config): string {
  const { hems_min_export_to_start_w: startW, hems_max_import_before_stopping_w: stopW } = control.thresholds;
  return `Mode ${control.mode} until told otherwise; starts from ${startW} W export, stops above ${stopW} W import.`;
}

const POLICY_WORDS: Readonly<Record<BatteryPolicy, string>> = {
  car_first: "the car comes first",
  battery_first: "the battery comes first",
  soc_window: "the battery comes first until it is full enough",
};

function batterySentences({ devices, home_battery: battery }: Config): readonly string[] {
  if (!devices.some(({ roles }) => roles.includes("battery"))) return [];
  const discharge = battery.allow_discharge_into_car
    ? `may charge the car down to ${battery.reserve_soc_pct} %`
    : "never charges the car by surplus";
  return [`Home battery: ${POLICY_WORDS[battery.policy]}, and it ${discharge}.`];
}

const SOURCE_WORDS = { contact: "a contact", mqtt: "MQTT", http: "HTTP", static: "this file" } as const;

function operatorSentences({ grid_operator: operator }: Config): readonly string[] {
  if (operator === undefined) return [];
  const { source, minimum_w: minimumW, failsafe_limit_w: failsafeW } = operator;
  return [
    `Grid operator: limits through ${SOURCE_WORDS[source.type]}, to ${minimumW} W at least; ${failsafeW} W while it is not heard.`,
  ];
}

function cloudSentence({ partner, mqtt, api }: Config): string {
  const cloud = partner === undefined ? "no Partner API" : `Partner API at ${partner.base_url}`;
  const broker = mqtt === undefined ? "no MQTT" : `MQTT at ${mqtt.url}`;
  return `${cloud}, ${broker}, page at http://${api.host}:${api.port}.`.replace(/^n/, "N");
}
