import { isPluggedIn } from "../boost.ts";
import type { Decision } from "../decide.ts";
import { ceilToStepA, floorToStepA } from "../limits.ts";
import type { SiteSample } from "../site-sample.ts";
import type { Claim } from "./allotment.ts";
import type { BoxStanding } from "./box-pass.ts";
import type { BoxShare, EqualBoxes } from "./box-share.ts";
import { type CountedBox, countedAtMost, countedAtTarget, limitSight } from "./limit-sight.ts";
import type { SeenBox } from "./seen-box.ts";

/** A box that waits beside others of its priority needs this much more than its minimum: else a kettle stops it again. */
const START_MARGIN = 1.25;
/** A car is slow rather than on its way when it takes less than its allowance for this long, ms. */
const APPETITE_AFTER_MS = 60_000;
/** It counts as slow when it stays this far below, and is left this much more than it takes, A. */
const SLOW_BELOW_A = 2;
const APPETITE_MARGIN_A = 2;
/** It has got hungry again when it comes this near to what it was left, A. */
const HUNGRY_WITHIN_A = 1;

/** A box that this pass has decided on. */
export interface DecidedBox {
  readonly seen: SeenBox;
  readonly decision: Decision;
  readonly standing: BoxStanding;
}

/** Boxes by priority; within one, those first that charge, the longest first, then as in the config. */
export function servingOrder(boxes: readonly SeenBox[]): readonly (readonly SeenBox[])[] {
  const groups = new Map<number, SeenBox[]>();
  for (const seen of boxes) {
    const { priority } = seen.box.options;
    groups.set(priority, [...(groups.get(priority) ?? []), seen]);
  }
  const sinceMs = ({ box }: SeenBox) => box.state.standing.engagedSinceMs ?? Number.MAX_VALUE;
  return [...groups.entries()]
    .sort(([one], [other]) => other - one)
    .map(([, group]) => group.sort((one, other) => sinceMs(one) - sinceMs(other)));
}

/** Another box as it stands at this point of the pass; what is not decided yet has claimed nothing. */
interface Neighbour {
  readonly seen: SeenBox;
  readonly isDecided: boolean;
  readonly standing: BoxStanding;
}

/** The limits of a box, as the boxes before it, those of its priority and all others leave them. */
export function limitShare(
  seen: SeenBox,
  sample: SiteSample,
  around: { readonly decided: readonly DecidedBox[]; readonly all: readonly SeenBox[] },
): Pick<BoxShare, "served" | "raised" | "equals" | "appetiteA"> {
  const decided = around.decided.map((box) => ({ ...box, isDecided: true }));
  const open = around.all
    .filter((other) => other !== seen && !decided.some((box) => box.seen === other))
    .map((other) => ({ seen: other, isDecided: false, standing: openStanding(other) }));
  const others: readonly Neighbour[] = [...decided, ...open];
  return {
    served: limitSight(sample, others.map(atClaim)),
    raised: limitSight(sample, others.map(atMost)),
    equals: equalBoxes(seen, sample, others),
    appetiteA: others.some(isWaiting) ? seen.box.state.standing.appetiteA : undefined,
  };
}

function openStanding({ box, mayDrawA }: SeenBox): BoxStanding {
  return { ...box.state.standing, mayDrawA, claimedA: 0 };
}

function atClaim({ seen, standing }: Neighbour): CountedBox {
  return countedAtTarget(seen, standing.claimedA);
}

function atMost({ seen, standing }: Neighbour): CountedBox {
  return countedAtMost(seen, Math.max(standing.mayDrawA, standing.claimedA));
}

function isWaiting({ standing }: Neighbour): boolean {
  return standing.wantedA > 0;
}

function equalBoxes(seen: SeenBox, sample: SiteSample, others: readonly Neighbour[]): EqualBoxes | undefined {
  const { priority } = seen.box.options;
  const isEqual = (other: Neighbour) => other.seen.box.options.priority === priority;
  const rivals = others.filter((other) => isEqual(other) && isWaiting(other));
  if (rivals.length === 0) return undefined;
  const own = equalClaim(seen, seen.wallbox.capability.maxCurrentA);
  const claims = (rivalsThere: readonly Neighbour[]) =>
    rivalsThere.map((rival) => equalClaim(rival.seen, appetiteOf(rival.standing)));
  const before = rivals.filter(({ isDecided }) => isDecided);
  const after = rivals.filter(({ isDecided }) => !isDecided);
  return {
    sight: limitSight(
      sample,
      others.map((other) => (isEqual(other) ? countedAtTarget(other.seen, 0) : atClaim(other))),
    ),
    own,
    claims: [...claims(before), own, ...claims(after)],
  };
}

function appetiteOf({ wantedA, appetiteA = wantedA }: BoxStanding): number {
  return Math.min(wantedA, appetiteA);
}

/** One that waits begins only where there is something to spare. */
function equalClaim({ wallbox, held }: SeenBox, mostA: number): Claim {
  const { minCurrentA } = wallbox.capability;
  const isCharging = held !== undefined && held.setpointA > 0;
  const least = isCharging ? minCurrentA : minCurrentA * START_MARGIN;
  return { least, most: Math.max(least, mostA) };
}

/** What the others have to know of a box after it was decided on. `isSettled`: all boxes show what they were told. */
export function nextStanding(
  seen: SeenBox,
  decision: Decision,
  pass: { readonly nowMs: number; readonly isSettled: boolean },
): BoxStanding {
  const { nowMs } = pass;
  const { standing } = seen.box.state;
  const { wantedA, mostA } = decision.claim;
  const setpointA = decision.setpointA ?? 0;
  const isEngaged = setpointA > 0 || decision.state.machine.value !== "idle";
  const mostSeenA = pass.isSettled ? mostA : Math.min(mostA, standing.claimedA);
  const claimedA = floorToStepA(Math.min(wantedA, mostSeenA), seen.wallbox.capability.stepA);
  return {
    mayDrawA: Math.max(seen.mayDrawA, setpointA),
    wantedA,
    claimedA: Math.max(setpointA, claimedA),
    engagedSinceMs: isEngaged ? (standing.engagedSinceMs ?? nowMs) : undefined,
    drawnW: seen.wallbox.chargePowerW ?? standing.drawnW,
    phases: seen.wallbox.chargePowerW === undefined ? standing.phases : seen.phases,
    appetiteA: nextAppetiteA(seen, nowMs),
  };
}

/** A car that was seen to take less than it may is left with a little more than it takes, until it takes that. */
function nextAppetiteA(
  { box, wallbox, held, isSettled, drawnA }: SeenBox,
  nowMs: number,
): number | undefined {
  const { appetiteA } = box.state.standing;
  if (held === undefined || held.setpointA === 0 || !isPluggedIn(wallbox.vehicle)) return undefined;
  if (appetiteA !== undefined) return drawnA > appetiteA - HUNGRY_WITHIN_A ? undefined : appetiteA;
  const isSlow = drawnA < held.setpointA - SLOW_BELOW_A;
  if (!isSlow || !isSettled || nowMs - held.lastChangeMs < APPETITE_AFTER_MS) return undefined;
  const { minCurrentA, stepA } = wallbox.capability;
  return Math.max(minCurrentA, ceilToStepA(drawnA + APPETITE_MARGIN_A, stepA));
}
