import type { GridOperatorSource } from "../ports/grid-operator.ts";
import {
  createTopicReader,
  type TopicReaderDeps,
  type TopicReaderOptions,
} from "../telemetry/topic-reader.ts";
import { createOperatorInbox } from "./operator-inbox.ts";
import { readOperatorMessage } from "./operator-message.ts";

/**
 * Takes the operator's limit from a topic. Every message is a sign of life; a retained one is not, because nobody
 * knows how old it is.
 */
export function createOperatorTopic(
  options: TopicReaderOptions,
  deps: Omit<TopicReaderDeps, "take">,
): GridOperatorSource {
  const inbox = createOperatorInbox(deps.clock);
  let toldRefusal = "";
  const reader = createTopicReader(options, {
    ...deps,
    take(payload, isRetained) {
      if (isRetained) return;
      const read = readOperatorMessage(payload);
      if (read.ok) inbox.take(read.message);
      else if (read.detail !== toldRefusal) {
        deps.log.warn({ topic: options.topic, problem: read.detail }, "grid operator's message refused");
      }
      toldRefusal = read.ok ? "" : read.detail;
    },
  });
  return { latest: inbox.latest, ...reader };
}
