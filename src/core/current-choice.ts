import { type SharedLimit, sharedLimit } from "./boxes/shared-limit.ts";
import { carPhases } from "./car-phases.ts";
import type { ChargeMachineState } from "./charge-machine.ts";
import type { ControlOptions, PassInput } from "./decide.ts";
import {
  type Limit,
  type LimitContext,
  type LimitName,
  limitedCurrentA,
  limitsInForce,
  smallestOf,
} from "./limits.ts";
import type { HeldLink, Link } from "./link.ts";
import type { PassView } from "./pass-view.ts";
import { type Reason, reasons } from "./reasons.ts";
import { pacedCurrentA, pacedPhases } from "./setpoint.ts";
import type { BoostState } from "./settings.ts";
import { type Followed, type Follower, followSurplus } from "./surplus-follower.ts";
import type { PhaseCount } from "./units.ts";
import { type Wish, wish } from "./wish.ts";

/** What a pass has decided on the current. */
export interface CurrentChoice {
  /** A per phase; undefined while the box has not been read. */
  readonly setpointA: number | undefined;
  readonly phases: PhaseCount;
  /** The limit that stands between the wish and the set point. */
  readonly limitedBy: LimitName | undefined;
  /** Every limit in force; none are told while the box has not been read. */
  readonly limits: readonly Limit[];
  /** True when a limit forces the set point down. */
  readonly isUrgent: boolean;
  readonly reason: Reason;
  /** The link with the new set point. */
  readonly link: Link;
  readonly follower: Follower;
  readonly claim: CurrentClaim;
}

/** What a box asks of the house before any limit, and the most that it could have if boxes after it made room, A. */
export interface CurrentClaim {
  readonly wantedA: number;
  readonly mostA: number;
}

const NO_CLAIM: CurrentClaim = { wantedA: 0, mostA: 0 };

interface Outcome {
  readonly machine: ChargeMachineState;
  readonly boost: BoostState;
  readonly follower: Follower;
  /** Since the pass before, ms. */
  readonly durationMs: number;
}

/** From the wish of the mode to the set point: paced, and under the smallest limit. */
export function currentChoice(view: PassView, outcome: Outcome, options: ControlOptions): CurrentChoice {
  const { link } = view;
  const { isConnected, capability } = view.input.sample.wallbox;
  if (link.kind === "held") {
    const followed = followedSurplus(view, link, outcome, options);
    const aim = wished(view, link, { ...outcome, followed }, options);
    return {
      ...heldChoice(view, link, aim, options),
      follower: followed?.follower ?? atRest(outcome.follower),
    };
  }
  const reason = isConnected ? reasons.startingUp() : reasons.wallboxDisconnected();
  return {
    setpointA: undefined,
    phases: capability.phases,
    limitedBy: undefined,
    limits: [],
    isUrgent: false,
    reason,
    link,
    follower: atRest(outcome.follower),
    claim: NO_CLAIM,
  };
}

/** What was missed while nothing could be followed proves nothing. */
function atRest(follower: Follower): Follower {
  return { ...follower, missedWh: 0 };
}

/** Undefined unless the machine charges by surplus and the surplus is known. */
function followedSurplus(
  { input, surplusPowerW, loopDelayMs }: PassView,
  link: HeldLink,
  { machine, follower, durationMs }: Outcome,
  options: ControlOptions,
): Followed | undefined {
  const { sample } = input;
  const { capability, chargePowerW, isFollowing } = sample.wallbox;
  if (machine.value !== "active" || surplusPowerW === undefined || chargePowerW === undefined)
    return undefined;
  const canSwitchPhases =
    capability.canSwitchPhases && isFollowing && !isBudgetSpent(input.writesToday, options);
  return followSurplus(follower, {
    nowMs: sample.nowMs,
    durationMs,
    day: input.day,
    surplusPowerW: Math.min(surplusPowerW, input.share?.mostFollowedW ?? surplusPowerW),
    chargePowerW: chargePowerW.value,
    setpointA: link.setpointA,
    capability: {
      ...capability,
      canSwitchPhases,
      maxCurrentA: Math.min(capability.maxCurrentA, options.limits.configuredMaxA),
    },
    ratedCurrentA: capability.maxCurrentA,
    carPhases: carPhases(sample.wallbox),
    loopDelayMs,
    constants: options.constants,
  });
}

