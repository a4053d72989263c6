import { powerW } from "../../../core/units.ts";
import type { Baseline, BaselineSetup } from "./baselines.ts";

/** The import at which it lets go, W. */
const OFF_W = 0;

/**
 * One power or nothing, as a relay on a plain box would: the smallest current on all phases there are, on when the export
 * carries all of it, off as soon as the house imports.
 */
export function createThermostat({ minA, canSwitchPhases }: BaselineSetup): Baseline {
  return {
    cycleMs: 1_000,
    decide({ meter, command }) {
      const phases = canSwitchPhases ? 3 : command.phases;
      const isOn =
        command.currentA > 0 ? meter.gridPowerW <= OFF_W : -meter.gridPowerW >= powerW(minA, phases);
      return { currentA: isOn ? minA : 0, phases };
    },
  };
}
