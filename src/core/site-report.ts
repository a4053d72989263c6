import type { BoxReport, TickReport } from "./tick-report.ts";

/** What a pass tells of one box. */
export interface ReportedBox {
  readonly name: string;
  readonly report: BoxReport;
}

/** The report of a pass with the reports of its boxes, at least one, in the order of the config. */
export function siteReport(boxes: readonly ReportedBox[]): TickReport {
  const leading = boxes.reduce((first) => first);
  const wallboxes = boxes.map(({ name, report }) => ({ ...report, name }));
  return { ...leading.report, wallboxes, leadingWallbox: leading.name };
}
