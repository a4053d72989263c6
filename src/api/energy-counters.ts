import { passDurationMs } from "../core/pass-duration.ts";
import { type PowerFlows, powerFlows } from "../core/power-flows.ts";
import type { TickReport } from "../core/tick-report.ts";

/** Energies since the start, J; a flow that was never known is absent. */
export interface EnergyCounters {
  add(report: TickReport): void;
  energyJ(flow: keyof PowerFlows): number | undefined;
}

export function createEnergyCounters(): EnergyCounters {
  const sumsWms = new Map<keyof PowerFlows, number>();
  let lastMs: number | undefined;
  return {
    add(report) {
      const durationMs = passDurationMs(lastMs, report.monotonicMs);
      lastMs = report.monotonicMs;
      const flows = powerFlows(report);
      for (const flow of Object.keys(flows) as (keyof PowerFlows)[]) {
        const powerW = flows[flow];
        if (powerW !== undefined) sumsWms.set(flow, (sumsWms.get(flow) ?? 0) + powerW * durationMs);
      }
    },
    energyJ(flow) {
      const sumWms = sumsWms.get(flow);
      return sumWms === undefined ? undefined : Math.round(sumWms / 1_000);
    },
  };
}
