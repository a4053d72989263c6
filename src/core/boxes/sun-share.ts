import type { HouseSample } from "../site-sample.ts";
import { surplusPowerW } from "../surplus.ts";
import { currentA, NOMINAL_VOLTAGE_V } from "../units.ts";
import { usableSample } from "../usable-sample.ts";
import { allotment, type Claim } from "./allotment.ts";
import { powerRangeW, type SeenBox } from "./seen-box.ts";

/** A car starts, or follows a raise, within this time, ms: until then its allowance is kept for it. */
const RESERVED_MS = 60_000;
/** A set point this near to its part is not changed, A. */
const NEAR_A = 0.5;

/** How far a box is on its way to charging by surplus. */
export type SunStage = "resting" | "proving" | "charging";

/** A box that follows the sun, with how far it is. */
export interface SunBox {
  readonly seen: SeenBox;
  readonly stage: SunStage;
}

/** What one box sees of the surplus. */
export interface SunShare {
  readonly surplusPowerW: number;
  /** The most that it may follow before the others have made room, W. */
  readonly mostFollowedW: number;
}

/**
 * Surplus of all boxes that follow the sun, W: what the house would export without them. Undefined while the grid is
 * not known or one of them does not yet show in the readings as it was told.
 */
export function commonSurplusW(house: HouseSample, boxes: readonly SeenBox[]): number | undefined {
  const followers = boxes.filter(({ isFollowingSun }) => isFollowingSun);
  const surplusW = pooledSurplusW(house, followers);
  if (surplusW === undefined || followers.some(({ isSettling }) => isSettling)) return undefined;
  const others = boxes.filter(({ isFollowingSun }) => !isFollowingSun);
  return surplusW - sum(others.map((box) => reservedPowerW(box, house.nowMs) - box.drawnW));
}

/** Surplus of the house with these boxes taken together, W; undefined while the grid is not known. */
export function pooledSurplusW(house: HouseSample, boxes: readonly SeenBox[]): number | undefined {
  const [first] = boxes;
  if (first === undefined) return undefined;
  const chargePowerW = { value: sum(boxes.map(({ drawnW }) => drawnW)), atMs: house.nowMs };
  return surplusPowerW(usableSample({ ...house, wallbox: { ...first.wallbox, chargePowerW } }));
}

/**
 * Equal parts for the boxes of one priority, in the order in which they began. One that charges keeps its minimum: who
 * comes later starts only on what is left when all of them are at theirs, and is the first to stop.
 */
export function sunShare(groupW: number, box: SunBox, group: readonly SunBox[], nowMs: number): SunShare {
  const engaged = group.filter((other) => other === box || other.stage !== "resting");
  const others = engaged
    .filter((other) => other !== box)
    .map(({ seen, stage }) => ({ seen, claim: sunClaim({ seen, stage }) }));
  const before = others.slice(0, engaged.indexOf(box));
  const leftW = groupW - sum(before.map(({ claim }) => claim.least));
  const own = rangeClaim(box);
  if (box.stage !== "charging") {
    const allowedW = sum(others.map(({ seen }) => reservedPowerW(seen, nowMs)));
    return { surplusPowerW: leftW, mostFollowedW: Math.max(own.least, groupW - allowedW) };
  }
  const partW = parts(groupW, [own, ...others.map(({ claim }) => claim)]);
  const othersW = sum(others.map(({ claim }) => partW(claim)));
  const surplusW = Math.min(leftW, Math.max(own.least, groupW - othersW));
  return { surplusPowerW: surplusW, mostFollowedW: surplusW };
}

/** What the boxes of one priority take of their surplus, W; the rest is for those below. */
export function usedBySunW(groupW: number, group: readonly SunBox[], nowMs: number): number {
  const engaged = group
    .filter(({ stage }) => stage !== "resting")
    .map((box) => ({ box, claim: sunClaim(box) }));
  const partW = parts(
    groupW,
    engaged.map(({ claim }) => claim),
  );
  return sum(engaged.map(({ box, claim }) => takenPartW(box, partW(claim), nowMs)));
}

/** The minimum of each, and the rest in equal parts. */
function parts(groupW: number, claims: readonly Claim[]): (claim: Claim) => number {
  return allotment(Math.max(groupW, sum(claims.map(({ least }) => least))), claims);
}

/** A box that has come as near to its part as its steps allow leaves the rest of it to others. */
function takenPartW({ seen, stage }: SunBox, partW: number, nowMs: number): number {
  const { stepA, phases } = seen.wallbox.capability;
  const missA = Math.abs(currentA(partW, phases) - seen.mayDrawA);
  return stage === "charging" && missA <= Math.max(stepA, NEAR_A) ? reservedPowerW(seen, nowMs) : partW;
}

/** What a box stands for in the parts of the others, W. */
function sunClaim(box: SunBox): Claim {
  const { seen, stage } = box;
  const { least, most } = rangeClaim(box);
  if (stage === "proving") return { least, most: least };
  const isSlow = seen.box.state.standing.appetiteA !== undefined;
  return isSlow ? { least: Math.min(least, seen.drawnW), most: seen.drawnW } : { least, most };
}

function rangeClaim({ seen }: SunBox): Claim {
  const { leastW, mostW } = powerRangeW(seen);
  return { least: leastW, most: mostW };
}

/** What the car draws, or what it is allowed while it may still be on its way there, W. */
function reservedPowerW({ held, drawnW, phases }: SeenBox, nowMs: number): number {
  if (held === undefined || nowMs - held.lastChangeMs >= RESERVED_MS) return drawnW;
  return Math.max(drawnW, held.setpointA * phases * NOMINAL_VOLTAGE_V);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
