import { afterRead, type DeviceHealth, initialHealth, type ReadResult } from "../core/device-health.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReadCounts } from "../ports/device-status.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../ports/site-source.ts";

export interface WatchedSource {
  /** The same source, watched. */
  readonly source: SiteSource;
  health(): DeviceHealth;
  /** Reads since the start by what they came to. */
  reads(): ReadCounts;
}

const MAIN_CHANNELS = {
  grid: ["gridPowerW"],
  pv: ["pvPowerW"],
  battery: ["batteryPowerW"],
} as const satisfies Record<string, readonly (keyof SiteChannels)[]>;

/** Follows how `source` answers, without changing it. */
export function watchSource(
  source: SiteSource,
  options: { readonly roles: readonly (keyof typeof MAIN_CHANNELS)[]; readonly pollMs: number },
  clock: Clock,
): WatchedSource {
  const expected = options.roles.flatMap((role) => [...MAIN_CHANNELS[role]]);
  let health = initialHealth(clock.monotonicMs());
  const reads: Record<ReadResult["kind"], number> = { good: 0, partial: 0, failed: 0 };
  return {
    source: {
      name: source.name,
      async read() {
        const reading = await source.read();
        const times = { nowMs: clock.monotonicMs(), pollMs: options.pollMs };
        const result = resultOf(reading, expected);
        reads[result.kind] += 1;
        health = afterRead(health, result, times);
        return reading;
      },
      close: () => source.close(),
    },
    health: () => health,
    reads: () => ({ ...reads }),
  };
}

function resultOf(reading: SourceReading, expected: readonly (keyof SiteChannels)[]): ReadResult {
  if (!reading.ok) return { kind: "failed", problem: `${reading.fault.kind}: ${reading.fault.detail}` };
  const missing = expected.filter((channel) => reading.channels[channel] === undefined);
  if (missing.length === 0) return { kind: "good" };
  const kind = missing.length === expected.length ? "failed" : "partial";
  return { kind, problem: `no value for ${missing.join(", ")}` };
}
