import { floorToStepA } from "../../../core/limits.ts";
import { currentA, type PhaseCount, powerW } from "../../../core/units.ts";
import type { PlantView } from "../plant.ts";
import type { PlantCommand } from "../plant-box.ts";
import type { Baseline, BaselineSetup } from "./baselines.ts";
import { createHolding } from "./holding.ts";

/** Published defaults: interval, start and stop delays, and the time after a phase switch without another look. */
const CYCLE_MS = 30_000;
const ENABLE_DELAY_MS = 60_000;
const DISABLE_DELAY_MS = 180_000;
const PHASE_GUARD_MS = 60_000;
/** A car that draws less than it may is taken at what it draws plus this, A. */
const UNDERDRAW_MARGIN_A = 2;

/**
 * Published behaviour of a widespread open-source controller, in its surplus mode with default settings: each 30 s the
 * whole surplus, truncated to the steps of the box, without smoothing; start after 60 s of enough surplus, stop after 180 s of
 * import at the minimum; one sample against it begins either anew; three phases after 60 s, one phase after 180 s, and
 * at once while the car does not charge.
 */
export function createEvccLike({ minA, maxA, stepA, canSwitchPhases }: BaselineSetup): Baseline {
  const enabling = createHolding();
  const disabling = createHolding();
  const scalingUp = createHolding();
  const scalingDown = createHolding();
  let isEnabled = false;
  let switchedMs = Number.NEGATIVE_INFINITY;

  function scaledPhases(view: PlantView, phases: PhaseCount): PhaseCount {
    const { nowMs, isCharging } = view;
    if (!canSwitchPhases || nowMs - switchedMs < PHASE_GUARD_MS) return phases;
    const siteW = view.meter.gridPowerW;
    const availableW = view.charge.powerW - siteW;
    const wantsDown = phases === 3 && (siteW > 0 || !isEnabled) && currentA(availableW, 3) < minA;
    const wantsUp = phases === 1 && currentA(availableW, 1) > maxA && currentA(availableW, 3) >= minA;
    const isDown = scalingDown.hasHeld(wantsDown, nowMs, isCharging ? DISABLE_DELAY_MS : 0);
    const isUp = scalingUp.hasHeld(wantsUp, nowMs, isCharging ? ENABLE_DELAY_MS : 0);
    if (!isDown && !isUp) return phases;
    switchedMs = nowMs;
    scalingDown.reset();
    scalingUp.reset();
    return isUp ? 3 : 1;
  }

  /** A; below the minimum only where charging ends or has not begun. */
  function followedA(view: PlantView, phases: PhaseCount): number {
    const { nowMs, meter, charge, command, isCharging } = view;
    const drawnA = currentA(charge.powerW, view.phases);
    const offeredA = Math.min(drawnA + UNDERDRAW_MARGIN_A, command.currentA);
    const effectiveA = (isCharging ? offeredA : 0) * (view.phases / phases);
    const targetA = Math.min(maxA, Math.max(0, effectiveA - currentA(meter.gridPowerW, phases)));
    if (!isEnabled) {
      isEnabled = enabling.hasHeld(targetA >= minA, nowMs, ENABLE_DELAY_MS);
      if (isEnabled) disabling.reset();
      return isEnabled ? minA : 0;
    }
    const savedW = scalingDown.isHolding ? powerW(minA, 1) * (phases - 1) : 0;
    const isShort = targetA < minA && meter.gridPowerW - savedW >= 0;
    if (disabling.hasHeld(isShort, nowMs, DISABLE_DELAY_MS)) {
      isEnabled = false;
      enabling.reset();
      return 0;
    }
    return Math.max(minA, floorToStepA(targetA, stepA));
  }

  return {
    cycleMs: CYCLE_MS,
    decide(view): PlantCommand {
      const phases = scaledPhases(view, view.command.phases);
      return { currentA: followedA(view, phases), phases };
    },
  };
}
