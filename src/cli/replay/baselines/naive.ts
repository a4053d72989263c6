import { currentA } from "../../../core/units.ts";
import type { Baseline, BaselineSetup } from "./baselines.ts";

/** Adds each second what the meter shows to the set point, as if it acted at once; on and off at the minimum. */
export function createNaive({ minA, maxA }: BaselineSetup): Baseline {
  let integralA = 0;
  return {
    cycleMs: 1_000,
    decide({ meter, command }) {
      const { phases } = command;
      integralA = Math.min(maxA, Math.max(0, integralA - currentA(meter.gridPowerW, phases)));
      return { currentA: integralA < minA ? 0 : Math.floor(integralA), phases };
    },
  };
}
