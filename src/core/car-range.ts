/** The least and the most that the meter may contain of the car, W. */
export interface CarRange {
  readonly leastW: number;
  readonly mostW: number;
}

/**
 * All that the car was measured at since the meter last showed what it draws: which of it the meter contains is not known.
 * Undefined while nothing was measured.
 */
export function nextCarRange(
  range: CarRange | undefined,
  { chargePowerW, isShown }: { readonly chargePowerW: number | undefined; readonly isShown: boolean },
): CarRange | undefined {
  if (chargePowerW === undefined) return isShown ? undefined : range;
  const { leastW, mostW } = isShown || range === undefined ? AROUND : range;
  return { leastW: Math.min(leastW, chargePowerW), mostW: Math.max(mostW, chargePowerW) };
}

const AROUND: CarRange = { leastW: Number.POSITIVE_INFINITY, mostW: Number.NEGATIVE_INFINITY };
