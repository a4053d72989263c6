import type { NamedBoxReport, TickReport } from "./tick-report.ts";

/** The report of a pass with the reports of its boxes, at least one, in the order of the config. */
export function siteReport(boxes: readonly NamedBoxReport[]): TickReport {
  const { name, ...leading } = boxes.reduce((first) => first);
  return { ...leading, wallboxes: boxes, leadingWallbox: name };
}
