import type { LineFault, LineFaultKind } from "../../simulator/network/line-fault.ts";
import { seededRandom } from "../../simulator/network/seeded-random.ts";
import { LINK_NAMES, type LinkName } from "./link-names.ts";

/** A line that is bad for a while; times are milliseconds of the run. */
export interface PlannedFault {
  readonly peer: LinkName;
  readonly fault: LineFault;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Mean number of faults of each peer in a day. */
  readonly perDay: number;
  /** No fault begins before this. */
  readonly calmStartMs: number;
  /** All faults are over this long before the end. */
  readonly calmEndMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Shortest time between two faults of one peer. */
export const BREATH_MS = 20_000;

/** Blips, disturbances, outages: shortest and longest. */
const LENGTHS_MS: readonly (readonly [shortest: number, longest: number])[] = [
  [2_000, 60_000],
  [MINUTE_MS, 10 * MINUTE_MS],
  [10 * MINUTE_MS, 90 * MINUTE_MS],
];

type Random = () => number;

const FAULTS: Readonly<Record<LineFaultKind, (random: Random) => LineFault>> = {
  latency: (random) => ({
    kind: "latency",
    delayMs: between(random, [50, 8_000]),
    jitterMs: between(random, [0, 2_000]),
  }),
  drop: (random) => ({ kind: "drop", share: between(random, [0.02, 0.5]) }),
  half_open: () => ({ kind: "half_open" }),
  reset: () => ({ kind: "reset" }),
  slow_close: (random) => ({ kind: "slow_close", delayMs: between(random, [1_000, 120_000]) }),
  corruption: (random) => ({ kind: "corruption", share: between(random, [0.01, 0.3]) }),
  reordering: (random) => ({
    kind: "reordering",
    share: between(random, [0.05, 0.5]),
    heldMs: between(random, [100, 5_000]),
  }),
};

export const FAULT_KINDS = Object.keys(FAULTS) as readonly LineFaultKind[];

/** The same faults for the same options, in order of their beginning. Those of one peer never overlap. */
export function faultSchedule(options: ScheduleOptions): readonly PlannedFault[] {
  const random = seededRandom(options.seed);
  return LINK_NAMES.flatMap((peer) => peerSchedule(peer, options, random)).sort(
    (one, other) => one.fromMs - other.fromMs,
  );
}

function peerSchedule(peer: LinkName, options: ScheduleOptions, random: Random): readonly PlannedFault[] {
  const lastMs = options.durationMs - options.calmEndMs;
  const planned: PlannedFault[] = [];
  for (let atMs = options.calmStartMs; ; ) {
    // Exponential pauses: faults know nothing of each other.
    const fromMs = Math.round(atMs - (Math.log(1 - random()) * DAY_MS) / options.perDay);
    const untilMs = fromMs + Math.round(between(random, pick(random, LENGTHS_MS)));
    if (untilMs > lastMs) return planned;
    planned.push({ peer, fault: FAULTS[pick(random, FAULT_KINDS)](random), fromMs, untilMs });
    atMs = untilMs + BREATH_MS;
  }
}

export function between(random: Random, [lowest, highest]: readonly [number, number]): number {
  return lowest + random() * (highest - lowest);
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[Math.floor(random() * from.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
}
