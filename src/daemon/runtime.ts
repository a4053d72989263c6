import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RuntimeView } from "../api/api-context.ts";
import { createHistogram } from "../api/histogram.ts";

/** Bounds of pass times, s: most passes take a millisecond, the slowest wait for a device until the budget ends. */
const PASS_BOUNDS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2.5, 10];
const RESOLUTION_MS = 20;
const NS_PER_S = 1e9;

/** Watches how long passes take and how late timers fire. */
export interface Runtime {
  notePass(durationMs: number): void;
  /** Resets the delays of the event loop. */
  view(): RuntimeView;
  stop(): void;
}

export function createRuntime(): Runtime {
  const passTimes = createHistogram(PASS_BOUNDS_S);
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  const beyondS = (delayNs: number) => Math.max(0, delayNs / NS_PER_S - RESOLUTION_MS / 1_000);
  return {
    notePass: (durationMs) => passTimes.observe(durationMs / 1_000),
    view() {
      const eventLoopLagS = {
        p50: beyondS(lag.percentile(50)),
        p99: beyondS(lag.percentile(99)),
        max: beyondS(lag.max),
      };
      lag.reset();
      return { passTimes: passTimes.view(), eventLoopLagS };
    },
    stop: () => void lag.disable(),
  };
}
