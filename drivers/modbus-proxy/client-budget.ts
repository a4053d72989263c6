/** A client's allowance: so many requests a second, with a second's worth at once. */
export interface ClientBudget {
  /** False when the client asks for too much. */
  take(nowMs: number): boolean;
}

export function createClientBudget(requestsPerS: number, startMs: number): ClientBudget {
  let tokens = requestsPerS;
  let lastMs = startMs;
  return {
    take(nowMs) {
      tokens = Math.min(requestsPerS, tokens + ((nowMs - lastMs) * requestsPerS) / 1_000);
      lastMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
