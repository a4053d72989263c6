import type { Reading } from "../core/site-sample.ts";
import type { SiteChannels } from "../ports/site-source.ts";

/** A value is shown this long, or for this many polls, after its last good read. */
const VALID_FOR_MS = 60_000;
const VALID_POLLS = 3;
/** Batteries of unknown size count alike. */
const USUAL_BATTERY_KWH = 10;

/** The newest reading of one device. */
export interface Measured {
  readonly pollMs: number;
  readonly batteryKwh?: number | undefined;
  readonly latest: Reading<SiteChannels> | undefined;
}

/** State of charge of all batteries together, weighed by their capacity, as old as the oldest. */
export function meanSocPct(tracks: readonly Measured[], nowMs: number): Reading<number> | undefined {
  const readings = tracks.flatMap((track) => {
    const reading = latestOf([track], "batterySocPct", nowMs);
    return reading === undefined ? [] : [{ ...reading, kwh: track.batteryKwh ?? USUAL_BATTERY_KWH }];
  });
  const [first, ...others] = readings;
  if (first === undefined || others.length === 0) return first && { value: first.value, atMs: first.atMs };
  const kwh = readings.reduce((sum, reading) => sum + reading.kwh, 0);
  const stored = readings.reduce((sum, reading) => sum + reading.kwh * reading.value, 0);
  return { value: stored / kwh, atMs: Math.min(...readings.map(({ atMs }) => atMs)) };
}

/** The part of a reading that is `value`, as old as the reading. */
export function part<T>(reading: Reading<unknown> | undefined, value: T | undefined): Reading<T> | undefined {
  return reading === undefined || value === undefined ? undefined : { value, atMs: reading.atMs };
}

/** Sum over the devices that have the channel, as old as the oldest. */
export function sumOf(
  tracks: readonly Measured[],
  channel: "pvPowerW" | "batteryPowerW",
  nowMs: number,
): Reading<number> | undefined {
  let sum: Reading<number> | undefined;
  for (const track of tracks) {
    const reading = latestOf([track], channel, nowMs);
    if (reading === undefined) continue;
    sum = {
      value: (sum?.value ?? 0) + reading.value,
      atMs: Math.min(sum?.atMs ?? reading.atMs, reading.atMs),
    };
  }
  return sum;
}

/** The channel's newest value, from the first device that has it; undefined once it is too old to mean anything. */
function latestOf(
  tracks: readonly Measured[],
  channel: Exclude<keyof SiteChannels, "gridPhaseCurrentsA">,
  nowMs: number,
): Reading<number> | undefined {
  const track = tracks.find(({ latest }) => latest?.value[channel] !== undefined);
  if (track?.latest === undefined) return undefined;
  const lifeMs = Math.max(VALID_FOR_MS, VALID_POLLS * track.pollMs);
  return nowMs - track.latest.atMs > lifeMs ? undefined : part(track.latest, track.latest.value[channel]);
}
