import { type Limit, type LimitContext, type SiteLimits, smallestLimit } from "../limits.ts";
import { currentA } from "../units.ts";
import { allotment } from "./allotment.ts";
import type { BoxShare, EqualBoxes, LimitSight } from "./box-share.ts";

/** The limit of a box, and what it may claim before boxes after it get anything. */
export interface SharedLimit {
  readonly limit: Limit;
  readonly claim: Limit;
}

type Asked = Omit<LimitContext, "sample" | "others">;

/**
 * The limit of one of several boxes. It is lowered only by what boxes before it and the house leave it: the boxes after
 * it are told to make room in the same pass. It is raised only into what is free with all that the others may draw.
 */
export function sharedLimit(asked: Asked, share: BoxShare): SharedLimit {
  const claim = servedLimit(asked, share);
  if (claim.maxCurrentA <= asked.setpointA) return { limit: claim, claim };
  const raised = seenLimit(asked, share.raised);
  const held: Limit = { name: raised.name, maxCurrentA: Math.max(raised.maxCurrentA, asked.setpointA) };
  return { limit: smaller(claim, held), claim };
}

function servedLimit(
  asked: Asked,
  { served, equals, appetiteA = Number.POSITIVE_INFINITY }: BoxShare,
): Limit {
  const limit = smaller(seenLimit(asked, served), { name: "other_wallboxes", maxCurrentA: appetiteA });
  return equals === undefined ? limit : smaller(limit, equalPart(asked, equals));
}

function seenLimit(asked: Asked, { sample, others }: LimitSight): Limit {
  const limit = smallestLimit({ ...asked, sample, others });
  if (sample.meterTrust !== "lost") return limit;
  // Blind, the boxes together stay below what the connection could carry if the house took nothing.
  const { mainFuseA, importLimitW = Number.POSITIVE_INFINITY } = asked.limits;
  const roomA = Math.min(mainFuseA - others.currentA, currentA(importLimitW - others.powerW, asked.phases));
  return smaller(limit, { name: "other_wallboxes", maxCurrentA: roomA });
}

/** Equal parts for boxes of the same priority, where each gets at least its minimum; else one after the other. */
function equalPart(asked: Asked, { sight, own, claims }: EqualBoxes): Limit {
  const budgetA = seenLimit(withoutOwnLimits(asked), unrated(sight)).maxCurrentA;
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

function smaller(one: Limit, other: Limit): Limit {
  return other.maxCurrentA < one.maxCurrentA ? other : one;
}
