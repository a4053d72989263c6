import type { Clock } from "../../src/ports/clock.ts";

export interface RateGateOptions {
  /** Largest number that may pass at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Lets through a burst and then a steady rate (token bucket); time is read from the clock, there is no timer. */
export interface RateGate {
  /** True when one more may pass now. */
  pass(): boolean;
  /** True when one could pass; takes nothing. */
  allows(): boolean;
}

export function createRateGate(options: RateGateOptions, clock: Clock): RateGate {
  let tokens = options.burst;
  let filledAtMs = clock.monotonicMs();

  function allows(): boolean {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(options.burst, tokens + ((nowMs - filledAtMs) / 1_000) * options.perSecond);
    filledAtMs = nowMs;
    return tokens >= 1;
  }

  return {
    allows,
    pass() {
      if (!allows()) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** One gate for each key; the longest unused key is forgotten when there are more than `maxKeys`. */
export function createRateGates(options: RateGateOptions & { readonly maxKeys: number }, clock: Clock) {
  const gates = new Map<string, RateGate>();
  return {
    pass(key: string): boolean {
      const gate = gates.get(key) ?? createRateGate(options, clock);
      gates.delete(key);
      gates.set(key, gate);
      const oldest = gates.keys().next();
      if (gates.size > options.maxKeys && !oldest.done) gates.delete(oldest.value);
      return gate.pass();
    },
    allows: (key: string): boolean => gates.get(key)?.allows() ?? true,
  };
}
