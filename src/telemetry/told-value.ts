/** A value leaves its deadband at most this often. */
const FASTEST_MS = 2_000;
/** A change within the deadband is told after this time, so that no stale value stays for good. */
const SLOWEST_MS = 60_000;

/** Remembers what a retained topic says, and decides when the next value is worth a message. */
export interface ToldValue {
  isDue(value: number | string | undefined, nowMs: number): boolean;
  /** The message went out. */
  tell(value: number | string | undefined, nowMs: number): void;
  /** The broker may know nothing any more. */
  forget(): void;
}

export function createToldValue(deadband: number): ToldValue {
  let told: { readonly value: number | string | undefined; readonly atMs: number } | undefined;
  return {
    isDue(value, nowMs) {
      if (told === undefined) return true;
      if (value === told.value) return false;
      if (typeof value !== "number" || typeof told.value !== "number" || deadband === 0) return true;
      const sinceMs = nowMs - told.atMs;
      if (sinceMs >= SLOWEST_MS) return true;
      return sinceMs >= FASTEST_MS && Math.abs(value - told.value) >= deadband;
    },
    tell(value, nowMs) {
      told = { value, atMs: nowMs };
    },
    forget() {
      told = undefined;
    },
  };
}
