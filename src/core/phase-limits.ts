import { allowanceA, type CarCurrentsA, carCurrentsA, carPowerW, isSwitchingPhases } from "./car-load.ts";
import { type LimitContext, NO_LOAD, type Phase, type PhaseRotation } from "./limits.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCurrentsA } from "./units.ts";

const PHASES: readonly Phase[] = [0, 1, 2];
/** Every way in which a box can hang on the house's phases. */
const ROTATIONS: readonly PhaseRotation[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Main fuse: what the tightest of the car's phases leaves it, A. Not known without any reading of the grid. */
export function fuseLimitA(context: LimitContext): number | undefined {
  let smallestA: number | undefined;
  // In plain loops: this runs with every pass, and a replay has a day of them.
  for (const carA of placements(context)) {
    const importsA = gridImportsA(context, carA);
    if (importsA === undefined) return undefined;
    for (const phase of PHASES) {
      const drawnA = carA[phase];
      if (drawnA === undefined) continue;
      const limitA = allowanceA(context, context.limits.mainFuseA - importsA[phase], drawnA);
      smallestA = smallestA === undefined ? limitA : Math.min(smallestA, limitA);
    }
  }
  return smallestA;
}

/**
 * A car on fewer than three phases may load them only so much more than the others (VDE-AR-N 4100: 4.6 kVA). Where
 * the phases of the house connection are not measured, the house counts as balanced.
 */
export function unbalanceLimitA(context: LimitContext): number | undefined {
  const { unbalanceLimitA: limitA } = context.limits;
  if (limitA === undefined) return undefined;
  let smallestA: number | undefined;
  for (const carA of placements(context)) {
    const allowedA = unbalancedA(context, carA, limitA);
    if (allowedA !== undefined) smallestA = Math.min(allowedA, smallestA ?? allowedA);
  }
  return smallestA;
}

/** Undefined for a car on all three phases. */
function unbalancedA(context: LimitContext, carA: CarCurrentsA, limitA: number): number | undefined {
  if (carA.every((drawnA) => drawnA !== undefined)) return undefined;
  const { gridPhaseCurrentsA, meterTrust } = context.sample;
  const isMeasured = meterTrust !== "lost" && !isSwitchingPhases(context);
  if (gridPhaseCurrentsA === undefined || !isMeasured) return limitA;
  const importsA = gridPhaseCurrentsA.value;
  let lowestA = Number.POSITIVE_INFINITY;
  for (const phase of PHASES) if (carA[phase] === undefined) lowestA = Math.min(lowestA, importsA[phase]);
  let smallestA = Number.POSITIVE_INFINITY;
  for (const phase of PHASES) {
    const drawnA = carA[phase];
    if (drawnA === undefined) continue;
    smallestA = Math.min(smallestA, allowanceA(context, limitA + lowestA - importsA[phase], drawnA));
  }
  return smallestA;
}

/** What the car draws on the phases of the house, for every way in which the box may hang on them. */
function placements(context: LimitContext): readonly CarCurrentsA[] {
  const boxA = carCurrentsA(context);
  const { phaseRotation } = context.limits;
  // Where the phases of the house are not measured they count as equal, and so does every way.
  if (context.sample.gridPhaseCurrentsA === undefined) return [boxA];
  if (phaseRotation !== undefined) return [placed(boxA, phaseRotation)];
  if (boxA[0] === boxA[1] && boxA[1] === boxA[2]) return [boxA];
  return ROTATIONS.map((rotation) => placed(boxA, rotation));
}

function placed(boxA: CarCurrentsA, rotation: PhaseRotation): CarCurrentsA {
  const on = (phase: Phase) => boxA[rotation.indexOf(phase)];
  return [on(0), on(1), on(2)];
}

/** Import on each phase, A: measured, else the house split evenly and the car where it may be. */
function gridImportsA(context: LimitContext, carA: CarCurrentsA): PhaseCurrentsA | undefined {
  const { gridPhaseCurrentsA, gridPowerW } = context.sample;
  if (gridPhaseCurrentsA !== undefined) return gridPhaseCurrentsA.value;
  if (gridPowerW === undefined) return undefined;
  const others = context.others ?? NO_LOAD;
  const houseA = (gridPowerW.value - carPowerW(context) - others.powerW) / (3 * NOMINAL_VOLTAGE_V);
  const besidesA = houseA + others.currentA;
  return [besidesA + (carA[0] ?? 0), besidesA + (carA[1] ?? 0), besidesA + (carA[2] ?? 0)];
}
