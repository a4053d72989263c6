import type { LawConstants } from "./law-constants.ts";
import { nearestStepA } from "./limits.ts";
import type { WallboxCapability } from "./site-sample.ts";
import { type CarPhases, currentA, energyWh, type PhaseCount, powerW } from "./units.ts";

/** No meter tells a smaller miss from the noise of a house, A. */
const SMALLEST_DEADBAND_A = 0.3;
/** The most that a following car is assumed to stay below its allowance, A. */
const LARGEST_OFFSET_A = 1;
/** Changes to three phases a local day. */
const MOST_SWITCHES_A_DAY = 20;
/** Longest stretch that one pass may account for, ms. */
const LONGEST_PASS_MS = 10_000;

/** What following the sun remembers from pass to pass. */
export interface Follower {
  /** Exported (above zero) or imported (below) for want of another set point, Wh. */
  readonly missedWh: number;
  /** Net solar power that the other phases would have brought more lately, W. */
  readonly phaseGainW: number;
  /** When the phases were chosen, by a start or by a change, ms. */
  readonly phasesSinceMs: number;
  readonly lastSwitchMs: number | undefined;
  readonly switchDay: string;
  readonly switchesToday: number;
}

export const NEW_FOLLOWER: Follower = {
  missedWh: 0,
  phaseGainW: 0,
  phasesSinceMs: 0,
  lastSwitchMs: undefined,
  switchDay: "",
  switchesToday: 0,
};

export interface FollowContext {
  readonly nowMs: number;
  /** Since the pass before, ms. */
  readonly durationMs: number;
  readonly day: string;
  readonly surplusPowerW: number;
  readonly chargePowerW: number;
  /** What the car is allowed, A per phase; 0 starts afresh. */
  readonly setpointA: number;
  /** With the configured maximum as its largest current. */
  readonly capability: WallboxCapability;
  /** What the box could without that maximum, A per phase. */
  readonly ratedCurrentA: number;
  /** Phases that the car charges on where the box gives it three; undefined while nobody tells. */
  readonly carPhases: CarPhases | undefined;
  /** Time that a change of the set point takes to show, ms. */
  readonly loopDelayMs: number;
  readonly constants: LawConstants;
}

export interface Followed {
  readonly follower: Follower;
  readonly currentA: number;
  /** What the surplus would give without the configured maximum, A; else the same. */
  readonly wantedA: number;
  readonly phases: PhaseCount;
}

/** The current and phases that use the surplus. What was missed is counted as energy, so that noise decides nothing. */
export function followSurplus(follower: Follower, context: FollowContext): Followed {
  const { capability, setpointA, surplusPowerW } = context;
  const today =
    follower.switchDay === context.day ? follower : { ...follower, switchDay: context.day, switchesToday: 0 };
  if (setpointA < capability.minCurrentA) return started(today, context);
  const other: PhaseCount = capability.phases === 1 ? 3 : 1;
  const gainW = phaseGainW(context, other);
  const meanGainW = nextPhaseGainW(today.phaseGainW, gainW, context);
  const isWorthIt = gainW > 0 && meanGainW >= leastGainW(today, context, other);
  if (isWorthIt && maySwitch(today, context, other)) {
    // What spoke for these phases speaks against going back.
    return switched({ ...today, phaseGainW: -meanGainW }, context, other);
  }
  const idealA = idealCurrentA(surplusPowerW, capability.phases, context);
  const missedWh = nextMissedWh(today.missedWh, idealA - setpointA, context);
  const isMissed = Math.abs(missedWh) >= allowedMissWh(context) || isOverdrawn(setpointA - idealA, context);
  const next = { ...today, phaseGainW: meanGainW, missedWh: isMissed ? 0 : missedWh };
  const nextA = isMissed ? nearestStepA(idealA, capability.stepA) : setpointA;
  return aimed(next, context, { currentA: nextA, phases: capability.phases });
}

/** From a pause the better phases are free: no current has to be interrupted. */
function started(follower: Follower, context: FollowContext): Followed {
  const { capability, surplusPowerW, nowMs } = context;
  const fresh = { ...follower, phaseGainW: 0, phasesSinceMs: nowMs };
  const three = netSolarPowerW(surplusPowerW, usedPhases(3, context), capability);
  const best: PhaseCount = three > netSolarPowerW(surplusPowerW, 1, capability) ? 3 : 1;
  const isSwitching =
    capability.canSwitchPhases && best !== capability.phases && hasSwitchesLeft(follower, best);
  return isSwitching ? switched(fresh, context, best) : steered(fresh, context, capability.phases);
}

function switched(follower: Follower, context: FollowContext, phases: PhaseCount): Followed {
  const { nowMs } = context;
  const next = {
    ...follower,
    phasesSinceMs: nowMs,
    lastSwitchMs: nowMs,
    switchesToday: follower.switchesToday + 1,
  };
  return steered(next, context, phases);
}

function steered(follower: Follower, context: FollowContext, phases: PhaseCount): Followed {
  const idealA = idealCurrentA(context.surplusPowerW, phases, context);
  const steppedA = nearestStepA(idealA, context.capability.stepA);
  return aimed({ ...follower, missedWh: 0 }, context, { currentA: steppedA, phases });
}

