import type { HistogramView } from "./histogram.ts";

export interface Sample {
  readonly value: number | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One metric with its samples in Prometheus text format 0.0.4; empty where nothing is known. */
export function family(
  name: string,
  type: "gauge" | "counter",
  help: string,
  samples: readonly Sample[],
): string {
  const full = `hems_edge_${name}`;
  const lines = samples
    .filter((sample) => sample.value !== undefined)
    .map(({ value, labels }) => `${full}${labelText(labels)} ${value}\n`);
  return lines.length === 0 ? "" : `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

/** The same for a distribution: cumulative buckets, sum and count. */
export function histogramFamily(name: string, help: string, view: HistogramView): string {
  const full = `hems_edge_${name}`;
  const buckets = view.buckets.map(({ upTo, count }) => `${full}_bucket{le="${upTo}"} ${count}\n`).join("");
  return (
    `# HELP ${full} ${help}\n# TYPE ${full} histogram\n${buckets}${full}_bucket{le="+Inf"} ${view.count}\n` +
    `${full}_sum ${view.sum}\n${full}_count ${view.count}\n`
  );
}

export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

export function flag(isSet: boolean): number {
  return isSet ? 1 : 0;
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return "";
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? "")}"`,
  );
  return `{${pairs.join(",")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };
