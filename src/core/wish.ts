import { batteryShare } from "./battery-policy.ts";
import { type ChargeLaw, startEvidence, stopEvidence } from "./charge-machine.ts";
import { isPlanCharging, type PlanAdvice } from "./planner/plan-advice.ts";
import { slowestProofMs, timeToProofMs } from "./proof.ts";
import { type Reason, reasons } from "./reasons.ts";
import type { BoostState, ChargingMode } from "./settings.ts";
import type { MeterTrust, SiteSample } from "./site-sample.ts";
import type { Followed } from "./surplus-follower.ts";
import type { ChargeState } from "./tick-report.ts";
import type { PhaseCount } from "./units.ts";

export interface WishContext {
  readonly sample: SiteSample;
  readonly mode: ChargingMode;
  readonly boost: BoostState;
  readonly state: ChargeState;
  readonly proofWh: number;
  readonly law: ChargeLaw;
  /** Undefined while readings do not fit together. */
  readonly surplusPowerW: number | undefined;
  /** What the charge plan says; undefined where there is none. */
  readonly plan: PlanAdvice | undefined;
  readonly setpointA: number;
  /** What following the surplus asks for; undefined while there is nothing to follow. */
  readonly followed: Followed | undefined;
  /** True while a charge that was found running still has to be judged. */
  readonly isAdopting: boolean;
  /** What a surplus mode may still draw without its meter, A. */
  readonly blindCurrentA: number;
}

/** The current that the mode asks for, before any limit, and why. */
export interface Wish {
  readonly currentA: number;
  /** Undefined: as they are. */
  readonly phases?: PhaseCount;
  readonly reason: Reason;
}

/** What the car should get if no limit stood in the way. */
export function wish(context: WishContext): Wish {
  return obstacle(context) ?? (context.boost === "ongoing" ? boosted(context) : wishOfMode(context));
}

/** What makes every mode pointless. */
function obstacle({ sample, setpointA }: WishContext): Wish | undefined {
  switch (sample.wallbox.vehicle) {
    case "unknown":
      return { currentA: setpointA, reason: reasons.startingUp() };
    case "faulted":
      return { currentA: 0, reason: reasons.wallboxFaulted() };
    case "absent":
      return { currentA: 0, reason: reasons.noVehicle() };
    case "finishing":
      return { currentA: 0, reason: reasons.sessionEnded() };
    case "connected":
    case "charging":
    case "suspended_by_vehicle":
    case "suspended_by_wallbox":
      return undefined;
  }
}

function boosted({ sample }: WishContext): Wish {
  return { ...everything(sample), reason: reasons.boost() };
}

/** As fast as the box can. */
function everything({ wallbox }: SiteSample): Pick<Wish, "currentA" | "phases"> {
  const { maxCurrentA, canSwitchPhases } = wallbox.capability;
  return canSwitchPhases ? { currentA: maxCurrentA, phases: 3 } : { currentA: maxCurrentA };
}

function wishOfMode(context: WishContext): Wish {
  switch (context.mode) {
    case "none":
      return { ...everything(context.sample), reason: reasons.unsteered() };
    case "spot":
      return spotWish(context);
    case "hems":
      return surplusWish(context);
    case "hems_and_spot":
      return isPlanCharging(context.plan) ? spotWish(context) : surplusWish(context);
  }
}

function spotWish({ plan, sample }: WishContext): Wish {
  switch (plan?.stance) {
    case "cheap":
      return { ...everything(sample), reason: reasons.cheapSlot(plan) };
    case "due":
      return { ...everything(sample), reason: reasons.deadlineDue(plan) };
    case "wait":
      return { currentA: 0, reason: waitingReason(plan) };
    case "no_prices":
    case undefined:
      return { currentA: 0, reason: reasons.noPrices(plan) };
  }
}

function waitingReason(plan: PlanAdvice): Reason {
  return plan.nextSlot === undefined
    ? reasons.planFulfilled(plan)
    : reasons.waitingForCheapSlot(plan, plan.nextSlot);
}

function surplusWish(context: WishContext): Wish {
  const { sample, setpointA, blindCurrentA, surplusPowerW, followed } = context;
  const { capability, chargePowerW } = sample.wallbox;
  const heldA = Math.min(setpointA, blindCurrentA);
  if (!capability.isModulating) return { currentA: 0, reason: reasons.wallboxNotModulating() };
  if (sample.meterTrust === "lost") return { currentA: heldA, reason: reasons.meterLost(heldA) };
  if (chargePowerW === undefined) return { currentA: heldA, reason: reasons.wallboxSilent(heldA) };
  if (surplusPowerW !== undefined) {
    return followed === undefined
      ? waitingWish(context, surplusPowerW)
      : activeWish(context, surplusPowerW, followed);
  }
  const mayHold = context.state === "active" || context.isAdopting;
  return unsightedWish(sample.meterTrust, mayHold ? setpointA : 0);
}

/** The readings do not fit together yet, or the meter is under suspicion. */
function unsightedWish(meterTrust: MeterTrust, heldA: number): Wish {
  const reason = meterTrust === "suspect" ? reasons.meterSuspect(heldA) : reasons.settling(heldA);
  return { currentA: heldA, reason };
}

function waitingWish({ sample, state, proofWh, law }: WishContext, surplusPowerW: number): Wish {
  const { startSurplusW, startRule } = law;
  if (state === "commitment") {
    const remainingMs = timeToProofMs(proofWh, startEvidence(surplusPowerW, law), startRule);
    return { currentA: 0, reason: reasons.provingStart(startSurplusW, remainingMs) };
  }
  const proofMs = slowestProofMs(startRule);
  const battery = batteryShare(sample);
  return { currentA: 0, reason: reasons.waitingForSurplus(surplusPowerW, startSurplusW, proofMs, battery) };
}

function activeWish(
  { sample, setpointA, law, proofWh }: WishContext,
  surplusPowerW: number,
  { currentA, wantedA, phases }: Followed,
): Wish {
  if (sample.wallbox.vehicle === "suspended_by_vehicle") {
    // A car that takes nothing needs no more than it is offered: raising it would only wear the box.
    const offeredA = setpointA === 0 ? currentA : Math.min(currentA, setpointA);
    return { currentA: offeredA, reason: reasons.vehicleNotCharging(offeredA) };
  }
  const remainingMs = timeToProofMs(proofWh, stopEvidence(surplusPowerW, law), law.stopRule);
  const reason =
    remainingMs === undefined
      ? reasons.followingSurplus(currentA, surplusPowerW)
      : reasons.provingStop(surplusPowerW, remainingMs, batteryShare(sample));
  return { currentA: wantedA, phases, reason };
}
