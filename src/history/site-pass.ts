import { type PowerFlows, powerFlows } from "../core/power-flows.ts";
import type { VehicleState } from "../core/site-sample.ts";
import type { TickReport } from "../core/tick-report.ts";

/** One wallbox in one pass, as the history sees it. */
export interface BoxPass {
  readonly name: string;
  readonly vehicle: VehicleState;
  readonly chargeW: number | undefined;
  readonly solarW: number | undefined;
  readonly setpointA: number;
  readonly phases: number;
}

/** What is recorded of a pass: it stands for the time since the pass before. */
export interface SitePass {
  readonly report: TickReport;
  readonly flows: PowerFlows;
  readonly boxes: readonly BoxPass[];
}

export function sitePass(report: TickReport, wallboxName: string): SitePass {
  const flows = powerFlows(report);
  return {
    report,
    flows,
    boxes: [
      {
        name: wallboxName,
        vehicle: report.wallbox.vehicle,
        chargeW: flows.chargeW,
        solarW: flows.solarW,
        setpointA: report.setpointA,
        phases: report.phases,
      },
    ],
  };
}
