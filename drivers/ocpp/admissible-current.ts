/** Currents that a box takes, A per phase. */
export interface AdmissibleSteps {
  readonly minCurrentA: number;
  readonly maxCurrentA: number;
  readonly stepA: number;
  /** The only ones that it takes, ascending; undefined where it takes any step. */
  readonly stepsA?: readonly number[];
}

/** 0 below the minimum (IEC 61851: no current between 0 and 6 A); else capped and in the box's steps, rounded down. */
export function admissibleCurrentA(askedA: number, box: AdmissibleSteps): number {
  const cappedA = Math.min(askedA, box.maxCurrentA);
  const steppedA = box.stepsA?.findLast((stepA) => stepA <= cappedA + 1e-6) ?? wholeSteps(cappedA, box);
  return steppedA >= box.minCurrentA ? steppedA : 0;
}

function wholeSteps(currentA: number, { stepA, stepsA }: AdmissibleSteps): number {
  return stepsA === undefined ? Math.round(Math.floor(currentA / stepA + 1e-6) * stepA * 10) / 10 : 0;
}
