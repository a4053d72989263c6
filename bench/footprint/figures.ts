import type { HouseRun } from "./run-house.ts";

export interface FootprintFigures {
  readonly devices: number;
  readonly wallboxes: number;
  readonly measured_s: number;
  readonly rss_mb: number;
  readonly peak_rss_mb: number;
  /** Of one core, with its children. */
  readonly cpu_pct: number;
  readonly cpu_children_pct: number;
  readonly passes: number;
  /** The least bound of the histogram under which that share of the passes lies. */
  readonly pass_p50_ms: number;
  readonly pass_p99_ms: number;
  readonly frames: number;
  readonly frame_p50_ms: number;
  readonly frame_p99_ms: number;
}

export function footprintFigures(
  size: { readonly devices: number; readonly wallboxes: number },
  run: HouseRun,
): FootprintFigures {
  const { before, after, rssMb } = run.use;
  const share = (seconds: number) => rounded((100 * seconds) / run.measuredS, 2);
  const children = after.childrenCpuS - before.childrenCpuS;
  const passes = passBounds(run.metrics);
  return {
    ...size,
    measured_s: Math.round(run.measuredS),
    rss_mb: rounded(Math.max(...rssMb), 1),
    peak_rss_mb: rounded(after.peakRssMb, 1),
    cpu_pct: share(after.cpuS - before.cpuS + children),
    cpu_children_pct: share(children),
    passes: passes.count,
    pass_p50_ms: passes.boundMs(0.5),
    pass_p99_ms: passes.boundMs(0.99),
    frames: run.latenciesMs.length,
    frame_p50_ms: rounded(quantile(run.latenciesMs, 0.5), 1),
    frame_p99_ms: rounded(quantile(run.latenciesMs, 0.99), 1),
  };
}

/** How long the passes between two looks at the metrics took, by the bounds of their histogram. */
function passBounds({ before, after }: HouseRun["metrics"]) {
  const [was, is] = [passHistogram(before), passHistogram(after)];
  const count = is.count - was.count;
  const buckets = is.buckets.map(({ upToS, passes }, index) => ({
    upToS,
    passes: passes - (was.buckets[index]?.passes ?? 0),
  }));
  return {
    count,
    boundMs(share: number): number {
      const bucket = buckets.find(({ passes }) => passes >= share * count);
      return bucket === undefined ? Number.POSITIVE_INFINITY : rounded(bucket.upToS * 1_000, 1);
    },
  };
}

function passHistogram(metrics: string) {
  const name = "hems_edge_control_tick_duration_seconds";
  const count = Number(new RegExp(`^${name}_count (\\d+)$`, "m").exec(metrics)?.[1]);
  const buckets = [...metrics.matchAll(new RegExp(`^${name}_bucket\\{le="([\\d.]+)"\\} (\\d+)$`, "gm"))];
  return {
    count,
    buckets: buckets.map(([, upTo, passes]) => ({ upToS: Number(upTo), passes: Number(passes) })),
  };
}

/** The value below or at which that share of the values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
