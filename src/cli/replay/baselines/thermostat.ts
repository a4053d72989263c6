import { powerW } from "../../../core/units.ts";
import type { Baseline, BaselineSetup } from "./baselines.ts";

/** The import at which it lets go, W. */
const OFF_W = 0;

/** Full current or nothing: on when the export carries all of it, off as soon as the house imports. */
export function createThermostat({ maxA }: BaselineSetup): Baseline {
  return {
    cycleMs: 1_000,
    decide({ meter, command }) {
      const { phases } = command;
      const isOn =
        command.currentA > 0 ? meter.gridPowerW <= OFF_W : -meter.gridPowerW >= powerW(maxA, phases);
      return { currentA: isOn ? maxA : 0, phases };
    },
  };
}
