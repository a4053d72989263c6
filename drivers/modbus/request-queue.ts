import type { BusOutcome, BusRequest } from "./bus-request.ts";

/** A request that somebody waits for. */
export interface Job {
  readonly request: BusRequest;
  settle(outcome: BusOutcome): void;
}

/** First in, first out, writes before reads before background reads, at most `capacity` of each. */
export interface RequestQueue {
  readonly isEmpty: boolean;
  /** False when there is no room. */
  add(job: Job): boolean;
  take(): Job | undefined;
  /** Empties the queue. */
  drain(): readonly Job[];
}

export function createRequestQueue(capacity: number): RequestQueue {
  const writes: Job[] = [];
  const reads: Job[] = [];
  const background: Job[] = [];

  function listOf({ request }: Job): Job[] {
    if ("values" in request) return writes;
    return request.isBackground === true ? background : reads;
  }

  return {
    get isEmpty() {
      return writes.length === 0 && reads.length === 0 && background.length === 0;
    },
    add(job) {
      const jobs = listOf(job);
      if (jobs.length >= capacity) return false;
      jobs.push(job);
      return true;
    },
    take: () => writes.shift() ?? reads.shift() ?? background.shift(),
    drain: () => [...writes.splice(0), ...reads.splice(0), ...background.splice(0)],
  };
}
