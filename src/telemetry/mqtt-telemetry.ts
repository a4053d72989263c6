import type { Logger } from "pino";
import type { MqttConfig } from "../config/mqtt-schema.ts";
import { isoUtc } from "../core/iso-time.ts";
import { limitPeriodWire } from "../core/limit-wire.ts";
import { stateWire, telemetryWire } from "../core/report-wire.ts";
import { initialToldSite, siteEvents, type ToldSite } from "../core/site-events.ts";
import { type SmartChargingStatus, smartChargingStatus } from "../core/smart-charging-status.ts";
import type { TickReport } from "../core/tick-report.ts";
import { type Clock, withTimeout } from "../ports/clock.ts";
import type { Commands } from "../ports/commands.ts";
import type { LimitListener } from "../ports/limit-log.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import { createCommandDesk } from "./command-desk.ts";
import { DEVICE_SCALARS, isDeviceAvailable, WALLBOX_SCALARS } from "./device-scalars.ts";
import { createDiscoveryAnnouncer } from "./discovery-announcer.ts";
import { createEventSpool } from "./event-spool.ts";
import { createMqttConnection, type MqttConnection, type PublishOptions } from "./mqtt-connection.ts";
import { isSameDecision, isSameStatus } from "./report-change.ts";
import { createToldValue, type ToldValue } from "./told-value.ts";
import { createTopics, SCHEMA_VERSION, type TelemetryDevice, type Topics } from "./topics.ts";

export interface MqttTelemetryOptions {
  readonly mqtt: Omit<MqttConfig, "password"> & { readonly password?: string | undefined };
  readonly siteName: string;
  /** The roles that this site has. */
  readonly devices: readonly TelemetryDevice[];
  readonly wallboxNames: readonly string[];
  /** The largest configured maximum of all wallboxes, A per phase. */
  readonly largestCurrentA: number;
  /** Of this program. */
  readonly version: string;
}

export interface MqttTelemetryDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly commands: Commands;
  /** Remembers what Home Assistant was told. */
  readonly store: StateStore;
  /** 0 up to 1, for jitter. */
  readonly random: () => number;
}

export interface MqttTelemetryState {
  readonly isConnected: boolean;
  /** Messages handed to the broker's connection. */
  readonly published: number;
  /** Messages that found no broker, or one too slow. */
  readonly dropped: number;
  readonly eventsSpooled: number;
  readonly eventsDropped: number;
  readonly commandsAccepted: number;
  readonly commandsRefused: number;
}

/** Tells every pass over MQTT and takes commands. The broker may come and go: control never notices. */
export interface MqttTelemetry extends ReportSink {
  start(): void;
  stop(): Promise<void>;
  /** Tells of a limit's period as it begins and as it ends, as an event. */
  limit: LimitListener;
  /** One message, QoS 1. Resolves to whether the broker confirmed it, false when it is away or takes too long. */
  publishConfirmed(topic: string, payload: string): Promise<boolean>;
  state(): MqttTelemetryState;
}

const REFRESH_MS = 60_000;
const CONFIRM_TIMEOUT_MS = 30_000;
const EVENT_SPOOL_CAPACITY = 1_000;
const RETAINED: PublishOptions = { qos: 1, isRetained: true };
const RETAINED_SCALAR: PublishOptions = { qos: 0, isRetained: true };
const ONCE: PublishOptions = { qos: 1, isRetained: false };
const DROPPABLE: PublishOptions = { qos: 0, isRetained: false };

export function createMqttTelemetry(options: MqttTelemetryOptions, deps: MqttTelemetryDeps): MqttTelemetry {
  const { mqtt, siteName } = options;
  const topics = createTopics(siteName);
  const desk = createCommandDesk(deps);
  let published = 0;
  let dropped = 0;
  let latest: TickReport | undefined;
  let toldSite: ToldSite | undefined;
  let toldTelemetryAtMs: number | undefined;

  const publish: Publish = (topic, payload, how, done) => {
    const isSent = connection.publish(topic, payload, how, done);
    if (isSent) published += 1;
    else dropped += 1;
    return isSent;
  };
  const discovery = createDiscoveryAnnouncer(
    {
      ...mqtt.home_assistant,
      facts: { ...options, telemetryIntervalMs: mqtt.telemetry_interval_ms },
    },
    { ...deps, publish },
  );
  const connection: MqttConnection = createMqttConnection(
    {
      url: mqtt.url,
      clientId: `hems-edge-${siteName}`,
      username: mqtt.username,
      password: mqtt.password,
      protocolVersion: mqtt.protocol_version,
      caFile: mqtt.ca_file,
      will: { topic: topics.status, payload: "offline" },
      subscription: [
        topics.commandFilter,
        ...(discovery.birthTopic === undefined ? [] : [discovery.birthTopic]),
      ],
    },
    { ...deps, listener: { onConnected, onMessage } },
  );

  const spool = createEventSpool(EVENT_SPOOL_CAPACITY, (payload, done) => {
    const isSent = connection.publish(topics.event, payload, ONCE, done);
    if (isSent) published += 1;
    return isSent;
  });
  const retained = createRetainedTopics(topics, options, publish);

  function onConnected(): void {
    publish(topics.status, "online", RETAINED);
    publish(topics.schemaVersion, SCHEMA_VERSION, RETAINED);
    discovery.onConnected();
    retained.forget();
    if (latest !== undefined) retained.tell(latest);
    spool.pump();
  }

  function onMessage(topic: string, payload: Uint8Array, isRetained: boolean): void {
    discovery.onMessage(topic, payload);
    const name = topics.commandIn(topic);
    // An empty payload is how MQTT clears a retained message: nobody waits for an answer.
    if (name === undefined || payload.length === 0) return;
    publish(topics.result(name), JSON.stringify(desk.handle(name, payload, isRetained)), ONCE);
  }

  function noteEvents(report: TickReport): void {
    if (toldSite === undefined) {
      toldSite = initialToldSite(report);
      return;
    }
    const { told, events } = siteEvents(toldSite, report);
    toldSite = told;
    if (events.length === 0) return;
    for (const event of events) spool.push(JSON.stringify(event));
    spool.pump();
  }

  function tellTelemetry(report: TickReport): void {
    const sinceMs = toldTelemetryAtMs === undefined ? Infinity : report.monotonicMs - toldTelemetryAtMs;
    if (sinceMs < mqtt.telemetry_interval_ms) return;
    toldTelemetryAtMs = report.monotonicMs;
    if (!connection.isConnected) dropped += 1;
    else publish(topics.telemetry, JSON.stringify(telemetryWire(report)), DROPPABLE);
  }

  return {
    limit(kind, period) {
      const ts = kind === "began" ? period.startWallMs : period.endWallMs;
      const event = { ts: isoUtc(ts), event: `limit_${kind}`, ...limitPeriodWire(period) };
      spool.push(JSON.stringify(event));
      spool.pump();
    },
    start: () => connection.start(),
    async stop() {
      await connection.stop({ topic: topics.status, payload: "offline" });
      discovery.stop();
    },
    publishConfirmed(topic, payload) {
      const confirmed = new Promise<boolean>((resolve) => {
        if (!publish(topic, payload, ONCE, resolve)) resolve(false);
      });
      return withTimeout(deps.clock, CONFIRM_TIMEOUT_MS, confirmed, false);
    },
    report(report) {
      latest = report;
      noteEvents(report);
      tellTelemetry(report);
      if (connection.isConnected) retained.tell(report);
    },
    state: () => ({
      isConnected: connection.isConnected,
      published,
      dropped,
      eventsSpooled: spool.length,
      eventsDropped: spool.dropped,
      commandsAccepted: desk.accepted,
      commandsRefused: desk.refused,
    }),
  };
}

