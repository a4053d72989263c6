import type { Logger } from "pino";

const MAX_KINDS = 64;

/** Counts what a box does against the specification and logs each kind once: it is answered anyway. */
export interface DeviationLog {
  /** `kind` is a constant such as `meter_value_blank`. */
  note(kind: string): void;
  counts(): ReadonlyMap<string, number>;
}

export function createDeviationLog(log: Logger): DeviationLog {
  const counts = new Map<string, number>();
  return {
    note(kind) {
      const count = counts.get(kind);
      if (count === undefined && counts.size >= MAX_KINDS) return;
      counts.set(kind, (count ?? 0) + 1);
      if (count === undefined) log.info({ kind }, "wallbox deviates from ocpp");
    },
    counts: () => counts,
  };
}
