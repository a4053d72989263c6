/** How many values lay up to each bound. */
export interface HistogramView {
  /** Cumulative, as Prometheus has them. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

export interface Histogram {
  observe(value: number): void;
  view(): HistogramView;
}

/** Counts values by fixed bounds in rising order. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0);
  let sum = 0;
  let count = 0;
  return {
    observe(value) {
      sum += value;
      count += 1;
      const index = bounds.findIndex((bound) => value <= bound);
      if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
    },
    view() {
      let below = 0;
      const buckets = bounds.map((upTo, index) => {
        below += counts[index] ?? 0;
        return { upTo, count: below };
      });
      return { buckets, sum, count };
    },
  };
}
