/** How long a condition has held without a break; one look at which it fails begins anew. */
export interface Holding {
  readonly isHolding: boolean;
  /** True when it has held for `durationMs`, this look included. */
  hasHeld(condition: boolean, nowMs: number, durationMs: number): boolean;
  reset(): void;
}

export function createHolding(): Holding {
  let sinceMs: number | undefined;
  return {
    get isHolding() {
      return sinceMs !== undefined;
    },
    hasHeld(condition, nowMs, durationMs) {
      if (!condition) {
        sinceMs = undefined;
        return false;
      }
      sinceMs ??= nowMs;
      return nowMs - sinceMs >= durationMs;
    },
    reset() {
      sinceMs = undefined;
    },
  };
}
