/**
 * How a device is: `starting` before its first good read; `online`; `degraded` while its last read failed or lacked
 * values; `offline` without a good read for long.
 */
export type DeviceState = "starting" | "online" | "degraded" | "offline";

export interface DeviceHealth {
  readonly state: DeviceState;
  /** Since when it is so, ms. */
  readonly sinceMs: number;
  /** Last read that gave values, ms; undefined before the first. */
  readonly lastGoodMs: number | undefined;
  /** Reads in a row that gave none. */
  readonly failures: number;
  /** Why it is not online. */
  readonly problem: string | undefined;
}

/** What a read came to; `partial` gave some of the values that the device is there for. */
export type ReadResult =
  | { readonly kind: "good" }
  | { readonly kind: "partial"; readonly problem: string }
  | { readonly kind: "failed"; readonly problem: string };

/** This long, or this many polls, without a good read and a device is offline. */
const OFFLINE_AFTER_MS = 30_000;
const OFFLINE_AFTER_POLLS = 3;

export function initialHealth(nowMs: number): DeviceHealth {
  return { state: "starting", sinceMs: nowMs, lastGoodMs: undefined, failures: 0, problem: undefined };
}

/** The health after a read that ended at `nowMs`; `pollMs` is the time from read to read. */
export function afterRead(
  health: DeviceHealth,
  result: ReadResult,
  { nowMs, pollMs }: { readonly nowMs: number; readonly pollMs: number },
): DeviceHealth {
  switch (result.kind) {
    case "good":
      return moved(health, { state: "online", lastGoodMs: nowMs, failures: 0, problem: undefined }, nowMs);
    case "partial": {
      const { problem } = result;
      return moved(health, { state: "degraded", lastGoodMs: nowMs, failures: 0, problem }, nowMs);
    }
    case "failed": {
      const { problem } = result;
      const silentMs = nowMs - (health.lastGoodMs ?? health.sinceMs);
      const isOffline =
        health.state === "offline" || silentMs >= Math.max(OFFLINE_AFTER_MS, OFFLINE_AFTER_POLLS * pollMs);
      const state = isOffline ? "offline" : health.state === "starting" ? "starting" : "degraded";
      const { lastGoodMs } = health;
      return moved(health, { state, lastGoodMs, failures: health.failures + 1, problem }, nowMs);
    }
  }
}

function moved(before: DeviceHealth, after: Omit<DeviceHealth, "sinceMs">, nowMs: number): DeviceHealth {
  return { ...after, sinceMs: after.state === before.state ? before.sinceMs : nowMs };
}
