import type { Logger } from "pino";
import type { TopicFeed } from "../../drivers/index.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import { createMqttConnection, type MqttConnection } from "../telemetry/mqtt-connection.ts";
import type { DaemonSecrets } from "./secrets.ts";

export interface TopicFeedOptions {
  readonly config: Pick<Config, "mqtt" | "site">;
  /** Of the device: names its connection at the broker. */
  readonly name: string;
  readonly topic: string;
}

/** One topic of the configured broker. Throws where none is configured. */
export function createTopicFeed(
  { config, name, topic }: TopicFeedOptions,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly random: () => number;
    readonly secrets: Pick<DaemonSecrets, "mqtt">;
  },
): TopicFeed {
  const { mqtt, site } = config;
  if (mqtt === undefined) throw new Error(`${name} needs a broker`);
  const status = `hems-edge/${site.name}/reader/${name}`;
  const away = { topic: status, payload: "offline" };
  let take: (text: string, isRetained: boolean) => void = () => {};
  const connection: MqttConnection = createMqttConnection(
    {
      url: mqtt.url,
      username: mqtt.username,
      caFile: mqtt.ca_file,
      password: deps.secrets.mqtt.password,
      clientId: `hems-edge-${site.name}-${name}`,
      // MQTT 3.1.1 marks as retained only what is older than the subscription; many devices publish all as retained.
      protocolVersion: 4,
      will: away,
      subscription: topic,
    },
    {
      ...deps,
      listener: {
        onConnected() {
          connection.publish(status, "online", { qos: 1, isRetained: true });
        },
        onMessage(_topic, payload, isRetained) {
          take(new TextDecoder().decode(payload), isRetained);
        },
      },
    },
  );
  return {
    follow(taker) {
      take = taker;
      connection.start();
    },
    stop: () => connection.stop(away),
  };
}
