import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import { createMqttConnection, type MqttConnectionOptions } from "../telemetry/mqtt-connection.ts";
import { readPriceList } from "./price-formats.ts";
import type { PriceKeeper } from "./price-keeper.ts";
import type { PriceFeeder } from "./price-poller.ts";

/** Takes prices from a topic. A retained message is welcome: its times are checked like those of any other. */
export function createPriceTopic(
  options: Omit<MqttConnectionOptions, "will" | "subscription"> & {
    readonly topic: string;
    /** Tells others, retained, whether somebody reads the prices. */
    readonly statusTopic: string;
  },
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly random: () => number;
    readonly keeper: PriceKeeper;
  },
): PriceFeeder {
  const { topic, statusTopic, ...broker } = options;
  const away = { topic: statusTopic, payload: "offline" };
  const connection = createMqttConnection(
    { ...broker, subscription: topic, will: away },
    {
      ...deps,
      listener: {
        onConnected() {
          connection.publish(statusTopic, "online", { qos: 1, isRetained: true });
        },
        onMessage(_topic, payload) {
          deps.keeper.take(readPriceList(new TextDecoder().decode(payload), deps.clock.wallMs()));
        },
      },
    },
  );
  return {
    start: () => connection.start(),
    stop: () => connection.stop(away),
  };
}
