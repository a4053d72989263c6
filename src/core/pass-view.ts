import { isPluggedIn } from "./boost.ts";
import { type CarRange, nextCarRange } from "./car-range.ts";
import type { CarRise } from "./car-rise.ts";
import type { ChargeLaw } from "./charge-machine.ts";
import { type ChargeOnset, isRampedUp } from "./charge-onset.ts";
import type { ControlOptions, PassInput } from "./decide.ts";
import { type Link, lastStepMs, nextLink } from "./link.ts";
import { boxDelayMs, isAwaitingEcho, type LoopDelay, loopDelayMs } from "./loop-delay.ts";
import { proofRule } from "./proof.ts";
import { isMeterSettled, isSettled, shownSinceMs, surplusPowerW } from "./surplus.ts";
import { type EffectiveThresholds, effectiveThresholds, stopSurplusW } from "./thresholds.ts";
import { powerW } from "./units.ts";

/** A lost wallbox link is bridged this long before the machine gives up, ms. */
const LINK_GRACE_MS = 120_000;

/** What a pass sees before it decides. */
export interface PassView {
  readonly input: PassInput;
  readonly thresholds: EffectiveThresholds;
  readonly law: ChargeLaw;
  readonly link: Link;
  readonly loopDelay: LoopDelay;
  readonly chargeOnset: ChargeOnset;
  readonly carRise: CarRise;
  /** Time that a change of the set point takes to show, as far as it is known, ms. */
  readonly loopDelayMs: number;
  readonly isMeterSettled: boolean;
  /** Whether meter and wallbox were both read since the last change had time to show, though the car may hesitate. */
  readonly isShown: boolean;
  /** The same of a car that does what it was told. */
  readonly isSettled: boolean;
  /** Whether the meter shows all that the car has begun to take, by a set point or by itself. */
  readonly isCarMetered: boolean;
  /** What the meter may contain of the car; undefined while nothing was measured. */
  readonly carRange: CarRange | undefined;
  /** Surplus for decisions; undefined while readings do not fit together or cannot be believed. */
  readonly surplusPowerW: number | undefined;
  readonly isSurplusPermitted: boolean;
  /** True while a charge that was found running still has to be judged. */
  readonly isAdopting: boolean;
}

export function passView(
  before: Pick<PassView, "loopDelay" | "chargeOnset" | "carRise" | "carRange"> & {
    readonly link: Link | undefined;
  },
  input: PassInput,
  options: ControlOptions,
): PassView {
  const { loopDelay, chargeOnset, carRise } = before;
  const { sample, settings } = input;
  const { capability } = sample.wallbox;
  const minChargePowerW = powerW(capability.minCurrentA, capability.canSwitchPhases ? 1 : capability.phases);
  const thresholds = effectiveThresholds(settings.thresholds, minChargePowerW);
  const delayMs = loopDelayMs(loopDelay, options.loopDelayMs);
  const link = nextLink(before.link, sample, delayMs);
  const isSwitchingPhases = link.kind === "held" && link.phases !== capability.phases;
  const lastWriteMs = lastStepMs(link, input.lastWriteMs);
  const sinceMs = shownSinceMs(lastWriteMs, delayMs);
  const boxMs = shownSinceMs(lastWriteMs, boxDelayMs(loopDelay, options.loopDelayMs));
  const isShown = isSettled(sample, { meterMs: sinceMs, boxMs }) && !isSwitchingPhases;
  const settled = isShown && !isAwaitingEcho(loopDelay);
  const isReadable =
    link.kind === "held" &&
    sample.meterTrust === "good" &&
    settled &&
    (link.setpointA === 0 || isRampedUp(chargeOnset, sample));
  const meterSettled = isMeterSettled(sample, sinceMs);
  const isCarMetered = isMeterSettled(sample, shownSinceMs(carRise.atMs, delayMs));
  const chargePowerW = sample.wallbox.chargePowerW?.value;
  return {
    input,
    thresholds,
    law: {
      startSurplusW: thresholds.effective.minExportToStartW,
      stopSurplusW: stopSurplusW(thresholds.effective, minChargePowerW),
      ...proofRules(options),
    },
    link,
    loopDelay,
    chargeOnset,
    loopDelayMs: delayMs,
    isMeterSettled: meterSettled,
    isShown,
    isSettled: settled,
    isCarMetered,
    carRange: nextCarRange(before.carRange, { chargePowerW, isShown: meterSettled && isCarMetered }),
    carRise,
    surplusPowerW: isReadable ? ownSurplusPowerW(input) : undefined,
    isSurplusPermitted: isSurplusPermitted(input, link),
    isAdopting: link.kind === "held" && link.adoptingUntilMs !== undefined,
  };
}

function proofRules({ constants, startProofMs, stopProofMs }: ControlOptions) {
  const { startWeightW, startCeilingW, stopWeightW, stopFloorW, stopCeilingW } = constants;
  const start = { usualW: startWeightW, floorW: startWeightW, ceilingW: startCeilingW };
  const stop = { usualW: stopWeightW, floorW: stopFloorW, ceilingW: stopCeilingW };
  return { startRule: proofRule(startProofMs, start), stopRule: proofRule(stopProofMs, stop) };
}

/** The house's surplus, or the part of it that other boxes leave. */
export function ownSurplusPowerW({ sample, share }: PassInput): number | undefined {
  return share === undefined ? surplusPowerW(sample) : share.surplusPowerW;
}

function isSurplusPermitted({ sample, settings }: PassInput, link: Link): boolean {
  const { capability, chargePowerW, vehicle } = sample.wallbox;
  if (settings.mode !== "hems" && settings.mode !== "hems_and_spot") return false;
  if (sample.meterTrust === "lost" || !capability.isModulating) return false;
  if (link.kind === "unread") return sample.nowMs - link.sinceMs < LINK_GRACE_MS;
  return chargePowerW !== undefined && (vehicle === "unknown" || isPluggedIn(vehicle));
}