function isBudgetSpent(writesToday: number, { maxWritesPerDay }: ControlOptions): boolean {
  return writesToday >= maxWritesPerDay;
}

function wished(
  view: PassView,
  link: HeldLink,
  {
    machine,
    boost,
    followed,
  }: Pick<Outcome, "machine" | "boost"> & { readonly followed: Followed | undefined },
  options: ControlOptions,
): Wish {
  const { input, law, surplusPowerW } = view;
  const { sample, settings, plan } = input;
  return wish({
    sample,
    mode: settings.mode,
    boost,
    state: machine.value,
    proofWh: machine.context.proofWh,
    law,
    surplusPowerW,
    plan,
    setpointA: link.setpointA,
    followed,
    isAdopting: view.isAdopting,
    blindCurrentA: options.blindCurrentA,
  });
}

function heldChoice(
  view: PassView,
  link: HeldLink,
  aim: Wish,
  options: ControlOptions,
): Omit<CurrentChoice, "follower"> {
  const { input, isSettled, isMeterSettled, surplusPowerW } = view;
  const { sample, settings } = input;
  const { capability, isContested } = sample.wallbox;
  const isFollowing = sample.wallbox.isFollowing && isContested !== true;
  const { setpointA, lastChangeMs, adoptedMs, adoptingUntilMs } = link;
  const pacing = {
    nowMs: sample.nowMs,
    setpointA,
    lastChangeMs,
    limitedBy: link.limitedBy,
    isSettled,
    isCarSeen: sample.wallbox.chargePowerW !== undefined,
    meterTrust: sample.meterTrust,
    isFollowing,
    isBudgetSpent: isBudgetSpent(input.writesToday, options),
    constants: options.constants,
  };
  const phases = pacedPhases(aim.phases ?? link.phases, link.phases, pacing);
  const { limit, claim, inForce } = ownLimit(input, {
    limits: options.limits,
    userMaxA: settings.maxCurrentA,
    isSafeMode: input.isSafeMode,
    operatorLimitW: input.gridOperator?.limitW,
    setpointA,
    phases,
    isMeterSettled,
    isSettled: view.isShown,
    isCarMetered: view.isCarMetered,
    carRange: view.carRange,
    isAdopting: view.isAdopting,
  });
  const target = limitedCurrentA(aim.currentA, limit, capability);
  // A change of phases interrupts the current anyway; from a pause it has to wait like any start.
  const isInterrupting = phases !== link.phases && setpointA > 0;
  const pacedA = isInterrupting ? target.currentA : pacedCurrentA(target.currentA, pacing);
  const limited = limitedCurrentA(pacedA, limit, capability);
  const { currentA } = limited;
  const { limitedBy } = currentA === target.currentA ? target : limited;
  // While a raise has to wait, what the set point was made for still holds.
  const isHeld = currentA === setpointA && currentA < target.currentA;
  const reportedBy = limitedBy ?? (isHeld ? link.limitedBy : undefined);
  const isSame = currentA === setpointA && phases === link.phases;
  return {
    setpointA: currentA,
    phases,
    limitedBy: reportedBy,
    limits: inForce,
    isUrgent: limitedBy !== undefined && currentA < setpointA,
    // Under suspicion nothing is raised: what was wanted does not explain the current.
    reason:
      sample.meterTrust === "suspect" && currentA < target.currentA
        ? reasons.meterSuspect(currentA)
        : aim.reason,
    link: {
      kind: "held",
      setpointA: currentA,
      phases,
      lastChangeMs: isSame ? lastChangeMs : sample.nowMs,
      adoptedMs,
      adoptingUntilMs: surplusPowerW === undefined ? adoptingUntilMs : undefined,
      limitedBy: reportedBy,
    },
    claim: { wantedA: aim.currentA, mostA: claim.maxCurrentA },
  };
}

function ownLimit({ sample, share }: PassInput, asked: Omit<LimitContext, "sample">): SharedLimit {
  if (share !== undefined) return sharedLimit(asked, share);
  const inForce = limitsInForce({ ...asked, sample });
  const limit = smallestOf(inForce);
  return { limit, claim: limit, inForce };
}
