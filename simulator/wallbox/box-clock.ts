import type { Clock } from "../../src/ports/clock.ts";

/** The box's own idea of the time: set by the central system, wrong where a quirk wants it so. */
export interface BoxClock {
  monotonicMs(): number;
  wallMs(): number;
  /** The central system told the time. */
  set(wallMs: number): void;
}

/** `errorMs` other than 0 keeps the box off by that much for good. */
export function createBoxClock(clock: Clock, errorMs: number): BoxClock {
  let offsetMs = clock.wallMs() - clock.monotonicMs() + errorMs;
  return {
    monotonicMs: () => clock.monotonicMs(),
    wallMs: () => clock.monotonicMs() + offsetMs,
    set(wallMs) {
      if (errorMs === 0) offsetMs = wallMs - clock.monotonicMs();
    },
  };
}
