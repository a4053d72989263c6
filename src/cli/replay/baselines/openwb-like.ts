import { floorToStepA } from "../../../core/limits.ts";
import { currentA, type PhaseCount, powerW } from "../../../core/units.ts";
import type { PlantView } from "../plant.ts";
import type { PlantCommand } from "../plant-box.ts";
import type { Baseline, BaselineSetup } from "./baselines.ts";
import { createHolding } from "./holding.ts";

/** Published defaults. */
const CYCLE_MS = 10_000;
const SWITCH_ON_W_PER_PHASE = 1_500;
const SWITCH_ON_DELAY_MS = 30_000;
const SWITCH_OFF_W = 0;
const SWITCH_OFF_DELAY_MS = 60_000;
const PHASE_DELAY_MS = 420_000;
/** Grid power within which the current is left alone, W. */
const CONTROL_RANGE_W = { from: 0, to: 230 } as const;
const LARGEST_CHANGE_A = 5;
/** Current that the car leaves unused is made up for as far as this, A. */
const LARGEST_COMPENSATION_A = 2;
/** A car may draw this much more or less than told and still counts as at its end of the range, A. */
const NOMINAL_DIFFERENCE_A = 1;

/**
 * Published behaviour of a widespread open-source controller with default settings: each 10 s toward the middle of a
 * range of 0 to 230 W of import, by 5 A at the most, in the steps of the box; start at 1500 W of export a phase for 30 s; stop
 * after 60 s of import at the minimum, but where phases can be changed only from one phase; phases change when the car
 * has been at the end of the range for 7 min, up to the minimum and down to the maximum.
 */
export function createOpenwbLike({ minA, maxA, stepA, canSwitchPhases }: BaselineSetup): Baseline {
  const starting = createHolding();
  const stopping = createHolding();
  const scaling = createHolding();

  function waiting({ nowMs, meter, command }: PlantView): PlantCommand {
    const phases = canSwitchPhases ? 1 : command.phases;
    const isEnough = -meter.gridPowerW >= SWITCH_ON_W_PER_PHASE * phases;
    if (!starting.hasHeld(isEnough, nowMs, SWITCH_ON_DELAY_MS)) return { currentA: 0, phases };
    starting.reset();
    return { currentA: minA, phases };
  }

  function charging(view: PlantView): PlantCommand {
    const { nowMs, meter, command } = view;
    const phases = scaledPhases(view);
    if (phases !== command.phases) {
      scaling.reset();
      stopping.reset();
      return { currentA: phases === 3 ? minA : maxA, phases };
    }
    const mayStop = !canSwitchPhases || phases === 1;
    const isShort = mayStop && command.currentA <= minA && meter.gridPowerW > SWITCH_OFF_W;
    if (stopping.hasHeld(isShort, nowMs, SWITCH_OFF_DELAY_MS)) {
      stopping.reset();
      return { ...command, currentA: 0 };
    }
    return { ...command, currentA: regulatedA(view) };
  }

  function scaledPhases({ nowMs, meter, charge, command }: PlantView): PhaseCount {
    if (!canSwitchPhases) return command.phases;
    const drawnA = currentA(charge.powerW, command.phases);
    const wantsUp =
      drawnA > maxA - NOMINAL_DIFFERENCE_A && charge.powerW - meter.gridPowerW > powerW(minA, 3);
    const wantsDown = drawnA < minA + NOMINAL_DIFFERENCE_A && meter.gridPowerW >= 0;
    const wantsChange = command.phases === 1 ? wantsUp : wantsDown;
    if (!scaling.hasHeld(wantsChange, nowMs, PHASE_DELAY_MS)) return command.phases;
    return command.phases === 1 ? 3 : 1;
  }

  function regulatedA({ meter, charge, command, isCharging }: PlantView): number {
    const gridW = meter.gridPowerW;
    if (gridW >= CONTROL_RANGE_W.from && gridW <= CONTROL_RANGE_W.to) return command.currentA;
    const centreW = (CONTROL_RANGE_W.from + CONTROL_RANGE_W.to) / 2;
    const drawnA = isCharging ? currentA(charge.powerW, command.phases) : command.currentA;
    const unusedA = Math.min(Math.max(command.currentA - drawnA, 0), LARGEST_COMPENSATION_A);
    const changeA = currentA(centreW - gridW, command.phases);
    const limitedA = Math.min(Math.max(changeA, -LARGEST_CHANGE_A), LARGEST_CHANGE_A);
    return Math.min(maxA, Math.max(minA, floorToStepA(drawnA + limitedA + unusedA, stepA)));
  }

  return {
    cycleMs: CYCLE_MS,
    decide: (view) => (view.command.currentA === 0 ? waiting(view) : charging(view)),
  };
}
