import { currentA, powerW } from "../../../core/units.ts";
import type { PlantCommand, PlantView } from "../plant.ts";
import type { Baseline, BaselineSetup } from "./baselines.ts";
import { createHolding } from "./holding.ts";

/** Published defaults. */
const CYCLE_MS = 10_000;
const SWITCH_ON_W_PER_PHASE = 1_500;
const SWITCH_ON_DELAY_MS = 30_000;
const SWITCH_OFF_W = 0;
const SWITCH_OFF_DELAY_MS = 60_000;
const PHASE_HOLD_MS = 420_000;
/** Grid power within which the current is left alone, W. */
const CONTROL_RANGE_W = { from: 0, to: 230 } as const;
const LARGEST_CHANGE_A = 5;
/** Current that the car leaves unused is made up for as far as this, A. */
const LARGEST_COMPENSATION_A = 2;

/**
 * Published behaviour of a widespread open-source controller with default settings: each 10 s toward the middle of a
 * range of 0 to 230 W of import, by 5 A at the most; start at 1500 W of export a phase for 30 s; stop after 60 s of
 * import at the minimum; phases change after the same delays and 7 min after the last change.
 */
export function createOpenwbLike({ minA, maxA, canSwitchPhases }: BaselineSetup): Baseline {
  const starting = createHolding();
  const stopping = createHolding();
  const scalingUp = createHolding();
  let switchedMs = Number.NEGATIVE_INFINITY;

  function switchTo(phases: 1 | 3, nowMs: number): PlantCommand {
    switchedMs = nowMs;
    stopping.reset();
    scalingUp.reset();
    return { currentA: minA, phases };
  }

  /** Paused: starts with as many phases as the surplus carries. */
  function waiting({ nowMs, meter, command }: PlantView): PlantCommand {
    const exportW = -meter.gridPowerW;
    const maySwitch = canSwitchPhases && nowMs - switchedMs >= PHASE_HOLD_MS;
    const carried = exportW >= 3 * SWITCH_ON_W_PER_PHASE ? 3 : 1;
    const phases = maySwitch ? carried : command.phases;
    const isEnough = exportW >= SWITCH_ON_W_PER_PHASE * phases;
    if (!starting.hasHeld(isEnough, nowMs, SWITCH_ON_DELAY_MS)) return { ...command, currentA: 0 };
    starting.reset();
    if (phases !== command.phases) return switchTo(phases, nowMs);
    return { currentA: minA, phases };
  }

  function charging(view: PlantView): PlantCommand {
    const { nowMs, meter, command } = view;
    const mayScale = canSwitchPhases && nowMs - switchedMs >= PHASE_HOLD_MS;
    const surplusW = view.charge.powerW - meter.gridPowerW;
    const isAtMost = command.currentA >= maxA && surplusW >= powerW(minA, 3);
    const wantsUp = mayScale && command.phases === 1 && isAtMost;
    if (scalingUp.hasHeld(wantsUp, nowMs, SWITCH_ON_DELAY_MS)) return switchTo(3, nowMs);
    const isShort = command.currentA <= minA && meter.gridPowerW > SWITCH_OFF_W;
    if (stopping.hasHeld(isShort, nowMs, SWITCH_OFF_DELAY_MS)) {
      if (mayScale && command.phases === 3) return switchTo(1, nowMs);
      stopping.reset();
      return { ...command, currentA: 0 };
    }
    return { ...command, currentA: regulatedA(view) };
  }

  function regulatedA({ meter, charge, command, isCharging }: PlantView): number {
    const gridW = meter.gridPowerW;
    if (gridW >= CONTROL_RANGE_W.from && gridW <= CONTROL_RANGE_W.to) return command.currentA;
    const centreW = (CONTROL_RANGE_W.from + CONTROL_RANGE_W.to) / 2;
    const unusedA = isCharging ? command.currentA - currentA(charge.powerW, command.phases) : 0;
    const compensationA = Math.min(Math.max(unusedA, 0), LARGEST_COMPENSATION_A);
    const fromA = command.currentA - unusedA + compensationA;
    const changeA = Math.min(
      Math.max(fromA + currentA(centreW - gridW, command.phases) - command.currentA, -LARGEST_CHANGE_A),
      LARGEST_CHANGE_A,
    );
    return Math.min(maxA, Math.max(minA, Math.floor(command.currentA + changeA)));
  }

  return {
    cycleMs: CYCLE_MS,
    decide: (view) => (view.command.currentA === 0 ? waiting(view) : charging(view)),
  };
}
