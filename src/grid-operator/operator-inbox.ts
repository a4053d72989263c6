import type { OperatorCommand, OperatorSignal } from "../core/operator-machine.ts";
import type { Clock } from "../ports/clock.ts";
import type { OperatorInbox } from "../ports/grid-operator.ts";

/** Holds the operator's newest word for the next pass; what was not looked at in time is replaced. */
export function createOperatorInbox(clock: Clock): OperatorInbox & { latest(): OperatorSignal } {
  let heartbeatMs: number | undefined;
  let command: OperatorCommand | undefined;
  return {
    take(message) {
      heartbeatMs = clock.monotonicMs();
      if (message.command !== undefined) command = { ...message.command, atMs: heartbeatMs };
    },
    latest: () => ({ heartbeatMs, command }),
  };
}
