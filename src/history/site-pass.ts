import { type PowerFlows, powerFlows } from "../core/power-flows.ts";
import type { ChargeTransaction, VehicleState } from "../core/site-sample.ts";
import type { TickReport } from "../core/tick-report.ts";

/** One wallbox in one pass, as the history sees it. */
export interface BoxPass {
  readonly name: string;
  readonly vehicle: VehicleState;
  readonly chargeW: number | undefined;
  readonly solarW: number | undefined;
  readonly setpointA: number;
  readonly phases: number;
  readonly transaction: ChargeTransaction | undefined;
}

/** What is recorded of a pass: it stands for the time since the pass before. */
export interface SitePass {
  readonly report: TickReport;
  readonly flows: PowerFlows;
  readonly boxes: readonly BoxPass[];
}

/** The sun's part is split among the boxes by what they draw. */
export function sitePass(report: TickReport): SitePass {
  const flows = powerFlows(report);
  const totalW = report.wallboxes.reduce((sum, { powers }) => sum + drawnW(powers.chargePowerW), 0);
  const boxes = report.wallboxes.map(({ name, wallbox, powers, setpointA, phases }): BoxPass => {
    const chargeW = powers.chargePowerW;
    const share = totalW > 0 ? drawnW(chargeW) / totalW : 0;
    return {
      name,
      vehicle: wallbox.vehicle,
      chargeW: chargeW === undefined ? undefined : drawnW(chargeW),
      solarW: flows.solarW === undefined ? undefined : flows.solarW * share,
      setpointA,
      phases,
      transaction: wallbox.transaction,
    };
  });
  return { report, flows, boxes };
}

function drawnW(chargePowerW: number | undefined): number {
  return Math.max(0, chargePowerW ?? 0);
}
