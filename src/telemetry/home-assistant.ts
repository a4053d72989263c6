import { CHARGING_MODES } from "../core/settings.ts";
import { LOWEST_CHARGE_CURRENT_A } from "../core/units.ts";
import { LARGEST_THRESHOLD_W } from "./command-parser.ts";
import { DEVICE_SCALARS, WALLBOX_SCALARS } from "./device-scalars.ts";
import {
  availableWith,
  commanded,
  connectivity,
  type DiscoveryComponent,
  phaseSensor,
  reasonSensor,
  STATE_EXPIRY_S,
  scalarSensor,
  stateSensor,
} from "./home-assistant-entities.ts";
import { createTopics, type TelemetryDevice, type Topics } from "./topics.ts";

export interface DiscoveryFacts {
  readonly siteName: string;
  readonly version: string;
  readonly devices: readonly TelemetryDevice[];
  /** In the order of the config, as `state` lists them. */
  readonly wallboxNames: readonly string[];
  /** The largest configured maximum of all wallboxes, A per phase. */
  readonly largestCurrentA: number;
  readonly telemetryIntervalMs: number;
}

export interface DiscoveryPayload {
  readonly dev: Readonly<Record<string, unknown>>;
  readonly o: Readonly<Record<string, unknown>>;
  readonly cmps: Readonly<Record<string, DiscoveryComponent>>;
}

type Components = Readonly<Record<string, DiscoveryComponent>>;

const SHORTEST_TELEMETRY_EXPIRY_S = 30;

/** Identifies the gateway of a site in Home Assistant; also the object id of its discovery topic. */
export function discoveryDeviceId(siteName: string): string {
  return `hems-edge-${siteName}`;
}

/**
 * What Home Assistant's device discovery (2024.11 and later) is told: one device for the gateway, and an entity for
 * each topic and command that this site has. Source: home-assistant.io/integrations/mqtt, "Device discovery payload".
 */
export function discoveryPayload(facts: DiscoveryFacts): DiscoveryPayload {
  const { siteName, version } = facts;
  const topics = createTopics(siteName);
  const id = discoveryDeviceId(siteName);
  const parts: readonly Components[] = [
    siteComponents(topics),
    telemetryComponents(topics, facts.telemetryIntervalMs),
    settingComponents(topics, facts.largestCurrentA),
    deviceComponents(topics, facts.devices),
    ...facts.wallboxNames.map((_name, index) => wallboxComponents(topics, facts, index)),
  ];
  return {
    dev: { ids: [id], name: `hems-edge ${siteName}`, mf: "hems-edge", mdl: "Energy gateway", sw: version },
    o: { name: "hems-edge", sw: version },
    cmps: Object.fromEntries(
      parts
        .flatMap((components) => Object.entries(components))
        .map(([key, component]) => [key, { ...component, unique_id: `${id}_${key}`, qos: 1 }]),
    ),
  };
}

function siteComponents(topics: Topics): Components {
  return {
    gateway: connectivity("Gateway", topics.status),
    phase: phaseSensor(topics, "Solar charging", "ux_phase"),
    reason: reasonSensor(topics, "Reason", "reason_text"),
    limited_by: stateSensor(topics, "Limited by", "limited_by or 'none'", { entity_category: "diagnostic" }),
    meter_problem: {
      p: "binary_sensor",
      name: "Meter problem",
      device_class: "problem",
      entity_category: "diagnostic",
      state_topic: topics.state,
      value_template: "{{ 'OFF' if value_json.valid else 'ON' }}",
      expire_after: STATE_EXPIRY_S,
      ...availableWith(topics),
    },
  };
}

/** Off until somebody wants them: `telemetry` may come every second, which would fill Home Assistant's records. */
function telemetryComponents(topics: Topics, intervalMs: number): Components {
  const sensor = (name: string, member: string): DiscoveryComponent => ({
    p: "sensor",
    name,
    device_class: "power",
    state_class: "measurement",
    unit_of_measurement: "W",
    state_topic: topics.telemetry,
    value_template: `{{ value_json.${member} }}`,
    expire_after: Math.max(SHORTEST_TELEMETRY_EXPIRY_S, Math.ceil((3 * intervalMs) / 1_000)),
    enabled_by_default: false,
    ...availableWith(topics),
  });
  return {
    load_power: sensor("House power", "load_w"),
    charge_power: sensor("Charging power", "charge_w"),
    surplus_power: sensor("Surplus power", "surplus_w"),
  };
}

