import { energyWh } from "./units.ts";

/**
 * How much evidence a start or a stop needs, as a leaky watt-hour integral: what speaks for it fills, what speaks
 * against it drains, so that neither one noisy sample nor a short cloud decides.
 */
export interface ProofRule {
  /** Energy that proves the case, Wh. */
  readonly fullWh: number;
  /** Weight of the smallest evidence either way, W: a case that just holds needs `fullWh / floorW`. */
  readonly floorW: number;
  /** Weight of the largest evidence either way, W: bounds how fast a case can be proved or lost. */
  readonly ceilingW: number;
}

/** A rule that takes `slowestMs` for the smallest evidence and `fastestMs` for the largest. */
export function proofRule(times: {
  readonly slowestMs: number;
  readonly fastestMs: number;
  readonly floorW: number;
}): ProofRule {
  const { slowestMs, fastestMs, floorW } = times;
  return { fullWh: energyWh(floorW, slowestMs), floorW, ceilingW: (floorW * slowestMs) / fastestMs };
}

/** The proof after `durationMs` with `excessW` speaking for the case (or, below zero, against it). */
export function accumulatedProofWh(
  proofWh: number,
  evidence: { readonly excessW: number; readonly durationMs: number },
  rule: ProofRule,
): number {
  const next = proofWh + energyWh(weightW(evidence.excessW, rule), evidence.durationMs);
  return Math.min(Math.max(next, 0), rule.fullWh);
}

export function isProved(proofWh: number, rule: ProofRule): boolean {
  return proofWh >= rule.fullWh;
}

/** Time until the case is proved if the evidence stays as it is, ms; undefined when it does not speak for it. */
export function timeToProofMs(proofWh: number, excessW: number, rule: ProofRule): number | undefined {
  if (excessW < 0) return undefined;
  return ((rule.fullWh - proofWh) / weightW(excessW, rule)) * 3_600_000;
}

function weightW(excessW: number, rule: ProofRule): number {
  const magnitudeW = Math.min(Math.max(Math.abs(excessW), rule.floorW), rule.ceilingW);
  return excessW < 0 ? -magnitudeW : magnitudeW;
}
