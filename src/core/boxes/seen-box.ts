import { isPluggedIn } from "../boost.ts";
import { nextCarRange } from "../car-range.ts";
import { nextCarRise } from "../car-rise.ts";
import { type HeldLink, lastStepMs } from "../link.ts";
import { loopDelayMs } from "../loop-delay.ts";
import { isPlanCharging } from "../planner/plan-advice.ts";
import type { Settings } from "../settings.ts";
import type { HouseSample, SiteSample, WallboxCapability, WallboxSample } from "../site-sample.ts";
import { isMeterSettled, isSettled, shownSinceMs } from "../surplus.ts";
import { NOMINAL_VOLTAGE_V, powerW } from "../units.ts";
import { usableSample } from "../usable-sample.ts";
import type { BoxPass } from "./box-pass.ts";

/** A phase that carries less of the car than this is not one that it charges on, A. */
const DRAWING_A = 1;
/** Readings of a box that are this late are no longer waited for, ms. */
const LONGEST_WAIT_MS = 60_000;

/** A box as the others see it in a pass, before it is decided on. */
export interface SeenBox {
  readonly box: BoxPass;
  readonly wallbox: WallboxSample;
  /** The set point that the box holds; undefined while it is away or unread. */
  readonly held: HeldLink | undefined;
  /** Whether meter and box show its present set point. */
  readonly isSettled: boolean;
  /** The least that the meter contains of its car, A. */
  readonly leastShownA: number;
  /** True while its readings are worth waiting for. */
  readonly isSettling: boolean;
  /** True for one that can be told to draw less. */
  readonly isObeying: boolean;
  /** True for one that charges by surplus alone. */
  readonly isFollowingSun: boolean;
  /** Phases that the car charges on; all that it may use while it draws nothing. */
  readonly phases: number;
  readonly drawnW: number;
  /** On the phase that carries most, A. */
  readonly drawnA: number;
  /** The most that the car may draw, A per phase. */
  readonly mayDrawA: number;
}

export function seenBox(box: BoxPass, house: HouseSample, settings: Settings): SeenBox {
  const sample = usableSample({ ...house, wallbox: box.wallbox });
  const { wallbox } = sample;
  const { link } = box.state.control;
  const held = link?.kind === "held" && wallbox.isConnected ? link : undefined;
  const delayMs = loopDelayMs(box.state.control.loopDelay, box.options.control.loopDelayMs);
  const sinceMs = shownSinceMs(lastStepMs(held, box.lastWriteMs), delayMs);
  const settled =
    held !== undefined && isSettled({ ...house, wallbox }, { meterMs: sinceMs, boxMs: sinceMs });
  const isSettling = held !== undefined && !settled && house.nowMs < sinceMs + LONGEST_WAIT_MS;
  const phases = drawingPhases(box, wallbox) ?? Math.max(held?.phases ?? 1, wallbox.capability.phases);
  const mayDrawA =
    held === undefined
      ? unheldA(box, wallbox, house.nowMs)
      : Math.max(held.setpointA, settled ? 0 : box.state.standing.mayDrawA);
  const drawnW = wallbox.chargePowerW?.value ?? unheardW(box, mayDrawA * phases * NOMINAL_VOLTAGE_V);
  const toCurrentA = (chargeW: number) => chargeW / (phases * NOMINAL_VOLTAGE_V);
  return {
    box,
    wallbox,
    held,
    leastShownA: toCurrentA(Math.min(drawnW, leastShownW(box, sample, { sinceMs, delayMs }) ?? drawnW)),
    isSettled: settled,
    isSettling,
    isObeying: wallbox.isFollowing && (settled || isSettling),
    isFollowingSun: held !== undefined && isFollowingSun(box, wallbox, settings),
    phases,
    drawnW,
    drawnA: toCurrentA(drawnW),
    mayDrawA,
  };
}

/**
 * A car that is not heard of any more goes on as it did, as far as its box may still give it. The meter shows that part
 * of what it may draw: only the rest is taken off beside it.
 */
function unheardW({ state }: BoxPass, mayDrawW: number): number {
  return Math.min(state.standing.drawnW?.value ?? 0, mayDrawW);
}

/** Undefined while nothing was measured, W. */
function leastShownW(
  { state }: BoxPass,
  sample: SiteSample,
  { sinceMs, delayMs }: { readonly sinceMs: number; readonly delayMs: number },
): number | undefined {
  const { chargePowerW } = sample.wallbox;
  const { carRise, carRange } = state.control;
  const risenMs = shownSinceMs(nextCarRise(carRise, chargePowerW).atMs, delayMs);
  const isShown = isMeterSettled(sample, Math.max(sinceMs, risenMs));
  return nextCarRange(carRange, { chargePowerW: chargePowerW?.value, isShown })?.leastW;
}

/** Undefined for a car that draws nothing, and for a box that does not tell its phases apart. */
function drawingPhases({ state }: BoxPass, wallbox: WallboxSample): number | undefined {
  const { capability, chargePowerW, phaseCurrentsA } = wallbox;
  if (chargePowerW === undefined) return state.standing.phases;
  if (capability.phases === 1 || phaseCurrentsA === undefined) return undefined;
  const count = phaseCurrentsA.value.filter((currentA) => currentA >= DRAWING_A).length;
  return count === 0 ? undefined : count;
}

/**
 * A lost box goes on as it was told until that expires, and then draws its failsafe current. One whose limits do not
 * expire goes on for ever; where it is not known what it was told, or it forgets that, with all that it is rated for.
 */
function unheldA({ state, options }: BoxPass, { capability }: WallboxSample, nowMs: number): number {
  const { fallsBackTo } = capability;
  const { mayDrawA: toldA, drawnW } = state.standing;
  const isForgotten = fallsBackTo === "setpoint" && drawnW === undefined;
  if (fallsBackTo === "rating" || isForgotten) return Math.max(toldA, ratedCurrentA(capability));
  const { link } = state.control;
  const fallbackA = options.control.limits.failsafeCurrentA;
  const isExpired =
    fallsBackTo === "failsafe" && link?.kind === "unread" && nowMs - link.sinceMs >= options.expiryMs;
  return isExpired ? fallbackA : Math.max(toldA, fallbackA);
}

/** What a box gives that nobody limits, A per phase. */
export function ratedCurrentA({
  maxCurrentA,
  ratedCurrentA: ratedA = maxCurrentA,
}: WallboxCapability): number {
  return ratedA;
}

/** Everything that the car draws comes from the surplus mode, and could be left to others. */
function isFollowingSun({ state, plan }: BoxPass, wallbox: WallboxSample, { mode }: Settings): boolean {
  const isMode = mode === "hems" || (mode === "hems_and_spot" && !isPlanCharging(plan));
  const isReadable = wallbox.chargePowerW !== undefined && wallbox.capability.isModulating;
  return isMode && isReadable && state.control.boost.state !== "ongoing" && isPluggedIn(wallbox.vehicle);
}

/** Smallest and largest power with which the box can charge, W. */
export function powerRangeW({ wallbox, box }: SeenBox): { readonly leastW: number; readonly mostW: number } {
  const { minCurrentA, maxCurrentA, phases, canSwitchPhases } = wallbox.capability;
  const mostA = Math.max(minCurrentA, Math.min(maxCurrentA, box.options.control.limits.configuredMaxA));
  return {
    leastW: powerW(minCurrentA, canSwitchPhases ? 1 : phases),
    mostW: powerW(mostA, canSwitchPhases ? 3 : phases),
  };
}