function settingComponents(topics: Topics, largestCurrentA: number): Components {
  return {
    mode: {
      p: "select",
      name: "Mode",
      options: CHARGING_MODES,
      state_topic: topics.state,
      value_template: "{{ value_json.mode }}",
      ...commanded(topics, "mode", '"mode": "{{ value }}"'),
    },
    start_threshold: thresholdNumber(topics, "Export to start", "hems_min_export_to_start_w"),
    stop_threshold: thresholdNumber(topics, "Import before stopping", "hems_max_import_before_stopping_w"),
    max_current: {
      p: "number",
      name: "Maximum current",
      device_class: "current",
      unit_of_measurement: "A",
      entity_category: "config",
      min: LOWEST_CHARGE_CURRENT_A,
      max: largestCurrentA,
      step: 1,
      mode: "box",
      state_topic: topics.state,
      value_template: "{{ value_json.max_current_a }}",
      ...commanded(topics, "max_current", '"max_current_a": {{ value }}'),
    },
    max_current_reset: {
      p: "button",
      name: "Forget maximum current",
      entity_category: "config",
      ...commanded(topics, "max_current", '"max_current_a": null'),
    },
  };
}

function thresholdNumber(topics: Topics, name: string, member: string): DiscoveryComponent {
  return {
    p: "number",
    name,
    device_class: "power",
    unit_of_measurement: "W",
    entity_category: "config",
    min: 0,
    max: LARGEST_THRESHOLD_W,
    step: 10,
    mode: "box",
    state_topic: topics.state,
    value_template: `{{ value_json.thresholds.${member} }}`,
    ...commanded(topics, "thresholds", `"${member}": {{ value | int }}`),
  };
}

const DEVICE_LABELS: Readonly<Record<TelemetryDevice, string>> = {
  grid: "Grid",
  pv: "PV",
  battery: "Battery",
};

function deviceComponents(topics: Topics, devices: readonly TelemetryDevice[]): Components {
  const scalars = DEVICE_SCALARS.filter(({ device }) => devices.includes(device));
  return Object.fromEntries([
    ...devices.map((device) => [
      `${device}_connectivity`,
      {
        ...connectivity(`${DEVICE_LABELS[device]} readings`, topics.device(device, "availability")),
        ...availableWith(topics),
      },
    ]),
    ...scalars.map(({ device, name }) => [
      `${device}_${name}`,
      {
        ...scalarSensor(DEVICE_LABELS[device], name),
        state_topic: topics.device(device, name),
        ...availableWith(topics, topics.device(device, "availability")),
      },
    ]),
  ]);
}

function wallboxComponents(topics: Topics, { wallboxNames }: DiscoveryFacts, index: number): Components {
  const name = wallboxNames[index] ?? "";
  const available = availableWith(topics, topics.device(name, "availability"));
  const told = `wallboxes[${index}]`;
  const scalars = WALLBOX_SCALARS.map((scalar) => [
    `wallbox_${name}_${scalar.name}`,
    { ...scalarSensor(name, scalar.name), state_topic: topics.device(name, scalar.name), ...available },
  ]);
  const own: Components = {
    connectivity: {
      ...connectivity(`${name} connection`, topics.device(name, "availability")),
      ...availableWith(topics),
    },
    boost: stateSensor(topics, `${name} boost`, `${told}.boost`, {
      device_class: "enum",
      options: ["off", "armed", "ongoing"],
    }),
    boost_start: boostButton(topics, name, true),
    boost_cancel: boostButton(topics, name, false),
  };
  const amongSeveral: Components = {
    phase: phaseSensor(topics, `${name} solar charging`, `${told}.ux_phase`),
    reason: reasonSensor(topics, `${name} reason`, `${told}.reason_text`),
  };
  const named = Object.entries({ ...own, ...(wallboxNames.length > 1 ? amongSeveral : {}) });
  return {
    ...Object.fromEntries(named.map(([key, component]) => [`wallbox_${name}_${key}`, component])),
    ...Object.fromEntries(scalars),
  };
}

function boostButton(topics: Topics, wallboxName: string, isStart: boolean): DiscoveryComponent {
  return {
    p: "button",
    name: `${wallboxName} ${isStart ? "start" : "cancel"} boost`,
    ...commanded(topics, "boost", `"boost": ${isStart}, "wallbox": "${wallboxName}"`),
  };
}
