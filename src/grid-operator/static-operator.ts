import type { Clock } from "../ports/clock.ts";
import type { GridOperatorSource } from "../ports/grid-operator.ts";

/** A limit that always holds: an operator who never falls silent. */
export function createStaticOperator(limitW: number, clock: Clock): GridOperatorSource {
  return {
    latest() {
      const atMs = clock.monotonicMs();
      return { heartbeatMs: atMs, command: { isActive: true, limitW, durationMs: undefined, atMs } };
    },
    start() {},
    async stop() {},
  };
}
