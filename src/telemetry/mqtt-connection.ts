import { readFile } from "node:fs/promises";
import type { IClientOptions, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { type BackOffRange, backOffMs } from "../core/back-off.ts";
import { type Clock, type Timer, withTimeout } from "../ports/clock.ts";
import { createFrameGuard } from "./frame-guard.ts";
import { connect } from "./mqtt-library.ts";

export interface MqttConnectionOptions {
  /** `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`. */
  readonly url: string;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly protocolVersion: 4 | 5;
  /** PEM file of the broker's authority; read on every connect, so a renewed one needs no restart. */
  readonly caFile: string | undefined;
  /** Published by the broker, QoS 1 and retained, when this connection dies. Undefined: nothing is. */
  readonly will: { readonly topic: string; readonly payload: string } | undefined;
  /** Topic filters, each subscribed with QoS 1 on every connect. */
  readonly subscription: string | readonly string[];
  /** A larger packet ends the connection; 64 kB by default, nothing that is meant for us is nearly as large. */
  readonly largestPacketBytes?: number;
}

export interface MqttConnectionListener {
  /** Also after each reconnect: the broker may have forgotten everything. */
  onConnected(): void;
  onMessage(topic: string, payload: Uint8Array, isRetained: boolean): void;
  /** After each attempt or connection that ended, with the cause in words; not after `stop`. */
  onLost?(cause: string): void;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly isRetained: boolean;
}

/** One lasting connection to a broker. Nothing here throws or rejects, and nothing is queued while it is down. */
export interface MqttConnection {
  start(): void;
  /** Sends `farewell`, if there is one, as the last message, retained, and closes; takes at most a few seconds. */
  stop(farewell: { readonly topic: string; readonly payload: string } | undefined): Promise<void>;
  readonly isConnected: boolean;
  /** False when it was not sent: no connection, or the broker does not keep up. `done` only follows after true. */
  publish(
    topic: string,
    payload: string,
    options: PublishOptions,
    done?: (isConfirmed: boolean) => void,
  ): boolean;
}

/** Unsent bytes in the socket beyond which a broker counts as too slow. */
const LARGEST_BACKLOG_BYTES = 256 * 1_024;
/** Unconfirmed QoS 1 messages beyond which it does. */
const LARGEST_UNCONFIRMED = 256;
const LARGEST_PACKET_BYTES = 64 * 1_024;
const KEEPALIVE_S = 30;
/** The library's own timer: it guards a real socket, so it runs in real time whatever the clock says. */
const CONNECT_TIMEOUT_MS = 10_000;
const FAREWELL_TIMEOUT_MS = 2_000;
/** A connection that held this long was a good one: the next loss starts with the shortest wait again. */
const STABLE_MS = 60_000;
const RETRY: BackOffRange = { shortestMs: 1_000, longestMs: 60_000 };

export function createMqttConnection(
  options: MqttConnectionOptions,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly random: () => number;
    readonly listener: MqttConnectionListener;
  },
): MqttConnection {
  const { clock, log, random, listener } = deps;
  let client: MqttClient | undefined;
  let retryTimer: Timer | undefined;
  let isRunning = false;
  let isConnected = false;
  let isLossLogged = false;
  let connectedAtMs: number | undefined;
  let failures = 0;
  let unconfirmed = 0;

  async function open(): Promise<void> {
    try {
      const ca = options.caFile === undefined ? undefined : await readFile(options.caFile);
      if (isRunning) attach(connect(options.url, clientOptions(options, ca)));
    } catch (error) {
      retry(error);
    }
  }

  /** Follows one client until its end; the library never reconnects by itself. */
  function attach(opened: MqttClient): void {
    let isOver = false;
    const guard = createFrameGuard(options.largestPacketBytes ?? LARGEST_PACKET_BYTES);
    const end = (cause: unknown) => {
      if (isOver) return;
      isOver = true;
      client = undefined;
      isConnected = false;
      opened.end(true);
      retry(cause);
    };
    client = opened;
    opened.on("error", end);
    opened.on("close", () => end("connection closed"));
    opened.stream.on("data", (chunk: Uint8Array) => {
      if (!guard.accepts(chunk)) end("packet too large");
    });
    opened.on("message", (topic, payload, packet) => {
      if (!isOver) listener.onMessage(topic, payload, packet.retain);
    });
    opened.on("connect", () => {
      if (isOver) return;
      isConnected = true;
      isLossLogged = false;
      connectedAtMs = clock.monotonicMs();
      log.info({ broker: hostOf(options.url) }, "MQTT broker connected");
      for (const filter of [options.subscription].flat()) subscribe(opened, filter);
      listener.onConnected();
    });
  }

  function subscribe(opened: MqttClient, filter: string): void {
    const how = { qos: 1, rap: options.protocolVersion === 5 } as const;
    opened.subscribe(filter, how, (error, _granted, suback) => {
      // Without an answer the connection ended meanwhile, which is told elsewhere.
      if (error === null || suback === undefined) return;
      log.warn({ filter, cause: error.message }, "MQTT broker refuses a subscription");
    });
  }

  function retry(cause: unknown): void {
    if (!isRunning) return;
    if (!isLossLogged) log.warn({ broker: hostOf(options.url), cause: causeText(cause) }, "MQTT broker lost");
    isLossLogged = true;
    listener.onLost?.(causeText(cause));
    if (!isRunning) return;
    if (connectedAtMs !== undefined && clock.monotonicMs() - connectedAtMs >= STABLE_MS) failures = 0;
    connectedAtMs = undefined;
    failures += 1;
    retryTimer = clock.setTimeout(() => void open(), backOffMs(failures, RETRY, random));
  }

  function publish(
    topic: string,
    payload: string,
    { qos, isRetained }: PublishOptions,
    done?: (isConfirmed: boolean) => void,
  ): boolean {
    if (client === undefined || !isConnected) return false;
    if (client.stream.writableLength > LARGEST_BACKLOG_BYTES) return false;
    if (qos === 1 && unconfirmed >= LARGEST_UNCONFIRMED) return false;
    if (qos === 1) unconfirmed += 1;
    client.publish(topic, payload, { qos, retain: isRetained }, (error) => {
      if (qos === 1) unconfirmed -= 1;
      done?.(!error);
    });
    return true;
  }

  return {
    get isConnected() {
      return isConnected;
    },
    start() {
      if (isRunning) return;
      isRunning = true;
      void open();
    },
    async stop(farewell) {
      if (!isRunning) return;
      isRunning = false;
      if (retryTimer !== undefined) clock.clearTimeout(retryTimer);
      const last = client;
      if (last === undefined) return;
      const goodbye = new Promise<void>((resolve) => {
        if (farewell === undefined) {
          last.end(false, {}, () => resolve());
          return;
        }
        const isSent = publish(farewell.topic, farewell.payload, { qos: 1, isRetained: true }, () => {
          last.end(false, {}, () => resolve());
        });
        if (!isSent) resolve();
      });
      await withTimeout(clock, FAREWELL_TIMEOUT_MS, goodbye, undefined);
      last.end(true);
      isConnected = false;
      client = undefined;
    },
    publish,
  };
}

function clientOptions(options: MqttConnectionOptions, ca: Uint8Array | undefined): IClientOptions {
  return {
    clientId: options.clientId,
    protocolVersion: options.protocolVersion,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    rejectUnauthorized: true,
    ...(options.protocolVersion === 5
      ? { properties: { maximumPacketSize: options.largestPacketBytes ?? LARGEST_PACKET_BYTES } }
      : {}),
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.will === undefined ? {} : { will: willOf(options.will) }),
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
  };
}

function willOf({ topic, payload }: NonNullable<MqttConnectionOptions["will"]>) {
  return { topic, payload: Buffer.from(payload), qos: 1, retain: true } as const;
}

/** The broker without a user and password that somebody wrote into the URL. */
function hostOf(url: string): string {
  return url.replace(/\/\/.*@/, "//");
}

function causeText(cause: unknown): string {
  if (cause instanceof Error) return "code" in cause ? `${cause.code}: ${cause.message}` : cause.message;
  return String(cause);
}
