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

/** One moment's say on a case: for or against it, and by how much, W. */
export interface Evidence {
  readonly isFor: boolean;
  readonly sizeW: number;
}

/** A rule that takes `durationMs` for evidence of `usualW`. */
export function proofRule(
  durationMs: number,
  weights: { readonly usualW: number; readonly floorW: number; readonly ceilingW: number },
): ProofRule {
  const { usualW, floorW, ceilingW } = weights;
  return { fullWh: energyWh(usualW, durationMs), floorW, ceilingW };
}

/** The proof after `durationMs` of this evidence; without evidence nothing is proved and nothing is lost. */
export function accumulatedProofWh(
  proofWh: number,
  evidence: Evidence | undefined,
  durationMs: number,
  rule: ProofRule,
): number {
  const changeWh = evidence === undefined ? 0 : energyWh(weightW(evidence, rule), durationMs);
  return Math.min(Math.max(proofWh + changeWh, 0), rule.fullWh);
}

export function isProved(proofWh: number, rule: ProofRule): boolean {
  return proofWh >= rule.fullWh;
}

/** Time until the case is proved if the evidence stays as it is, ms; undefined when it speaks against it. */
export function timeToProofMs(proofWh: number, evidence: Evidence, rule: ProofRule): number | undefined {
  if (!evidence.isFor) return undefined;
  return ((rule.fullWh - proofWh) / weightW(evidence, rule)) * 3_600_000;
}

/** Time that a case which only just holds needs from nothing, ms. */
export function slowestProofMs({ fullWh, floorW }: ProofRule): number {
  return (fullWh / floorW) * 3_600_000;
}

function weightW({ isFor, sizeW }: Evidence, rule: ProofRule): number {
  const magnitudeW = Math.min(Math.max(sizeW, rule.floorW), rule.ceilingW);
  return isFor ? magnitudeW : -magnitudeW;
}
