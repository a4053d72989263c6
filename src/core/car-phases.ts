import type { WallboxSample } from "./site-sample.ts";
import type { CarPhases } from "./units.ts";

/** A current below this is none, A. */
const DRAWING_A = 1;
/** Phases of a car rise and fall together: one that carries less than this share of the highest is not used. */
const SHARE = 0.5;

/**
 * Phases that the car charges on, where the box gives it three and tells its currents apart; undefined while it draws
 * nothing. Many cars use one phase or two of the three.
 */
export function carPhases({ capability, phaseCurrentsA }: WallboxSample): CarPhases | undefined {
  if (capability.phases !== 3 || phaseCurrentsA === undefined) return undefined;
  const highestA = Math.max(...phaseCurrentsA.value);
  if (highestA < DRAWING_A) return undefined;
  const used = phaseCurrentsA.value.filter((currentA) => currentA >= SHARE * highestA).length;
  return used === 3 ? 3 : used === 2 ? 2 : 1;
}
