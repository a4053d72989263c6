import type { MqttConfig } from "../../config/mqtt-schema.ts";
import type { Config } from "../../config/schema.ts";
import { readSecret } from "../../config/secret.ts";
import { withTimeout } from "../../ports/clock.ts";
import { createMqttConnection } from "../../telemetry/mqtt-connection.ts";
import { createTopicReader } from "../../telemetry/topic-reader.ts";
import type { Diagnosis } from "../doctor-checks.ts";
import type { VisitDeps } from "./visit.ts";

/** What opens the broker, or why its password cannot be read here. */
export type BrokerLogin =
  | { readonly ok: true; readonly secret: { readonly password?: string } }
  | { readonly ok: false; readonly detail: string };

export type BrokerAddress = Pick<MqttConfig, "url" | "username" | "protocol_version" | "ca_file">;
export type BrokerVisitDeps = Pick<VisitDeps, "clock" | "log" | "visitor">;

const CONNECT_TIMEOUT_MS = 12_000;

export function brokerLogin({ mqtt }: Config, environment: NodeJS.ProcessEnv): BrokerLogin {
  if (mqtt?.password === undefined) return { ok: true, secret: {} };
  const secret = readSecret(mqtt.password, environment);
  return secret.ok
    ? { ok: true, secret: { password: secret.value } }
    : { ok: false, detail: `mqtt.password: ${secret.detail}` };
}

/** Whether the broker takes our login; nothing is published there. */
export async function brokerDiagnosis(
  mqtt: BrokerAddress,
  login: BrokerLogin,
  deps: BrokerVisitDeps,
): Promise<Diagnosis> {
  const name = "mqtt broker";
  if (!login.ok) return { name, verdict: "unknown", detail: login.detail };
  const cause = await connectFailure(mqtt, login.secret.password, deps);
  if (cause === undefined) return { name, verdict: "ok", detail: `${mqtt.url} takes our login` };
  return { name, verdict: "fail", detail: `${mqtt.url}: ${cause}: ${remedyFor(cause)}` };
}

/** Why the broker does not take us; undefined when it does. */
async function connectFailure(
  mqtt: BrokerAddress,
  password: string | undefined,
  deps: BrokerVisitDeps,
): Promise<string | undefined> {
  let settle: (cause: string | undefined) => void = () => {};
  const outcome = new Promise<string | undefined>((resolve) => {
    settle = resolve;
  });
  const connection = createMqttConnection(
    { ...brokerOptions(mqtt, password, deps), will: undefined, subscription: [] },
    {
      ...deps,
      random: Math.random,
      listener: { onConnected: () => settle(undefined), onMessage() {}, onLost: settle },
    },
  );
  connection.start();
  const late = `no answer within ${CONNECT_TIMEOUT_MS / 1_000} s`;
  const cause = await withTimeout(deps.clock, CONNECT_TIMEOUT_MS, outcome, late);
  await connection.stop(undefined);
  return cause;
}

function brokerOptions(mqtt: BrokerAddress, password: string | undefined, { visitor }: BrokerVisitDeps) {
  return {
    url: mqtt.url,
    clientId: visitor,
    username: mqtt.username,
    password,
    protocolVersion: mqtt.protocol_version,
    caFile: mqtt.ca_file,
  };
}

export function remedyFor(cause: string): string {
  if (/authori[sz]ed|user ?name|password/i.test(cause)) return "are mqtt.username and mqtt.password right?";
  if (/protocol version/i.test(cause)) return "set mqtt.protocol_version to 4";
  if (/certificate|CERT|SSL|TLS|ENOENT/.test(cause)) return "is mqtt.ca_file the broker's authority?";
  return "does the broker run, and is mqtt.url right?";
}

export interface TopicVisit {
  readonly topic: string;
  /** One word, to tell our connections at the broker apart. */
  readonly purpose: string;
  readonly mqtt: MqttConfig;
  readonly password?: string;
}

/** The next message of a topic of the broker, or undefined when none comes in time. */
export async function nextMessage(
  { topic, purpose, mqtt, password }: TopicVisit,
  deps: VisitDeps,
): Promise<string | undefined> {
  let settle: (text: string) => void = () => {};
  const heard = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const reader = createTopicReader(
    {
      ...brokerOptions(mqtt, password, deps),
      clientId: `${deps.visitor}-${purpose}`,
      topic,
      statusTopic: undefined,
    },
    {
      ...deps,
      random: Math.random,
      take: (payload) => settle(new TextDecoder().decode(payload)),
    },
  );
  reader.start();
  const message = await withTimeout(deps.clock, deps.listenMs, heard, undefined);
  await reader.stop();
  return message;
}

/** What was heard on one topic. */
export interface HeardTopic {
  readonly topic: string;
  /** The newest message. */
  readonly payload: Uint8Array;
  readonly isRetained: boolean;
  readonly messages: number;
}

export type Listening =
  | {
      readonly ok: true;
      readonly topics: readonly HeardTopic[];
      /** Messages of further topics than are kept. */
      readonly leftOut: number;
    }
  | { readonly ok: false; readonly cause: string };

/** A house with many Zigbee devices keeps lists of some 100 kB. */
const LARGEST_HEARD_BYTES = 1_024 * 1_024;
const MOST_TOPICS = 500;

/** Listens at the broker for `listenMs` and tells the newest message of each topic; publishes nothing. */
export async function heardTopics(
  { mqtt, password, filter }: HeardRequest,
  deps: BrokerVisitDeps & Pick<VisitDeps, "listenMs">,
): Promise<Listening> {
  const topics = new Map<string, HeardTopic>();
  let leftOut = 0;
  let settle: (cause: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    settle = resolve;
  });
  let isConnected = false;
  const connection = createMqttConnection(
    {
      ...brokerOptions(mqtt, password, deps),
      will: undefined,
      subscription: filter,
      largestPacketBytes: LARGEST_HEARD_BYTES,
    },
    {
      ...deps,
      random: Math.random,
      listener: {
        onConnected() {
          isConnected = true;
        },
        onMessage(topic, payload, isRetained) {
          const messages = (topics.get(topic)?.messages ?? 0) + 1;
          if (messages === 1 && topics.size >= MOST_TOPICS) leftOut++;
          else topics.set(topic, { topic, payload, isRetained, messages });
        },
        onLost: settle,
      },
    },
  );
  connection.start();
  const cause = await withTimeout(deps.clock, deps.listenMs, lost, undefined);
  await connection.stop(undefined);
  if (cause !== undefined) return { ok: false, cause };
  if (!isConnected) return { ok: false, cause: `no answer within ${deps.listenMs / 1_000} s` };
  return { ok: true, topics: [...topics.values()], leftOut };
}

export interface HeardRequest {
  readonly mqtt: BrokerAddress;
  readonly password: string | undefined;
  /** Topic filter, e.g. `#`. */
  readonly filter: string;
}
