import type { ChargeMachineState } from "./charge-machine.ts";
import type { ControlOptions } from "./decide.ts";
import { type LimitName, limitedCurrentA, smallestLimit } from "./limits.ts";
import type { HeldLink, Link } from "./link.ts";
import type { PassView } from "./pass-view.ts";
import { type Reason, reasons } from "./reasons.ts";
import { pacedCurrentA } from "./setpoint.ts";
import type { BoostState } from "./settings.ts";
import { type Wish, wish } from "./wish.ts";

/** What a pass has decided on the current. */
export interface CurrentChoice {
  /** A per phase; undefined while the box has not been read. */
  readonly setpointA: number | undefined;
  /** The limit that stands between the wish and the set point. */
  readonly limitedBy: LimitName | undefined;
  /** True when a limit forces the set point down. */
  readonly isUrgent: boolean;
  readonly reason: Reason;
  /** The link with the new set point. */
  readonly link: Link;
}

interface Outcome {
  readonly machine: ChargeMachineState;
  readonly boost: BoostState;
}

/** From the wish of the mode to the set point: paced, and under the smallest limit. */
export function currentChoice(view: PassView, outcome: Outcome, options: ControlOptions): CurrentChoice {
  const { link } = view;
  if (link.kind === "held") return heldChoice(view, link, wished(view, link, outcome, options), options);
  const { isConnected } = view.input.sample.wallbox;
  const reason = isConnected ? reasons.startingUp() : reasons.wallboxDisconnected();
  return { setpointA: undefined, limitedBy: undefined, isUrgent: false, reason, link };
}

function wished(view: PassView, link: HeldLink, outcome: Outcome, options: ControlOptions): Wish {
  const { input, law, surplusPowerW } = view;
  const { sample, settings, priceSlot } = input;
  return wish({
    sample,
    mode: settings.mode,
    boost: outcome.boost,
    state: outcome.machine.value,
    proofWh: outcome.machine.context.proofWh,
    law,
    surplusPowerW,
    priceSlot,
    setpointA: link.setpointA,
    isAdopting: view.isAdopting,
    blindCurrentA: options.blindCurrentA,
  });
}

function heldChoice(view: PassView, link: HeldLink, aim: Wish, options: ControlOptions): CurrentChoice {
  const { input, isSettled, isMeterSettled, surplusPowerW } = view;
  const { sample, settings, writesToday } = input;
  const { capability, isFollowing } = sample.wallbox;
  const { setpointA, lastChangeMs, adoptingUntilMs } = link;
  const limit = smallestLimit({
    sample,
    limits: options.limits,
    userMaxA: settings.maxCurrentA,
    setpointA,
    isMeterSettled,
    isSettled,
  });
  const target = limitedCurrentA(aim.currentA, limit, capability);
  const pacedA = pacedCurrentA(target.currentA, {
    nowMs: sample.nowMs,
    setpointA,
    lastChangeMs,
    isSettled,
    meterTrust: sample.meterTrust,
    isFollowing,
    isBudgetSpent: writesToday >= options.maxWritesPerDay,
  });
  const limited = limitedCurrentA(pacedA, limit, capability);
  const { currentA } = limited;
  const { limitedBy } = currentA === target.currentA ? target : limited;
  return {
    setpointA: currentA,
    limitedBy,
    isUrgent: limitedBy !== undefined && currentA < setpointA,
    reason: aim.reason,
    link: {
      kind: "held",
      setpointA: currentA,
      lastChangeMs: currentA === setpointA ? lastChangeMs : sample.nowMs,
      adoptingUntilMs: surplusPowerW === undefined ? adoptingUntilMs : undefined,
    },
  };
}
