import type { Thresholds } from "../../core/settings.ts";
import type { DayCounts } from "../replay/day-figures.ts";
import { bestOf } from "./bootstrap.ts";
import { coarsePoints, type PairPoint, pairAt, pairKey, pointsAround } from "./threshold-pairs.ts";

/** Days on which the search looks before all of them have the last word. */
const SEARCH_DAYS = 4;
const REFINEMENTS = [0.1, 0.05];
/** Pairs that are tried on all days, beside the present one. */
const FINALISTS = 4;

export interface SearchOptions {
  readonly current: Thresholds;
  /** The smallest load that the wallbox can switch, W. */
  readonly minChargePowerW: number;
  /** Surplus energy of each day, Wh: what the search looks at must have sun. */
  readonly surplusWh: readonly number[];
  /** Replays one day with a pair. */
  readonly replay: (pair: Thresholds, day: number) => Promise<DayCounts>;
  /** By what pairs are chosen; more is better. */
  readonly rank: (day: DayCounts) => number;
  /** Told after each replay how many there were, and how many there will be at most. */
  readonly onProgress?: ((done: number, most: number) => void) | undefined;
}

export interface TriedPair {
  readonly pair: Thresholds;
  /** One entry for each day. */
  readonly days: readonly DayCounts[];
}

/** What was tried on all days; `best` may be `current` itself. */
export interface SearchResult {
  readonly current: TriedPair;
  /** The present pair among them. */
  readonly finalists: readonly TriedPair[];
  readonly best: TriedPair;
}

/** A coarse grid on a few days, two refinements around its best, and the best of all on every day. */
export async function searchPairs(options: SearchOptions): Promise<SearchResult> {
  const { current, minChargePowerW, surplusWh, rank } = options;
  const trials = createTrials(options);
  const searchDays = telling(surplusWh);
  const meanRank = async (pair: Thresholds, days: readonly number[]): Promise<number> => {
    let sum = 0;
    for (const day of days) sum += rank(await trials.counts(pair, day));
    return sum / Math.max(1, days.length);
  };

  const scored = new Map<
    string,
    { readonly point: PairPoint; readonly pair: Thresholds; readonly score: number }
  >();
  async function score(points: readonly PairPoint[]): Promise<void> {
    for (const point of points) {
      const pair = pairAt(point, minChargePowerW);
      if (scored.has(pairKey(pair))) continue;
      scored.set(pairKey(pair), { point, pair, score: await meanRank(pair, searchDays) });
    }
  }
  const inOrder = () => [...scored.values()].sort((a, b) => b.score - a.score);

  await score(coarsePoints());
  for (const step of REFINEMENTS) {
    const [leader] = inOrder();
    if (leader !== undefined) await score(pointsAround(leader.point, step));
  }
  const others = inOrder()
    .map(({ pair }) => pair)
    .filter((pair) => pairKey(pair) !== pairKey(current));
  const finalists: TriedPair[] = [];
  for (const pair of [current, ...others.slice(0, FINALISTS)]) {
    const days: DayCounts[] = [];
    for (const day of surplusWh.keys()) days.push(await trials.counts(pair, day));
    finalists.push({ pair, days });
  }
  const ranks = finalists.map(({ days }) => days.map(rank));
  const [present] = finalists;
  const best = finalists[bestOf(ranks, [...surplusWh.keys()])];
  if (present === undefined || best === undefined) throw new Error("a search without the present pair");
  return { current: present, finalists, best };
}

/** The days of the search: spread evenly over those with sun, from the most to the least of it. */
function telling(surplusWh: readonly number[]): readonly number[] {
  const bySun = [...surplusWh.entries()]
    .sort(([, a], [, b]) => b - a)
    .filter(([, wh], place) => wh > 0 || place === 0);
  const count = Math.min(SEARCH_DAYS, bySun.length);
  // The darkest quarter tells nothing apart.
  const reach = Math.max(count, Math.ceil(bySun.length * 0.75));
  return Array.from({ length: count }, (_, place) => bySun[Math.floor((place * reach) / count)]?.[0] ?? 0);
}

/** Replays each pair on each day once. */
function createTrials({ replay, surplusWh, onProgress }: SearchOptions) {
  const known = new Map<string, DayCounts>();
  const around = REFINEMENTS.length * 8;
  const searchDays = Math.min(SEARCH_DAYS, surplusWh.length);
  const most =
    (coarsePoints().length + around) * searchDays +
    (FINALISTS + 1) * surplusWh.length -
    FINALISTS * searchDays;
  return {
    async counts(pair: Thresholds, day: number): Promise<DayCounts> {
      const key = `${pairKey(pair)} ${day}`;
      const found = known.get(key) ?? (await replay(pair, day));
      if (!known.has(key)) {
        known.set(key, found);
        onProgress?.(known.size, most);
      }
      return found;
    },
  };
}
