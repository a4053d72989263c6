import type { Logger } from "pino";
import type { TopicFeed } from "../../drivers/index.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import { createTopicReader } from "../telemetry/topic-reader.ts";
import type { DaemonSecrets } from "./secrets.ts";

export interface TopicFeedOptions {
  readonly config: Pick<Config, "mqtt" | "site">;
  /** Of the device: names its connection at the broker. */
  readonly name: string;
  readonly topic: string;
  /** Client id of a passer-by, which must not take the place of the daemon's own connection, and announces nothing. */
  readonly visitor?: string | undefined;
}

/** One topic of the configured broker. Throws where none is configured. */
export function createTopicFeed(
  { config, name, topic, visitor }: TopicFeedOptions,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly random: () => number;
    readonly secrets: Pick<DaemonSecrets, "mqtt">;
  },
): TopicFeed {
  const { mqtt, site } = config;
  if (mqtt === undefined) throw new Error(`${name} needs a broker`);
  let take: (text: string, isRetained: boolean) => void = () => {};
  const reader = createTopicReader(
    {
      url: mqtt.url,
      username: mqtt.username,
      caFile: mqtt.ca_file,
      password: deps.secrets.mqtt.password,
      clientId: visitor ?? `hems-edge-${site.name}-${name}`,
      // MQTT 3.1.1 marks as retained only what is older than the subscription; many devices publish all as retained.
      protocolVersion: 4,
      topic,
      statusTopic: visitor === undefined ? `hems-edge/${site.name}/reader/${name}` : undefined,
    },
    { ...deps, take: (payload, isRetained) => take(new TextDecoder().decode(payload), isRetained) },
  );
  return {
    follow(taker) {
      take = taker;
      reader.start();
    },
    stop: reader.stop,
  };
}
