import { VEHICLE_STATES } from "../core/site-sample.ts";
import { UX_PHASES } from "../core/tick-report.ts";
import type { Topics } from "./topics.ts";

/** One entity: its platform under `p`, everything else as Home Assistant's MQTT integration documents it. */
export interface DiscoveryComponent {
  readonly p: "sensor" | "binary_sensor" | "select" | "number" | "button";
  readonly [field: string]: unknown;
}

/** `state` is told at least every 60 s: three in a row do not get lost. */
export const STATE_EXPIRY_S = 180;
/** Home Assistant refuses states that are longer. */
const LONGEST_HA_STATE = 255;

/** How each scalar topic is shown; scalars of one name mean the same for every device. */
const SHOWN: Readonly<Record<string, Readonly<Record<string, unknown>> & { readonly name: string }>> = {
  power_w: { name: "power", device_class: "power", state_class: "measurement", unit_of_measurement: "W" },
  soc_pct: { name: "charge", device_class: "battery", state_class: "measurement", unit_of_measurement: "%" },
  solar_energy_today_wh: {
    name: "solar energy today",
    device_class: "energy",
    state_class: "total_increasing",
    unit_of_measurement: "Wh",
  },
  setpoint_a: {
    name: "set point",
    device_class: "current",
    state_class: "measurement",
    unit_of_measurement: "A",
  },
  phases: { name: "phases", entity_category: "diagnostic" },
  vehicle: { name: "vehicle", device_class: "enum", options: VEHICLE_STATES },
};

/** Available while the gateway is connected, and the devices of `deviceTopics` can be believed. */
export function availableWith(topics: Topics, ...deviceTopics: readonly string[]) {
  return {
    availability: [topics.status, ...deviceTopics].map((topic) => ({ topic })),
    availability_mode: "all",
  };
}

export function connectivity(name: string, topic: string): DiscoveryComponent {
  return {
    p: "binary_sensor",
    name,
    device_class: "connectivity",
    entity_category: "diagnostic",
    state_topic: topic,
    payload_on: "online",
    payload_off: "offline",
  };
}

/** Sensor of one member of the JSON on `state`. */
export function stateSensor(
  topics: Topics,
  name: string,
  path: string,
  details: Readonly<Record<string, unknown>> = {},
): DiscoveryComponent {
  return {
    p: "sensor",
    name,
    state_topic: topics.state,
    value_template: `{{ value_json.${path} }}`,
    expire_after: STATE_EXPIRY_S,
    ...availableWith(topics),
    ...details,
  };
}

export function phaseSensor(topics: Topics, name: string, path: string): DiscoveryComponent {
  return stateSensor(topics, name, path, { device_class: "enum", options: UX_PHASES });
}

export function reasonSensor(topics: Topics, name: string, path: string): DiscoveryComponent {
  return stateSensor(topics, name, `${path}[:${LONGEST_HA_STATE}]`);
}

/** Sensor of a retained scalar without its topics. A deleted topic is an empty payload, and `None` is unknown. */
export function scalarSensor(deviceLabel: string, scalarName: string): DiscoveryComponent {
  const shown = SHOWN[scalarName] ?? { name: scalarName };
  return {
    p: "sensor",
    ...shown,
    name: `${deviceLabel} ${shown.name}`,
    value_template: "{{ value or None }}",
  };
}

/** Command with an id of its own and the member that is given as JSON. */
export function commanded(topics: Topics, command: string, member: string) {
  return {
    command_topic: topics.command(command),
    command_template: `{"id": "ha-{{ now().timestamp() }}", ${member}}`,
    ...availableWith(topics),
  };
}
