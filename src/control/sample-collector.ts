import type { Logger } from "pino";
import {
  afterMeterRead,
  initialMeterRecord,
  judgedMeter,
  meterLostForMs as lostForMs,
  type MeterRecord,
} from "../core/meter-trust.ts";
import type { HouseSample, Reading } from "../core/site-sample.ts";
import { type Clock, withTimeout } from "../ports/clock.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../ports/site-source.ts";
import { meanSocPct, part, sumOf } from "./site-channels.ts";

/** F1: a device whose every register stands still for this long is frozen, ms. */
const FROZEN_AFTER_MS = 120_000;
/**
 * No meter that we know of measures more seldom, ms. Until then values that repeat themselves are taken for the same
 * measurement, and are as old as when they first came in.
 */
const LONGEST_REFRESH_MS = 10_000;
/** Timers fire a little early or late: a pass must not miss a read that is due with it, ms. */
const POLL_SLACK_MS = 50;

export interface CollectedSource {
  readonly source: SiteSource;
  /** Time from read to read, ms. */
  readonly pollMs: number;
  readonly isGridMeter: boolean;
  /** Weighs the state of charge among several batteries, kWh. */
  readonly batteryKwh?: number | undefined;
}

export interface CollectorOptions {
  /** Longest time that a pass waits for its readings, ms; slower devices are seen by a later pass. */
  readonly readBudgetMs: number;
  /** Grid power beyond this is implausible, W either way. */
  readonly maxGridPowerW: number;
  /** PV power beyond this is implausible, W. */
  readonly maxPvPowerW: number;
}

export interface CollectorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sources: readonly CollectedSource[];
}

/** Reads every device at its own pace and gives each pass the latest values with their ages. */
export interface SampleCollector {
  collect(): Promise<HouseSample>;
  /** How long the meter has been lost, ms; undefined while it is not. */
  meterLostForMs(): number | undefined;
}

interface Track extends CollectedSource {
  lastStartMs: number | undefined;
  pending: Promise<void> | undefined;
  latest: Reading<SiteChannels> | undefined;
  stamp: string | undefined;
  stampSinceMs: number;
  isAnswering: boolean | undefined;
}

export function createSampleCollector(options: CollectorOptions, deps: CollectorDeps): SampleCollector {
  const { clock, log } = deps;
  const tracks = deps.sources.map(newTrack);
  let meter = initialMeterRecord(clock.monotonicMs());

  function isDue(track: Track, nowMs: number): boolean {
    if (track.pending !== undefined) return false;
    return track.lastStartMs === undefined || nowMs - track.lastStartMs >= track.pollMs - POLL_SLACK_MS;
  }

  function startRead(track: Track, nowMs: number): Promise<void> {
    track.lastStartMs = nowMs;
    const pending = track.source.read().then((reading) => {
      track.pending = undefined;
      take(track, reading);
    });
    track.pending = pending;
    return pending;
  }

  function take(track: Track, reading: SourceReading): void {
    const nowMs = clock.monotonicMs();
    const problem = problemOf(track, reading, nowMs);
    noteAnswer(track, problem);
    if (track.isGridMeter) meter = afterMeterRead(meter, problem === undefined, nowMs);
    if (!reading.ok || problem !== undefined) return;
    const atMs = track.isGridMeter ? Math.max(track.stampSinceMs, nowMs - LONGEST_REFRESH_MS) : nowMs;
    track.latest = { value: reading.channels, atMs };
  }

  /** Why a reading cannot be used; undefined when it can. */
  function problemOf(track: Track, reading: SourceReading, nowMs: number): string | undefined {
    if (!reading.ok) return `${reading.fault.kind}: ${reading.fault.detail}`;
    if (reading.stamp !== track.stamp) {
      track.stamp = reading.stamp;
      track.stampSinceMs = nowMs;
    }
    if (track.isGridMeter && nowMs - track.stampSinceMs >= FROZEN_AFTER_MS)
      return "it repeats the same values";
    return implausibility(reading.channels, track.isGridMeter, options);
  }

  /** One line at loss, one at recovery. */
  function noteAnswer(track: Track, problem: string | undefined): void {
    const isAnswering = problem === undefined;
    if (isAnswering === track.isAnswering) return;
    if (!isAnswering) log.warn({ device: track.source.name, problem }, "device gives no usable values");
    else if (track.isAnswering === false)
      log.info({ device: track.source.name }, "device gives usable values again");
    track.isAnswering = isAnswering;
  }

  function houseSample(nowMs: number): HouseSample {
    meter = judged(meter, nowMs);
    const isMeterLost = meter.trust === "lost";
    const grid = isMeterLost ? undefined : tracks.find((track) => track.isGridMeter)?.latest;
    return {
      nowMs,
      gridPowerW: part(grid, grid?.value.gridPowerW),
      gridPhaseCurrentsA: part(grid, grid?.value.gridPhaseCurrentsA),
      pvPowerW: sumOf(tracks, "pvPowerW", nowMs),
      batteryPowerW: sumOf(tracks, "batteryPowerW", nowMs),
      batterySocPct: meanSocPct(tracks, nowMs),
      meterTrust: meter.trust,
    };
  }

  function judged(record: MeterRecord, nowMs: number): MeterRecord {
    const next = judgedMeter(record, nowMs);
    if (next.trust !== record.trust) log.info({ from: record.trust, to: next.trust }, "meter trust changed");
    return next;
  }

  return {
    async collect() {
      const nowMs = clock.monotonicMs();
      const started = tracks.filter((track) => isDue(track, nowMs)).map((track) => startRead(track, nowMs));
      if (started.length > 0) await withTimeout(clock, options.readBudgetMs, Promise.all(started), undefined);
      return houseSample(clock.monotonicMs());
    },
    meterLostForMs: () => lostForMs(meter, clock.monotonicMs()),
  };
}

function newTrack(collected: CollectedSource): Track {
  return {
    ...collected,
    lastStartMs: undefined,
    pending: undefined,
    latest: undefined,
    stamp: undefined,
    stampSinceMs: 0,
    isAnswering: undefined,
  };
}

function isNumeric(value: number | readonly number[]): boolean {
  return typeof value === "number" ? Number.isFinite(value) : value.every(Number.isFinite);
}

function implausibility(
  channels: SiteChannels,
  isGridMeter: boolean,
  { maxGridPowerW, maxPvPowerW }: CollectorOptions,
): string | undefined {
  const { gridPowerW, pvPowerW, batteryPowerW } = channels;
  if (!Object.values(channels).every(isNumeric)) return "it gives values that are not numbers";
  if (isGridMeter && gridPowerW === undefined) return "it gives no grid power";
  if (gridPowerW !== undefined && Math.abs(gridPowerW) > maxGridPowerW) {
    return "its grid power is beyond the house connection";
  }
  if (batteryPowerW !== undefined && Math.abs(batteryPowerW) > maxGridPowerW) {
    return "its battery power is beyond the house connection";
  }
  if (pvPowerW !== undefined && (pvPowerW < 0 || pvPowerW > maxPvPowerW))
    return "its PV power is beyond the plant";
  return undefined;
}
