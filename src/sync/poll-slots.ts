import type { Clock } from "../ports/clock.ts";

/** The moments at which one gateway speaks to the cloud: once in each interval, at a phase of its own. */
export interface PollSlots {
  readonly intervalMs: number;
  /** Time to the first own slot that is at least `pauseMs` away, ms. */
  delayMs(pauseMs?: number): number;
}

/** A timer that fires a little early must not find the slot that it fired for. */
const SHORTEST_SHARE = 0.1;

/**
 * Slots lie on the wall clock, so that a fleet stays spread over the interval whenever its gateways were started. `phase` is
 * in 0..1.
 */
export function createPollSlots(
  options: { readonly intervalMs: number; readonly phase: number },
  clock: Clock,
): PollSlots {
  const { intervalMs } = options;
  const offsetMs = options.phase * intervalMs;

  return {
    intervalMs,
    delayMs(pauseMs = 0) {
      const nowMs = clock.wallMs();
      const earliestMs = nowMs + Math.max(pauseMs, SHORTEST_SHARE * intervalMs);
      const slot = Math.ceil((earliestMs - offsetMs) / intervalMs);
      return slot * intervalMs + offsetMs - nowMs;
    },
  };
}

/** A phase in 0..1 for a gateway's id: 32-bit FNV-1a, which spreads ids that differ in one character. */
export function pollPhase(gatewayId: string): number {
  let hash = 0x811c9dc5;
  for (const character of gatewayId) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  // FNV's high bits know little of the last characters.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
