import {
  type CostPair,
  costAt,
  type Fillable,
  type FillProblem,
  type FillTables,
  fillTables,
  wholeCost,
} from "./fill-tables.ts";

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
  const tables = fillTables(problem);
  const joint = bestJoint(problem, tables);
  return [
    ...wholeBefore(problem, tables, joint),
    { share: joint.share, side: joint.side },
    ...wholeAfter(problem, tables, joint),
  ];
}

/** The one stretch that may be used in part, and what stands on either side of it. */
interface Joint extends Fill {
  readonly cost: number;
  readonly index: number;
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  readonly isRunningBefore: boolean;
  readonly isRunningAfter: boolean;
}

type Place = Pick<Joint, "index" | "unitsBefore" | "isRunningBefore">;

function bestJoint(problem: FillProblem, tables: FillTables): Joint {
  let best: Joint | undefined;
  for (const place of places(tables)) {
    best = bestAt(place, problem, tables, best?.cost ?? Number.POSITIVE_INFINITY) ?? best;
  }
  if (best === undefined) throw new RangeError("the stretches cannot yield what is asked for");
  return best;
}

/** Every stretch with everything that can stand before it. */
function* places({ before }: FillTables): Generator<Place> {
  for (const [index, pair] of before.slice(0, -1).entries()) {
    for (const isRunningBefore of [true, false]) {
      const costs = side(pair, isRunningBefore);
      for (let unitsBefore = 0; unitsBefore < costs.length; unitsBefore++) {
        if (costs[unitsBefore] !== Number.POSITIVE_INFINITY) yield { index, unitsBefore, isRunningBefore };
      }
    }
  }
}

/** The cheapest joint with what is given before it, if it costs less than `limit`. */
function bestAt(place: Place, problem: FillProblem, tables: FillTables, limit: number): Joint | undefined {
  const stretch = problem.stretches[place.index];
  const after = tables.after[place.index + 1];
  const before = tables.before[place.index];
  if (stretch === undefined || after === undefined || before === undefined) return undefined;
  const costBefore = costAt(side(before, place.isRunningBefore), place.unitsBefore);
  const missing = problem.units - place.unitsBefore;
  let best: Joint | undefined;
  for (
    let unitsAfter = Math.max(0, Math.ceil(missing - stretch.units));
    unitsAfter <= missing;
    unitsAfter++
  ) {
    const costIfOn = costAt(after.on, unitsAfter);
    const leastCost = costBefore + costIfOn + (missing - unitsAfter) * stretch.unitCost;
    // Most sums cannot be had at all, and what comes after costs least when it is entered running.
    if (leastCost >= (best?.cost ?? limit)) continue;
    const use = cheapestUse(missing - unitsAfter, stretch, {
      isRunningBefore: place.isRunningBefore,
      startCost: problem.startCost,
      costIfOff: costAt(after.off, unitsAfter),
      costIfOn,
    });
    const cost = costBefore + use.cost;
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
function wholeBefore(problem: FillProblem, tables: FillTables, joint: Joint): readonly Fill[] {
  const fills: Fill[] = [];
  let units = joint.unitsBefore;
  let isOn = joint.isRunningBefore;
  for (let index = joint.index - 1; index >= 0; index--) {
    const stretch = problem.stretches[index];
    const pair = tables.before[index];
    if (stretch === undefined || pair === undefined) break;
    fills.unshift({ share: isOn ? 1 : 0, side: "start" });
    const startCost = isOn ? problem.startCost : 0;
    units -= isOn ? stretch.units : 0;
    isOn = costAt(pair.on, units) < costAt(pair.off, units) + startCost;
  }
  return fills;
}

/** The whole stretches after the joint, followed through the table. */
function wholeAfter(problem: FillProblem, tables: FillTables, joint: Joint): readonly Fill[] {
  let units = joint.unitsAfter;
  let isOn = joint.isRunningAfter;
  return problem.stretches.slice(joint.index + 1).map((stretch, offset) => {
    const next = tables.after[joint.index + 2 + offset];
    if (next === undefined) return { share: 0, side: "start" };
    const whole =
      costAt(next.on, units - stretch.units) + wholeCost(stretch) + (isOn ? 0 : problem.startCost);
    isOn = whole < costAt(next.off, units);
    units -= isOn ? stretch.units : 0;
    return { share: isOn ? 1 : 0, side: "start" };
  });
}

function side({ off, on }: CostPair, isOn: boolean): Float64Array {
  return isOn ? on : off;
}
