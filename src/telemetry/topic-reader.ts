import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import { createMqttConnection, type MqttConnectionOptions } from "./mqtt-connection.ts";

export interface TopicReaderOptions extends Omit<MqttConnectionOptions, "will" | "subscription"> {
  readonly topic: string;
  /** Tells others, retained, whether somebody listens. Undefined: they are not told. */
  readonly statusTopic: string | undefined;
}

export interface TopicReaderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Takes each message in the order in which the broker sends them. */
  readonly take: (payload: Uint8Array, isRetained: boolean) => void;
}

/** Listens to one topic over a connection of its own. */
export interface TopicReader {
  start(): void;
  stop(): Promise<void>;
}

export function createTopicReader(options: TopicReaderOptions, deps: TopicReaderDeps): TopicReader {
  const { topic, statusTopic, ...broker } = options;
  const away = statusTopic === undefined ? undefined : { topic: statusTopic, payload: "offline" };
  const connection = createMqttConnection(
    { ...broker, subscription: topic, will: away },
    {
      ...deps,
      listener: {
        onConnected() {
          if (statusTopic !== undefined)
            connection.publish(statusTopic, "online", { qos: 1, isRetained: true });
        },
        onMessage: (_topic, payload, isRetained) => deps.take(payload, isRetained),
      },
    },
  );
  return { start: () => connection.start(), stop: () => connection.stop(away) };
}
