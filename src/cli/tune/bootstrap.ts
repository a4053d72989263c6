import { seededRandom } from "../../../simulator/network/seeded-random.ts";
/** The gain of one choice over another, a day, and how certain it is. */
export interface Gain {
  /** Mean over the days, less the part that comes from having chosen on these very days. */
  readonly expected: number;
  /** 90 % of resampled sets of days lie between these. */
  readonly low: number;
  readonly high: number;
  /** The part that was taken off. */
  readonly optimism: number;
}

const RESAMPLES = 2_000;
const TAIL = 0.05;
const SEED = 0x2545f491;

/**
 * Bootstrap over days (Efron): `gains[k][d]` is what candidate k gains on day d, `ranks[k][d]` by what it is chosen,
 * `chosen` the candidate that won. In each resample the choice is made anew: by how much the winner looks better there than
 * on all days is the optimism of the choice. Deterministic.
 */
export function bootstrapGain(
  candidates: {
    readonly gains: readonly (readonly number[])[];
    readonly ranks: readonly (readonly number[])[];
  },
  chosen: number,
): Gain {
  const { gains, ranks } = candidates;
  const own = gains[chosen] ?? [];
  const random = seededRandom(SEED);
  const whole = own.map((_, day) => day);
  const means: number[] = [];
  let optimismSum = 0;
  for (let round = 0; round < RESAMPLES; round++) {
    const sample = whole.map(() => Math.floor(random() * whole.length));
    means.push(meanOf(own, sample));
    const winner = gains[bestOf(ranks, sample)] ?? [];
    optimismSum += meanOf(winner, sample) - meanOf(winner, whole);
  }
  means.sort((a, b) => a - b);
  const optimism = Math.max(0, optimismSum / RESAMPLES);
  const at = (share: number) => means[Math.min(means.length - 1, Math.floor(share * means.length))] ?? 0;
  return {
    expected: meanOf(own, whole) - optimism,
    low: at(TAIL) - optimism,
    high: at(1 - TAIL) - optimism,
    optimism,
  };
}

/** The candidate with the best mean over these days; among equals the first. */
export function bestOf(ranks: readonly (readonly number[])[], days: readonly number[]): number {
  let best = 0;
  let bestMean = Number.NEGATIVE_INFINITY;
  for (const [index, values] of ranks.entries()) {
    const mean = meanOf(values, days);
    if (mean > bestMean) {
      best = index;
      bestMean = mean;
    }
  }
  return best;
}

function meanOf(values: readonly number[], days: readonly number[]): number {
  if (days.length === 0) return 0;
  let sum = 0;
  for (const day of days) sum += values[day] ?? 0;
  return sum / days.length;
}
