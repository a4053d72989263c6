import type { ApiContext } from "./api-context.ts";
import { family, flag, histogramFamily, seconds } from "./metric-text.ts";

/** How the program itself and its connections are, beside what the passes say. */
export function programFamilies(context: ApiContext): string[] {
  return [
    ...runtimeFamilies(context),
    ...historyFamilies(context),
    ...influxFamilies(context),
    ...notificationFamilies(context),
    ...peerFamilies(context),
    ...partnerFamilies(context),
    ...mqttFamilies(context),
    ...processFamilies(),
  ];
}

function runtimeFamilies({ runtime }: ApiContext): string[] {
  const view = runtime?.();
  if (view === undefined) return [];
  const { passTimes, eventLoopLagS } = view;
  return [
    histogramFamily("control_tick_duration_seconds", "Time from reading to reporting.", passTimes),
    family(
      "event_loop_lag_seconds",
      "gauge",
      "Delay of timers since the last look, beyond their resolution.",
      [
        { value: eventLoopLagS.p50, labels: { quantile: "0.5" } },
        { value: eventLoopLagS.p99, labels: { quantile: "0.99" } },
        { value: eventLoopLagS.max, labels: { quantile: "1" } },
      ],
    ),
  ];
}

function historyFamilies(context: ApiContext): string[] {
  const history = context.historyState?.();
  if (history === undefined) return [];
  return [
    family("history_written_total", "counter", "What was written to disk.", [
      { value: history.minutesWritten, labels: { kind: "minute" } },
      { value: history.sessionsWritten, labels: { kind: "session" } },
      { value: history.eventsWritten, labels: { kind: "event" } },
    ]),
    family("history_waiting", "gauge", "What waits for the disk.", [{ value: history.waiting }]),
    family("history_dropped_total", "counter", "What had to go, because the disk was away for too long.", [
      { value: history.dropped },
    ]),
    family("history_size_bytes", "gauge", "What the records take on the disk.", [
      { value: history.usedBytes },
    ]),
  ];
}

function influxFamilies(context: ApiContext): string[] {
  const influx = context.influxState?.();
  if (influx === undefined) return [];
  return [
    family("influx_sent_total", "counter", "Lines that InfluxDB took.", [{ value: influx.sent }]),
    family("influx_dropped_total", "counter", "Lines that went for newer ones, or were refused.", [
      { value: influx.dropped },
    ]),
    family("influx_waiting", "gauge", "Lines that wait.", [{ value: influx.waiting }]),
    family("influx_away", "gauge", "1 while InfluxDB does not take lines.", [{ value: flag(influx.isAway) }]),
  ];
}

function notificationFamilies({ notifications }: ApiContext): string[] {
  if (notifications === undefined) return [];
  const channels = notifications.channels();
  const each = (of: (channel: (typeof channels)[number]) => number) =>
    channels.map((channel) => ({ value: of(channel), labels: { channel: channel.name } }));
  return [
    family(
      "notifications_sent_total",
      "counter",
      "Notifications delivered.",
      each(({ sent }) => sent),
    ),
    family(
      "notifications_dropped_total",
      "counter",
      "Notifications that were too old, too many, or refused.",
      each(({ dropped }) => dropped),
    ),
    family(
      "notifications_waiting",
      "gauge",
      "Notifications that wait.",
      each(({ waiting }) => waiting),
    ),
    family("notifications_raised", "gauge", "Conditions that were told and are not over.", [
      { value: notifications.raised().length },
    ]),
  ];
}

function peerFamilies(context: ApiContext): string[] {
  const ocpp = context.ocppCounters?.();
  const devices = context.devices?.().devices ?? [];
  return [
    family("ocpp_messages_total", "counter", "OCPP calls of all wallboxes.", [
      { value: ocpp?.callsReceived, labels: { direction: "received" } },
      { value: ocpp?.callsSent, labels: { direction: "sent" } },
    ]),
    family("ocpp_connections_total", "counter", "Connections of wallboxes.", [{ value: ocpp?.connections }]),
    family(
      "device_reads_total",
      "counter",
      "Reads of inverters, meters and batteries by what they came to.",
      devices.flatMap(({ name, reads }) =>
        Object.entries(reads).map(([result, value]) => ({ value, labels: { device: name, result } })),
      ),
    ),
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
    family("partner_up", "gauge", "1 while the Partner API answers.", [
      { value: flag(partner.error === undefined && partner.ageMs !== undefined) },
    ]),
    family("partner_token_valid", "gauge", "1 while the Partner API takes our login.", [
      { value: partner.token === undefined ? undefined : flag(partner.token.kind === "valid") },
    ]),
    family("partner_config_divergence", "gauge", "1 while the user's devices differ in mode or thresholds.", [
      {
        value: flag(partner.config?.mode_conflict === true || partner.config?.config_divergence === true),
      },
    ]),
    family("partner_health_warning", "gauge", "The Partner API's own warning.", [
      {
        value: partner.config?.health_warning === undefined ? undefined : 1,
        labels: { code: partner.config?.health_warning?.code.slice(0, 64) ?? "" },
      },
    ]),
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
