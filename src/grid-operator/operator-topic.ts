import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import type { GridOperatorSource } from "../ports/grid-operator.ts";
import { createMqttConnection, type MqttConnectionOptions } from "../telemetry/mqtt-connection.ts";
import { createOperatorInbox } from "./operator-inbox.ts";
import { readOperatorMessage } from "./operator-message.ts";

/**
 * Takes the operator's limit from a topic. Every message is a sign of life; a retained one is not, because nobody
 * knows how old it is.
 */
export function createOperatorTopic(
  options: Omit<MqttConnectionOptions, "will" | "subscription"> & {
    readonly topic: string;
    /** Tells others, retained, whether somebody listens. */
    readonly statusTopic: string;
  },
  deps: { readonly clock: Clock; readonly log: Logger; readonly random: () => number },
): GridOperatorSource {
  const { topic, statusTopic, ...broker } = options;
  const { log } = deps;
  const away = { topic: statusTopic, payload: "offline" };
  const inbox = createOperatorInbox(deps.clock);
  let toldRefusal = "";
  const connection = createMqttConnection(
    { ...broker, subscription: topic, will: away },
    {
      ...deps,
      listener: {
        onConnected() {
          connection.publish(statusTopic, "online", { qos: 1, isRetained: true });
        },
        onMessage(_topic, payload, isRetained) {
          if (isRetained) return;
          const read = readOperatorMessage(payload);
          if (read.ok) inbox.take(read.message);
          else if (read.detail !== toldRefusal) {
            log.warn({ topic, problem: read.detail }, "grid operator's message refused");
          }
          toldRefusal = read.ok ? "" : read.detail;
        },
      },
    },
  );
  return {
    latest: inbox.latest,
    start: () => connection.start(),
    stop: () => connection.stop(away),
  };
}
