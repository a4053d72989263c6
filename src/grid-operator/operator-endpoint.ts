import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../ports/clock.ts";
import type { GridOperatorSource, OperatorEndpoint } from "../ports/grid-operator.ts";
import { createOperatorInbox } from "./operator-inbox.ts";
import { readOperatorBody } from "./operator-message.ts";

/** Takes the operator's limit from whoever shows the token; the local API asks it. */
export function createOperatorEndpoint(token: string, clock: Clock): GridOperatorSource & OperatorEndpoint {
  const inbox = createOperatorInbox(clock);
  const expected = digest(`Bearer ${token}`);
  return {
    latest: inbox.latest,
    start() {},
    async stop() {},
    isAllowed: (authorization) => timingSafeEqual(digest(authorization ?? ""), expected),
    receive(body) {
      const read = readOperatorBody(body);
      if (!read.ok) return read;
      inbox.take(read.message);
      return { ok: true };
    },
  };
}

/** Digests are of one length, so that comparing them tells nothing of the token. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