type Publish = MqttConnection["publish"];

/** All retained topics that follow the reports; each is told when it is worth a message, or again after `forget`. */
function createRetainedTopics(
  topics: Topics,
  { devices, wallboxNames }: Pick<MqttTelemetryOptions, "devices" | "wallboxNames">,
  publish: Publish,
) {
  let decision: TickReport | undefined;
  let status: { readonly told: SmartChargingStatus; readonly atMs: number } | undefined;
  const scalars = DEVICE_SCALARS.filter((scalar) => devices.includes(scalar.device)).map((scalar) => ({
    value: scalar.value,
    topic: topics.device(scalar.device, scalar.name),
    told: createToldValue(scalar.deadband),
    how: RETAINED_SCALAR,
  }));
  const availabilities = devices.map((device) => ({
    value: (report: TickReport) => (isDeviceAvailable(device, report) ? "online" : "offline"),
    topic: topics.device(device, "availability"),
    told: createToldValue(0),
    how: RETAINED,
  }));
  const values = [
    ...availabilities,
    ...scalars,
    ...wallboxNames.flatMap((name) => wallboxTopics(topics, name)),
  ];

  function tellState(report: TickReport): void {
    const isDue =
      decision === undefined ||
      report.monotonicMs - decision.monotonicMs >= REFRESH_MS ||
      !isSameDecision(decision, report);
    if (isDue && publish(topics.state, JSON.stringify(stateWire(report)), RETAINED)) decision = report;
  }

  function tellPartnerStatus(report: TickReport): void {
    const next = smartChargingStatus(report);
    const isDue =
      status === undefined ||
      report.monotonicMs - status.atMs >= REFRESH_MS ||
      !isSameStatus(status.told, next);
    if (isDue && publish(topics.partnerStatus, JSON.stringify(next), RETAINED)) {
      status = { told: next, atMs: report.monotonicMs };
    }
  }

  function tellValue(entry: ValueTopic, report: TickReport): void {
    const value = entry.value(report);
    if (!entry.told.isDue(value, report.monotonicMs)) return;
    // An empty retained payload deletes the topic: no value is better than an old one.
    if (publish(entry.topic, value === undefined ? "" : String(value), entry.how)) {
      entry.told.tell(value, report.monotonicMs);
    }
  }

  return {
    tell(report: TickReport): void {
      tellState(report);
      tellPartnerStatus(report);
      for (const entry of values) tellValue(entry, report);
    },
    forget(): void {
      decision = undefined;
      status = undefined;
      for (const { told } of values) told.forget();
    },
  };
}

interface ValueTopic {
  readonly topic: string;
  readonly told: ToldValue;
  readonly how: PublishOptions;
  value(report: TickReport): number | string | undefined;
}

function wallboxTopics(topics: Topics, wallboxName: string): readonly ValueTopic[] {
  const boxIn = ({ wallboxes }: TickReport) => wallboxes.find(({ name }) => name === wallboxName);
  const scalars = WALLBOX_SCALARS.map(({ name, deadband, value }) => ({
    topic: topics.device(wallboxName, name),
    told: createToldValue(deadband),
    how: RETAINED_SCALAR,
    value(report: TickReport) {
      const box = boxIn(report);
      return box === undefined ? undefined : value(box);
    },
  }));
  const availability: ValueTopic = {
    topic: topics.device(wallboxName, "availability"),
    told: createToldValue(0),
    how: RETAINED,
    value: (report) => (boxIn(report)?.wallbox.isConnected === true ? "online" : "offline"),
  };
  return [availability, ...scalars];
}
