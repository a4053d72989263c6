import type { VehicleState } from "../../src/core/site-sample.ts";

/** The clock of the box, or ours, moved against the monotonic one: the times in the profile are wrong. */
export const WALL_JUMP_MS = 10_000;

/** A limit that the box has confirmed. */
export interface HeldLimit {
  /** A per phase. */
  readonly currentA: number;
  /** Monotonic. */
  readonly atMs: number;
  /** How far the clock of the box was ahead of the monotonic one. */
  readonly wallOffsetMs: number;
}

export interface DueNow {
  /** What the box falls back to, A per phase. */
  readonly floorCurrentA: number;
  /** What the box holds ends by itself after `horizonMs`. */
  readonly isExpiring: boolean;
  readonly horizonMs: number;
  readonly vehicle: VehicleState;
  /** The same limit has to be written once more. */
  readonly mustRepeat: boolean;
  readonly nowMs: number;
  readonly wallOffsetMs: number;
}

export interface DueWrite {
  /** The box may draw more afterwards than before. */
  readonly isRaise: boolean;
}

/** The write by which a box that holds `held` comes to hold `currentA`; undefined when it does. */
export function dueWrite(currentA: number, held: HeldLimit | undefined, now: DueNow): DueWrite | undefined {
  if (held === undefined) return { isRaise: currentA > now.floorCurrentA };
  const ageMs = now.nowMs - held.atMs;
  if (currentA !== held.currentA) {
    const isExpired = now.isExpiring && ageMs >= now.horizonMs;
    return { isRaise: currentA > (isExpired ? now.floorCurrentA : held.currentA) };
  }
  const hasClockJumped = Math.abs(now.wallOffsetMs - held.wallOffsetMs) > WALL_JUMP_MS;
  // Without a car nothing can be drawn: a renewal would only wear the flash. The plug-in brings it.
  const isRenewal = now.isExpiring && now.vehicle !== "absent" && ageMs >= now.horizonMs / 2;
  return now.mustRepeat || hasClockJumped || isRenewal ? { isRaise: false } : undefined;
}
