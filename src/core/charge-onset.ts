import type { SiteSample, WallboxSample } from "./site-sample.ts";
import { isSettled } from "./surplus.ts";

/** IEC 61851-1: a car has 5 s to follow what the wallbox offers; until then it may still be ramping up, ms. */
const RAMP_MS = 5_000;

/** What is known of how the present charge began. */
export type ChargeOnset =
  | { readonly kind: "not_charging" }
  /** At a start of the gateway, or when the box was back. */
  | { readonly kind: "found_running" }
  | { readonly kind: "seen"; readonly atMs: number };

export const FOUND_RUNNING: ChargeOnset = { kind: "found_running" };
const NOT_CHARGING: ChargeOnset = { kind: "not_charging" };

export function nextChargeOnset(onset: ChargeOnset, { vehicle }: WallboxSample, nowMs: number): ChargeOnset {
  if (vehicle === "unknown") return FOUND_RUNNING;
  if (vehicle !== "charging") return NOT_CHARGING;
  return onset.kind === "not_charging" ? { kind: "seen", atMs: nowMs } : onset;
}

/**
 * True when meter and wallbox have both been read since a charge that began by itself had time to ramp up. Before, the meter
 * may show the car while the wallbox has not told yet, and what the car draws would look like missing sun.
 */
export function isRampedUp(onset: ChargeOnset, sample: SiteSample): boolean {
  if (onset.kind !== "seen") return true;
  const rampedMs = onset.atMs + RAMP_MS;
  return isSettled(sample, { meterMs: rampedMs, boxMs: rampedMs });
}
