import { costAt, type Fillable, type FillProblem, type FillRow, fillRows, wholeCost } from "./fill-tables.ts";

/** How much of a stretch is used, 0..1: from its start on, or up to its end. */
export interface Fill {
  readonly share: number;
  readonly side: "start" | "end";
}

/**
 * The cheapest way to yield exactly `units`, one fill for each stretch. Throws when they cannot. Exact: for a given sequence of starts the rest is
 * a linear programme with one constraint, so some optimum uses at most one stretch in part. That stretch is tried in every
 * place, between the cheapest uses of whole stretches before and after it.
 */
export function cheapestFill(problem: FillProblem): readonly Fill[] {
  const rows = fillRows(problem);
  const joint = bestJoint(problem, rows);
  return [
    ...wholeBefore(problem, rows.slice(0, joint.index), joint),
    { share: joint.share, side: joint.side },
    ...wholeAfter(problem, rows.slice(joint.index + 1), joint),
  ];
}

/** The one stretch that may be used in part, and what stands on either side of it. */
interface Joint extends Place, Fill {
  readonly cost: number;
  readonly unitsAfter: number;
  readonly isRunningAfter: boolean;
}

/** A stretch with something that can stand before it. */
interface Place {
  readonly index: number;
  readonly row: FillRow;
  readonly unitsBefore: number;
  readonly isRunningBefore: boolean;
  readonly costBefore: number;
}

function bestJoint(problem: FillProblem, rows: readonly FillRow[]): Joint {
  let best: Joint | undefined;
  for (const place of places(rows)) {
    best = bestAt(place, problem, best?.cost ?? Number.POSITIVE_INFINITY) ?? best;
  }
  if (best === undefined) throw new RangeError("the stretches cannot yield what is asked for");
  return best;
}

/** Every stretch with everything that can stand before it. */
function* places(rows: readonly FillRow[]): Generator<Place> {
  for (const [index, row] of rows.entries()) {
    for (const isRunningBefore of [true, false]) {
      const costs = isRunningBefore ? row.before.on : row.before.off;
      for (const [unitsBefore, costBefore] of costs.entries()) {
        if (costBefore === Number.POSITIVE_INFINITY) continue;
        yield { index, row, unitsBefore, isRunningBefore, costBefore };
      }
    }
  }
}

/** The cheapest joint with what is given before it, if it costs less than `limit`. */
function bestAt(place: Place, problem: FillProblem, limit: number): Joint | undefined {
  const { stretch, after } = place.row;
  const missing = problem.units - place.unitsBefore;
  let best: Joint | undefined;
  for (
    let unitsAfter = Math.max(0, Math.ceil(missing - stretch.units));
    unitsAfter <= missing;
    unitsAfter++
  ) {
    const costIfOn = costAt(after.on, unitsAfter);
    const leastCost = place.costBefore + costIfOn + (missing - unitsAfter) * stretch.unitCost;
    // Most sums cannot be had at all, and what comes after costs least when it is entered running.
    if (leastCost >= (best?.cost ?? limit)) continue;
    const use = cheapestUse(missing - unitsAfter, stretch, {
      isRunningBefore: place.isRunningBefore,
      startCost: problem.startCost,
      costIfOff: costAt(after.off, unitsAfter),
      costIfOn,
    });
    const cost = place.costBefore + use.cost;
    if (cost < (best?.cost ?? limit)) best = { ...place, ...use, cost, unitsAfter };
  }
  return best;
}

/** `units` of one stretch: carried on from before it, begun within it, or not used at all. */
function cheapestUse(
  units: number,
  stretch: Fillable,
  around: {
    readonly isRunningBefore: boolean;
    readonly startCost: number;
    readonly costIfOff: number;
    readonly costIfOn: number;
  },
): Fill & Pick<Joint, "cost" | "isRunningAfter"> {
  const { isRunningBefore, startCost, costIfOff, costIfOn } = around;
  const ownCost = units * stretch.unitCost;
  const isStart = units > 0 && !isRunningBefore;
  const early = ownCost + (isStart ? startCost : 0) + costIfOff;
  const isThrough = isRunningBefore && units === stretch.units;
  const late = ownCost + (isThrough ? 0 : startCost) + costIfOn;
  const share = isThrough && late < early ? 1 : units / Math.max(1, stretch.units);
  return late < early
    ? { share, side: "end", cost: late, isRunningAfter: true }
    : { share, side: "start", cost: early, isRunningAfter: false };
}

/** The whole stretches before the joint, traced back through the table. */
function wholeBefore(problem: FillProblem, rows: readonly FillRow[], joint: Joint): readonly Fill[] {
  const fills: Fill[] = [];
  let units = joint.unitsBefore;
  let isOn = joint.isRunningBefore;
  for (const { stretch, before } of rows.toReversed()) {
    fills.unshift({ share: isOn ? 1 : 0, side: "start" });
    const startCost = isOn ? problem.startCost : 0;
    units -= isOn ? stretch.units : 0;
    isOn = costAt(before.on, units) < costAt(before.off, units) + startCost;
  }
  return fills;
}

/** The whole stretches after the joint, followed through the table. */
function wholeAfter(problem: FillProblem, rows: readonly FillRow[], joint: Joint): readonly Fill[] {
  let units = joint.unitsAfter;
  let isOn = joint.isRunningAfter;
  return rows.map(({ stretch, after }) => {
    const whole =
      costAt(after.on, units - stretch.units) + wholeCost(stretch) + (isOn ? 0 : problem.startCost);
    isOn = whole < costAt(after.off, units);
    units -= isOn ? stretch.units : 0;
    return { share: isOn ? 1 : 0, side: "start" };
  });
}
