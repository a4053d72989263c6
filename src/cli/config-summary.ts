import type { Config, DeviceConfig, WallboxConfig } from "../config/schema.ts";

/** What a config means, in sentences, without any secret. */
export function configSummary(config: Config): string {
  return [
    siteSentence(config),
    ...config.devices.map(deviceSentence),
    ...config.wallboxes.map((wallbox) => wallboxSentence(wallbox, config)),
    modeSentence(config),
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

function cloudSentence({ partner, mqtt, api }: Config): string {
  const cloud = partner === undefined ? "no Partner API" : `Partner API at ${partner.base_url}`;
  const broker = mqtt === undefined ? "no MQTT" : `MQTT at ${mqtt.url}`;
  return `${cloud}, ${broker}, page at http://${api.host}:${api.port}.`.replace(/^n/, "N");
}
