import {
  type Limit,
  type LimitContext,
  type Limits,
  limitsInForce,
  type SiteLimits,
  smaller,
  smallestOf,
} from "../limits.ts";
import { currentA } from "../units.ts";
import { allotment } from "./allotment.ts";
import type { BoxShare, EqualBoxes, LimitSight } from "./box-share.ts";

/** The limit of a box, and what it may claim before boxes after it get anything. */
export interface SharedLimit {
  readonly limit: Limit;
  readonly claim: Limit;
  /** Every limit in force, with what the other boxes leave. */
  readonly inForce: Limits;
}

type Asked = Omit<LimitContext, "sample" | "others">;

/**
 * The limit of one of several boxes. It is lowered only by what boxes before it and the house leave it: the boxes after
 * it are told to make room in the same pass. It is raised only into what is free with all that the others may draw.
 */
export function sharedLimit(asked: Asked, share: BoxShare): SharedLimit {
  // What the meter does not show yet of this car is its own: it bounds what is raised, not what is claimed.
  const served = servedLimits({ ...asked, isCarMetered: true }, share);
  const claim = smallestOf(served);
  if (claim.maxCurrentA <= asked.setpointA) return { limit: claim, claim, inForce: served };
  const raised = smallestOf(seenLimits(asked, share.raised));
  const held: Limit = { name: raised.name, maxCurrentA: Math.max(raised.maxCurrentA, asked.setpointA) };
  return { limit: smaller(claim, held), claim, inForce: tightened(served, held) };
}

function servedLimits(asked: Asked, { served, equals, appetiteA }: BoxShare): Limits {
  const seen = seenLimits(asked, served);
  const hungry =
    appetiteA === undefined ? seen : tightened(seen, { name: "other_wallboxes", maxCurrentA: appetiteA });
  return equals === undefined ? hungry : tightened(hungry, equalPart(asked, equals));
}

function seenLimits(asked: Asked, { sample, others }: LimitSight): Limits {
  const inForce = limitsInForce({ ...asked, sample, others });
  if (sample.meterTrust !== "lost") return inForce;
  // Blind, the boxes together stay below what the connection could carry if the house took nothing.
  const { mainFuseA, importLimitW = Number.POSITIVE_INFINITY } = asked.limits;
  const roomA = Math.min(mainFuseA - others.currentA, currentA(importLimitW - others.powerW, asked.phases));
  return tightened(inForce, { name: "other_wallboxes", maxCurrentA: roomA });
}

/** The limits with one more; of the same name only the smaller stays. */
function tightened([first, ...others]: Limits, limit: Limit): Limits {
  const tighter = (known: Limit) => (known.name === limit.name ? smaller(known, limit) : known);
  const isKnown = [first, ...others].some(({ name }) => name === limit.name);
  return [tighter(first), ...others.map(tighter), ...(isKnown ? [] : [limit])];
}

/** Equal parts for boxes of the same priority, where each gets at least its minimum; else one after the other. */
function equalPart(asked: Asked, { sight, own, claims }: EqualBoxes): Limit {
  const budgetA = smallestOf(seenLimits(withoutOwnLimits(asked), unrated(sight))).maxCurrentA;
  return { name: "other_wallboxes", maxCurrentA: allotment(budgetA, claims)(own) };
}

/** What one box may be given is no budget that several have to share. */
function withoutOwnLimits(asked: Asked): Asked {
  const limits: SiteLimits = {
    ...asked.limits,
    configuredMaxA: Number.POSITIVE_INFINITY,
    failsafeCurrentA: Number.POSITIVE_INFINITY,
    unattendedMaxA: Number.POSITIVE_INFINITY,
    cableCurrentA: undefined,
  };
  return { ...asked, limits, userMaxA: undefined };
}

function unrated({ sample, others }: LimitSight): LimitSight {
  const { wallbox } = sample;
  const capability = { ...wallbox.capability, maxCurrentA: Number.POSITIVE_INFINITY };
  return { sample: { ...sample, wallbox: { ...wallbox, capability } }, others };
}
