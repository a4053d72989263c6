/** A stretch that can be used wholly, in part, or not at all. */
export interface Fillable {
  /** What it yields when used wholly: whole units. */
  readonly units: number;
  /** Cost of one unit; may be below zero. */
  readonly unitCost: number;
}

export interface FillProblem {
  readonly stretches: readonly Fillable[];
  /** What all stretches together must yield: above 0, at most the sum of their units. */
  readonly units: number;
  /** Cost of each start; 0 or more. */
  readonly startCost: number;
  /** True when the first stretch can be entered without a start. */
  readonly isRunning: boolean;
}

/** Cost of the cheapest use of whole stretches, by the units that they yield; infinite where there is none. */
export interface CostPair {
  readonly off: Float64Array;
  readonly on: Float64Array;
}

/** A stretch, and what whole stretches on either side of it can yield at which cost. */
export interface FillRow {
  readonly stretch: Fillable;
  /** Those before it, by whether they are running where it begins. */
  readonly before: CostPair;
  /** Those after it, by whether the next is entered running. */
  readonly after: CostPair;
}

/** One row for each stretch, in their order. */
export function fillRows({ stretches, units, startCost, isRunning }: FillProblem): readonly FillRow[] {
  const size = Math.floor(units) + 1;
  let before = emptyPair(size);
  (isRunning ? before.on : before.off)[0] = 0;
  const entered: Omit<FillRow, "after">[] = [];
  for (const stretch of stretches) {
    entered.push({ stretch, before });
    before = pairBehind(before, stretch, startCost);
  }
  let after = emptyPair(size);
  after.off[0] = 0;
  after.on[0] = 0;
  const rows: FillRow[] = [];
  for (const row of entered.toReversed()) {
    rows.push({ ...row, after });
    after = pairAhead(after, row.stretch, startCost);
  }
  return rows.reverse();
}

export function costAt(costs: Float64Array, units: number): number {
  return costs[units] ?? Number.POSITIVE_INFINITY;
}

export function wholeCost({ units, unitCost }: Fillable): number {
  return units * unitCost;
}

function pairBehind({ off, on }: CostPair, stretch: Fillable, startCost: number): CostPair {
  const next = emptyPair(off.length);
  for (let sum = 0; sum < off.length; sum++) {
    next.off[sum] = Math.min(costAt(off, sum), costAt(on, sum));
    const entered = Math.min(costAt(off, sum - stretch.units) + startCost, costAt(on, sum - stretch.units));
    next.on[sum] = entered + wholeCost(stretch);
  }
  return next;
}

function pairAhead({ off, on }: CostPair, stretch: Fillable, startCost: number): CostPair {
  const next = emptyPair(off.length);
  for (let sum = 0; sum < off.length; sum++) {
    const whole = costAt(on, sum - stretch.units) + wholeCost(stretch);
    next.off[sum] = Math.min(costAt(off, sum), whole + startCost);
    next.on[sum] = Math.min(costAt(off, sum), whole);
  }
  return next;
}

function emptyPair(size: number): CostPair {
  const empty = () => new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  return { off: empty(), on: empty() };
}
