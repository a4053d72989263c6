import type { TickReport } from "../core/tick-report.ts";

/** Somebody who is told the outcome of every pass: telemetry, local API, Partner status, history. */
export interface ReportSink {
  /** Must return at once and never throw; what it does later is bounded by itself. */
  report(report: TickReport): void;
}
