import { type ChargeLaw, startEvidence, stopEvidence } from "./charge-machine.ts";
import { slowestProofMs, timeToProofMs } from "./proof.ts";
import { type Reason, reasons } from "./reasons.ts";
import { followedCurrentA } from "./setpoint.ts";
import type { BoostState, ChargingMode } from "./settings.ts";
import type { SiteSample } from "./site-sample.ts";
import type { ChargeState } from "./tick-report.ts";
import { currentA } from "./units.ts";

/** Whether the price plan charges now; undefined where no prices are known. */
export type PriceSlot = "cheap" | "dear" | undefined;

export interface WishContext {
  readonly sample: SiteSample;
  readonly mode: ChargingMode;
  readonly boost: BoostState;
  readonly state: ChargeState;
  readonly proofWh: number;
  readonly law: ChargeLaw;
  /** Undefined while readings do not fit together. */
  readonly surplusPowerW: number | undefined;
  readonly priceSlot: PriceSlot;
  readonly setpointA: number;
  /** True while a charge that was found running still has to be judged. */
  readonly isAdopting: boolean;
  /** What a surplus mode may still draw without its meter, A. */
  readonly blindCurrentA: number;
}

/** The current that the mode asks for, before any limit, and why. */
export interface Wish {
  readonly currentA: number;
  readonly reason: Reason;
}

/** What the car should get if no limit stood in the way. */
export function wish(context: WishContext): Wish {
  return obstacle(context) ?? (context.boost === "ongoing" ? boosted(context) : wishOfMode(context));
}

/** What makes every mode pointless. */
function obstacle({ sample, setpointA }: WishContext): Wish | undefined {
  const { wallbox } = sample;
  if (!wallbox.isConnected) return { currentA: setpointA, reason: reasons.wallboxDisconnected() };
  switch (wallbox.vehicle) {
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
  return { currentA: sample.wallbox.capability.maxCurrentA, reason: reasons.boost() };
}

function wishOfMode(context: WishContext): Wish {
  switch (context.mode) {
    case "none":
      return { currentA: context.sample.wallbox.capability.maxCurrentA, reason: reasons.unsteered() };
    case "spot":
      return spotWish(context);
    case "hems":
      return surplusWish(context);
    case "hems_and_spot":
      return context.priceSlot === "cheap" ? spotWish(context) : surplusWish(context);
  }
}

function spotWish({ priceSlot, sample }: WishContext): Wish {
  switch (priceSlot) {
    case "cheap":
      return { currentA: sample.wallbox.capability.maxCurrentA, reason: reasons.cheapSlot() };
    case "dear":
      return { currentA: 0, reason: reasons.waitingForCheapSlot() };
    case undefined:
      return { currentA: 0, reason: reasons.noPrices() };
  }
}

function surplusWish(context: WishContext): Wish {
  const { sample, setpointA } = context;
  if (!sample.wallbox.capability.isModulating) return { currentA: 0, reason: reasons.wallboxNotModulating() };
  if (sample.meterTrust === "lost") {
    const heldA = Math.min(setpointA, context.blindCurrentA);
    return { currentA: heldA, reason: reasons.meterLost(heldA) };
  }
  if (sample.meterTrust === "suspect")
    return { currentA: setpointA, reason: reasons.meterSuspect(setpointA) };
  if (context.isAdopting) return { currentA: setpointA, reason: reasons.startingUp() };
  return context.state === "active" ? activeWish(context) : waitingWish(context);
}

function waitingWish({ state, proofWh, law, surplusPowerW }: WishContext): Wish {
  if (surplusPowerW === undefined) return { currentA: 0, reason: reasons.startingUp() };
  if (state === "commitment") {
    const remainingMs = timeToProofMs(proofWh, startEvidence(surplusPowerW, law), law.startRule);
    return { currentA: 0, reason: reasons.provingStart(law.startSurplusW, remainingMs) };
  }
  return {
    currentA: 0,
    reason: reasons.waitingForSurplus(surplusPowerW, law.startSurplusW, slowestProofMs(law.startRule)),
  };
}

function activeWish(context: WishContext): Wish {
  const { sample, surplusPowerW, setpointA, law, proofWh } = context;
  const { capability, chargePowerW, vehicle } = sample.wallbox;
  const { phases } = capability;
  if (surplusPowerW === undefined) {
    const heldA = Math.max(setpointA, capability.minCurrentA);
    return { currentA: heldA, reason: reasons.followingSurplus(heldA, undefined) };
  }
  const drawnCurrentA = chargePowerW === undefined ? undefined : currentA(chargePowerW.value, phases);
  const wishedA = followedCurrentA({ surplusPowerW, phases, setpointA, drawnCurrentA, capability });
  if (vehicle === "suspended_by_vehicle") {
    return { currentA: wishedA, reason: reasons.vehicleNotCharging(wishedA) };
  }
  const remainingMs = timeToProofMs(proofWh, stopEvidence(surplusPowerW, law), law.stopRule);
  return {
    currentA: wishedA,
    reason:
      remainingMs === undefined
        ? reasons.followingSurplus(wishedA, surplusPowerW)
        : reasons.provingStop(surplusPowerW, remainingMs),
  };
}
