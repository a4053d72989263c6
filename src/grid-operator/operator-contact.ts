import type { Logger } from "pino";
import { type Clock, delay } from "../ports/clock.ts";
import type { Contact } from "../ports/contact.ts";
import type { GridOperatorSource } from "../ports/grid-operator.ts";
import { createOperatorInbox } from "./operator-inbox.ts";

/** Takes the operator's limit from a contact: closed means limited. Each read that succeeds is a sign of life. */
export function createOperatorContact(
  options: { readonly limitW: number; readonly pollMs: number },
  deps: { readonly clock: Clock; readonly log: Logger; readonly contact: Contact },
): GridOperatorSource {
  const { limitW, pollMs } = options;
  const { clock, log, contact } = deps;
  const inbox = createOperatorInbox(clock);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let isAnswering: boolean | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await readOnce();
      await delay(clock, pollMs, stopping.signal);
    }
  }

  async function readOnce(): Promise<void> {
    const reading = await contact.read();
    if (reading.ok) inbox.take({ command: { isActive: reading.isClosed, limitW, durationMs: undefined } });
    if (reading.ok === isAnswering) return;
    if (!reading.ok) log.warn({ fault: reading.fault }, "grid operator's contact cannot be read");
    else if (isAnswering === false) log.info("grid operator's contact is read again");
    isAnswering = reading.ok;
  }

  return {
    latest: inbox.latest,
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
