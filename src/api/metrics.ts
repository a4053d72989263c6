import type { TickReport } from "../core/tick-report.ts";
import type { ApiContext } from "./api-context.ts";

interface Sample {
  readonly value: number | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

const STATES = ["idle", "commitment", "active"] as const;

/** Prometheus text format 0.0.4 in base units; a value that is not known is left out. */
export function metricsText(context: ApiContext): string {
  const report = context.latest();
  return [
    family("build_info", "gauge", "Version of this program.", [
      { value: 1, labels: { version: context.options.version } },
    ]),
    ...(report === undefined ? [] : reportFamilies(report, context.clock.monotonicMs())),
    ...partnerFamilies(context),
    ...mqttFamilies(context),
    ...processFamilies(),
  ].join("");
}

function reportFamilies(report: TickReport, nowMs: number): string[] {
  const { powers, ages } = report;
  return [
    family("control_passes_total", "counter", "Passes since the start.", [{ value: report.pass }]),
    family("control_tick_age_seconds", "gauge", "Age of the last pass.", [
      { value: (nowMs - report.monotonicMs) / 1_000 },
    ]),
    family("power_watts", "gauge", "Power; grid import and battery discharge are positive.", [
      { value: powers.gridPowerW, labels: { source: "grid" } },
      { value: powers.pvPowerW, labels: { source: "pv" } },
      { value: powers.batteryPowerW, labels: { source: "battery" } },
      { value: powers.chargePowerW, labels: { source: "ev" } },
      { value: powers.loadPowerW, labels: { source: "load" } },
    ]),
    family("surplus_watts", "gauge", "Power that the car could take without import.", [
      { value: powers.surplusPowerW },
    ]),
    family("battery_soc_ratio", "gauge", "State of charge of the home battery.", [
      { value: powers.batterySocPct === undefined ? undefined : powers.batterySocPct / 100 },
    ]),
    family("source_age_seconds", "gauge", "Age of the reading used by the last pass.", [
      { value: seconds(ages.gridAgeMs), labels: { source: "grid" } },
      { value: seconds(ages.pvAgeMs), labels: { source: "pv" } },
      { value: seconds(ages.batteryAgeMs), labels: { source: "battery" } },
      { value: seconds(ages.chargeAgeMs), labels: { source: "ev" } },
    ]),
    family(
      "state",
      "gauge",
      "1 for the state of the surplus machine.",
      STATES.map((state) => ({ value: flag(report.state === state), labels: { state } })),
    ),
    family("setpoint_amperes", "gauge", "Current that the car is allowed, per phase.", [
      { value: report.setpointA },
    ]),
    family("limit_active", "gauge", "The limit that binds the set point.", [
      { value: report.limitedBy === undefined ? undefined : 1, labels: { kind: report.limitedBy ?? "" } },
    ]),
    family("meter_good", "gauge", "1 while the grid meter is believed.", [
      { value: flag(report.meterTrust === "good") },
    ]),
    family("wallbox_connected", "gauge", "1 while the wallbox is connected.", [
      { value: flag(report.wallbox.isConnected) },
    ]),
    family("wallbox_writes_today", "gauge", "Charging-profile writes since local midnight.", [
      { value: report.wallbox.writesToday },
    ]),
    family("solar_energy_today_watthours", "gauge", "Energy charged from surplus since local midnight.", [
      { value: report.solarEnergyTodayWh },
    ]),
  ];
}

function partnerFamilies(context: ApiContext): string[] {
  const partner = context.partnerState?.();
  if (partner === undefined) return [];
  return [
    family("partner_sync_age_seconds", "gauge", "Age of the last good charging-config.", [
      { value: seconds(partner.ageMs) },
    ]),
    family("partner_pulls_total", "counter", "Pulls of charging-config.", [{ value: partner.pulls }]),
    family("partner_puts_total", "counter", "Local changes written back.", [{ value: partner.puts }]),
    family("partner_status_pushes_total", "counter", "Statuses pushed.", [{ value: partner.status.pushes }]),
  ];
}

function mqttFamilies(context: ApiContext): string[] {
  const mqtt = context.mqttState?.();
  if (mqtt === undefined) return [];
  return [
    family("mqtt_connected", "gauge", "1 while the broker is connected.", [
      { value: flag(mqtt.isConnected) },
    ]),
    family("mqtt_published_total", "counter", "Messages handed to the broker.", [{ value: mqtt.published }]),
    family("mqtt_dropped_total", "counter", "Messages that found no broker.", [{ value: mqtt.dropped }]),
    family("spool_events", "gauge", "Events waiting for the broker.", [{ value: mqtt.eventsSpooled }]),
    family("spool_dropped_total", "counter", "Events that had to go for newer ones.", [
      { value: mqtt.eventsDropped },
    ]),
  ];
}

function processFamilies(): string[] {
  const { user, system } = process.cpuUsage();
  return [
    family("process_resident_memory_bytes", "gauge", "Resident memory.", [
      { value: process.memoryUsage.rss() },
    ]),
    family("process_cpu_seconds_total", "counter", "Processor time.", [{ value: (user + system) / 1e6 }]),
    family("process_uptime_seconds", "gauge", "Time since the start.", [{ value: process.uptime() }]),
  ];
}

function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const full = `hems_edge_${name}`;
  const lines = samples
    .filter((sample) => sample.value !== undefined)
    .map(({ value, labels }) => `${full}${labelText(labels)} ${value}\n`);
  return lines.length === 0 ? "" : `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return "";
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? "")}"`,
  );
  return `{${pairs.join(",")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

function flag(isSet: boolean): number {
  return isSet ? 1 : 0;
}
