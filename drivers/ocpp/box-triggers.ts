import type { TriggerMessageRequest } from "ocpp-ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { BoxLink } from "./box-link.ts";

const MIN_GAP_MS = 20_000;
const MAX_UNANSWERED = 3;

type Message = TriggerMessageRequest["requestedMessage"];

/** Asks the box to report; seldom enough, and not at all where it does not know how. */
export interface BoxTriggers {
  linkUp(link: BoxLink): void;
  linkDown(): void;
  /** True when the box said that it will send the message. */
  request(message: Message, connectorId?: number): Promise<boolean>;
  /** By message: whether the box took the last request. */
  answers(): Readonly<Record<string, boolean>>;
}

export function createBoxTriggers(clock: Clock): BoxTriggers {
  let link: BoxLink | undefined;
  let failures = 0;
  const askedAtMs = new Map<string, number>();
  const answers = new Map<string, boolean>();

  return {
    linkUp(newLink) {
      link = newLink;
      failures = 0;
      askedAtMs.clear();
    },
    linkDown() {
      link = undefined;
    },
    async request(requestedMessage, connectorId) {
      const key = `${requestedMessage} ${connectorId ?? ""}`;
      const nowMs = clock.monotonicMs();
      const isTooSoon = nowMs - (askedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < MIN_GAP_MS;
      if (link === undefined || isTooSoon || failures >= MAX_UNANSWERED) return false;
      askedAtMs.set(key, nowMs);
      const scope = connectorId === undefined ? {} : { connectorId };
      const outcome = await link.call("TriggerMessage", { requestedMessage, ...scope });
      const isAccepted = outcome.kind === "result" && outcome.payload.status === "Accepted";
      failures = isAccepted ? 0 : failures + 1;
      if (outcome.kind !== "disconnected") answers.set(requestedMessage, isAccepted);
      return isAccepted;
    },
    answers: () => Object.fromEntries(answers),
  };
}