/** Above the configured maximum a wish goes on, so that the maximum is named as what limits it. */
function aimed(
  follower: Follower,
  context: FollowContext,
  aim: Pick<Followed, "currentA" | "phases">,
): Followed {
  const { capability, ratedCurrentA, surplusPowerW } = context;
  const surplusA = Math.min(currentA(surplusPowerW, usedPhases(aim.phases, context)), ratedCurrentA);
  const isCapped = aim.currentA >= capability.maxCurrentA;
  const wantedA = isCapped ? Math.max(aim.currentA, nearestStepA(surplusA, capability.stepA)) : aim.currentA;
  return { follower, ...aim, wantedA };
}

/** The current that takes all of the surplus, within the box's range. */
function idealCurrentA(surplusPowerW: number, phases: PhaseCount, context: FollowContext): number {
  const { minCurrentA, maxCurrentA } = context.capability;
  const idealA = currentA(surplusPowerW, usedPhases(phases, context)) + offsetA(context);
  return Math.min(Math.max(idealA, minCurrentA), maxCurrentA);
}

/** A car that follows draws a little less than allowed; without this the difference would stay exported. */
function offsetA(context: FollowContext): number {
  const { setpointA, chargePowerW, capability } = context;
  const drawnA = currentA(chargePowerW, usedPhases(capability.phases, context));
  const belowA = setpointA - drawnA;
  return drawnA > 0 && belowA > 0 && belowA <= LARGEST_OFFSET_A ? belowA : 0;
}

function nextMissedWh(missedWh: number, missA: number, context: FollowContext): number {
  const phases = usedPhases(context.capability.phases, context);
  if (Math.abs(missA) <= deadbandA(context)) return 0;
  const passWh = energyWh(powerW(missA, phases), passMs(context));
  return Math.sign(missedWh) === -Math.sign(missA) ? passWh : missedWh + passWh;
}

function isOverdrawn(tooHighA: number, context: FollowContext): boolean {
  const { capability, constants } = context;
  return powerW(tooHighA, usedPhases(capability.phases, context)) >= constants.overdrawnW;
}

/** Phases on which the car would charge if the box gave it these. */
function usedPhases(phases: PhaseCount, { carPhases = 3 }: FollowContext): CarPhases {
  return phases === 1 ? 1 : carPhases;
}

function deadbandA({ capability, constants }: FollowContext): number {
  return Math.max(constants.deadbandSteps * capability.stepA, SMALLEST_DEADBAND_A);
}

/** The slower the loop, the fewer writes it allows, and the less may be missed before one. */
function allowedMissWh({ loopDelayMs, constants }: FollowContext): number {
  return constants.missedWh * Math.min(1, constants.usualLoopMs / loopDelayMs);
}

/** What the other phases would bring more now, W; below zero where the present ones are better. */
function phaseGainW(context: FollowContext, other: PhaseCount): number {
  const { capability, surplusPowerW } = context;
  const netW = (phases: PhaseCount) => netSolarPowerW(surplusPowerW, usedPhases(phases, context), capability);
  return capability.canSwitchPhases ? netW(other) - netW(capability.phases) : 0;
}

function nextPhaseGainW(meanW: number, gainW: number, context: FollowContext): number {
  return meanW + ((gainW - meanW) * passMs(context)) / context.constants.phaseMemoryMs;
}

/** What a change of phases must bring, W. */
function leastGainW({ phasesSinceMs }: Follower, context: FollowContext, to: PhaseCount): number {
  const { toThreePhasesW, toOnePhaseW, phaseAgeMs } = context.constants;
  const ageMs = context.nowMs - phasesSinceMs;
  return (to === 3 ? toThreePhasesW : toOnePhaseW) * Math.min(1, phaseAgeMs / ageMs);
}

function maySwitch(follower: Follower, context: FollowContext, to: PhaseCount): boolean {
  const { lastSwitchMs } = follower;
  const isHeld = lastSwitchMs !== undefined && context.nowMs - lastSwitchMs < context.constants.phaseHoldMs;
  return context.capability.canSwitchPhases && !isHeld && hasSwitchesLeft(follower, to);
}

/** Back to one phase, to less current, is always possible. */
function hasSwitchesLeft(follower: Follower, to: PhaseCount): boolean {
  return to === 1 || follower.switchesToday < MOST_SWITCHES_A_DAY;
}

/** What charging with these phases makes of a surplus, W: sun into the car less import for the car. */
export function netSolarPowerW(
  surplusPowerW: number,
  phases: CarPhases,
  capability: WallboxCapability,
): number {
  const leastW = powerW(capability.minCurrentA, phases);
  const mostW = powerW(capability.maxCurrentA, phases);
  const drawnW = Math.min(Math.max(surplusPowerW, leastW), mostW);
  return drawnW <= surplusPowerW ? drawnW : 2 * surplusPowerW - drawnW;
}

function passMs({ durationMs }: FollowContext): number {
  return Math.min(Math.max(durationMs, 0), LONGEST_PASS_MS);
}
