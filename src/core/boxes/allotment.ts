/** What one of several takers needs at least and can use at most, in the unit of the budget. */
export interface Claim {
  readonly least: number;
  readonly most: number;
}

/**
 * Divides a budget: in their order takers get their least as long as there is enough; what is left goes to those that
 * are served, so that their shares are as equal as their bounds allow. The result tells the share of each claim.
 */
export function allotment(budget: number, claims: readonly Claim[]): (claim: Claim) => number {
  let left = budget;
  const served = claims.filter(({ least }) => {
    const isServed = least <= left;
    if (isServed) left -= least;
    return isServed;
  });
  const level = commonLevel(budget, served);
  return (claim) => (served.includes(claim) ? bounded(level, claim) : 0);
}

/** The level at which the bounded shares add up to the budget, or use up all that can be used. */
function commonLevel(budget: number, claims: readonly Claim[]): number {
  const total = (level: number) => claims.reduce((sum, claim) => sum + bounded(level, claim), 0);
  const corners = claims.flatMap(({ least, most }) => [least, most]).sort((a, b) => a - b);
  let low = 0;
  for (const corner of corners) {
    if (total(corner) >= budget) {
      const growing = claims.filter(({ least, most }) => least < corner && most > low).length;
      return low + (budget - total(low)) / Math.max(1, growing);
    }
    low = corner;
  }
  return low;
}

function bounded(level: number, { least, most }: Claim): number {
  return Math.min(Math.max(level, least), most);
}
