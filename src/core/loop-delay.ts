import type { HeldLink, Link } from "./link.ts";
import type { Reading, SiteSample } from "./site-sample.ts";
import { powerW } from "./units.ts";

/** The bounds of what is learned, ms: no loop of meter, network and car is faster, and a slower one is broken. */
const SHORTEST_MS = 2_000;
const LONGEST_MS = 60_000;
/** A smaller step drowns in what else a house does, W. */
const SMALLEST_STEP_W = 600;
/** A step has arrived when this share of it shows: cars ramp, boxes round, houses add noise. */
const ARRIVED_SHARE = 0.7;
/** What the meter has shown for this long, ms, is the step; what it shows for a moment may be a cloud. */
const CONFIRMED_MS = 10_000;
/** A step that no reading tells anything of is given up after this long, ms. */
const GIVEN_UP_MS = 180_000;
/** Echoes that are remembered. */
const REMEMBERED = 8;

/**
 * How long a change of the set point takes until meter and wallbox show it: dead time, ramp, and the age that readings
 * have. Learned from every step that is large enough to be told from the house.
 */
export interface LoopDelay {
  /** The last echoes, oldest first, ms. */
  readonly echoesMs: readonly number[];
  readonly trial: Trial | undefined;
  /** False after a step that the car did not take: it has its own reasons, and waiting for it would only cost. */
  readonly isEchoing: boolean;
}

/** A step on its way. */
export interface Trial {
  /** The change of power that was commanded, W. */
  readonly stepW: number;
  readonly chargeBeforeW: number;
  readonly consumptionBeforeW: number;
  readonly sinceMs: number;
  /** Newest reading of the wallbox that does not show the step, ms. */
  readonly hiddenMs: number | undefined;
  readonly isCharged: boolean;
  /** Since when the meter shows it, ms. */
  readonly metredMs: number | undefined;
  /** Newest reading of the meter before that, ms. */
  readonly unmetredMs: number | undefined;
}

export const NOTHING_LEARNED: LoopDelay = { echoesMs: [], trial: undefined, isEchoing: true };

/** True for what a memory may hold; anything else was not written by this program. */
export function areEchoes(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length <= REMEMBERED &&
    value.every((echoMs) => typeof echoMs === "number" && echoMs >= SHORTEST_MS && echoMs <= LONGEST_MS)
  );
}

/** The delay to reckon with, ms: the slowest echo but one; `priorMs` stands for each that has not been heard yet. */
export function loopDelayMs({ echoesMs }: LoopDelay, priorMs: number): number {
  let slowestMs = 0;
  let nextMs = 0;
  for (let index = 0; index < REMEMBERED; index++) {
    const echoMs = echoesMs[index] ?? priorMs;
    nextMs = Math.max(nextMs, Math.min(echoMs, slowestMs));
    slowestMs = Math.max(echoMs, slowestMs);
  }
  return nextMs;
}

/**
 * How long a reading of the wallbox has to wait, ms: the quickest echo but one, because what makes the others slower is how
 * seldom the meter measures. All of the delay until enough echoes have been heard.
 */
export function boxDelayMs(delay: LoopDelay, priorMs: number): number {
  const { echoesMs } = delay;
  const [, quickestButOneMs] = [...echoesMs].sort((a, b) => a - b);
  const isKnown = echoesMs.length === REMEMBERED && quickestButOneMs !== undefined;
  return isKnown ? quickestButOneMs : loopDelayMs(delay, priorMs);
}

/** True while a step is on its way that the wallbox does not show yet, though this car usually takes what it gets. */
export function isAwaitingEcho({ trial, isEchoing }: LoopDelay): boolean {
  return isEchoing && trial !== undefined && !trial.isCharged;
}

/** The meter came to show the step between two readings: how seldom it measures is not all taken for delay, ms. */
function meterEchoMs({ metredMs: shownMs, unmetredMs }: Trial, lastWriteMs: number): number | undefined {
  if (shownMs === undefined || unmetredMs === undefined) return shownMs;
  return (shownMs + Math.max(unmetredMs, lastWriteMs)) / 2;
}

/** Listens to the readings of a pass. `lastWriteMs`: when the box took the step, now while it is on its way. */
export function heardEcho(delay: LoopDelay, sample: SiteSample, lastWriteMs: number | undefined): LoopDelay {
  const { trial } = delay;
  if (trial === undefined) return delay;
  if (lastWriteMs === undefined || sample.nowMs - trial.sinceMs > GIVEN_UP_MS) {
    return { ...delay, trial: undefined };
  }
  const next = heardTrial(trial, sample, lastWriteMs);
  const meterMs = meterEchoMs(next, lastWriteMs);
  if (next.isCharged && meterMs !== undefined) {
    return withEcho(delay, Math.max(meterMs, next.hiddenMs ?? lastWriteMs) - lastWriteMs);
  }
  const isRefused = !next.isCharged && (next.hiddenMs ?? lastWriteMs) - lastWriteMs > LONGEST_MS;
  // A car that took the step while the meter never showed it: the house drowned it.
  const isDrowned = next.isCharged && sample.nowMs - lastWriteMs > LONGEST_MS;
  return {
    ...delay,
    trial: isRefused || isDrowned ? undefined : next,
    isEchoing: !isRefused && delay.isEchoing,
  };
}

function withEcho({ echoesMs }: LoopDelay, echoMs: number): LoopDelay {
  const boundedMs = Math.min(Math.max(echoMs, SHORTEST_MS), LONGEST_MS);
  return { echoesMs: [...echoesMs, boundedMs].slice(-REMEMBERED), trial: undefined, isEchoing: true };
}

function heardTrial(trial: Trial, sample: SiteSample, lastWriteMs: number): Trial {
  const { chargePowerW } = sample.wallbox;
  const isNew = chargePowerW !== undefined && chargePowerW.atMs > lastWriteMs;
  const isCharged = isNew && hasArrived(chargePowerW.value - trial.chargeBeforeW, trial);
  const consumption = consumptionW(sample);
  const shownMs = metredMs(trial, consumption);
  return {
    ...trial,
    isCharged: trial.isCharged || isCharged,
    hiddenMs: isNew && !isCharged ? chargePowerW.atMs : trial.hiddenMs,
    metredMs: shownMs,
    unmetredMs: shownMs === undefined ? (consumption?.atMs ?? trial.unmetredMs) : trial.unmetredMs,
  };
}

function metredMs(trial: Trial, consumption: Reading<number> | undefined): number | undefined {
  if (consumption === undefined) return trial.metredMs;
  const sinceMs = trial.metredMs ?? consumption.atMs;
  const isConfirmed = consumption.atMs - sinceMs >= CONFIRMED_MS;
  return isConfirmed || hasArrived(consumption.value - trial.consumptionBeforeW, trial) ? sinceMs : undefined;
}

/** What house and car take, as the meter dates it, W: where the sun is measured too, clouds do not disturb it. */
function consumptionW({ gridPowerW, pvPowerW, batteryPowerW }: SiteSample): Reading<number> | undefined {
  if (gridPowerW === undefined) return undefined;
  const { value, atMs } = gridPowerW;
  return { value: value + (pvPowerW?.value ?? 0) + (batteryPowerW?.value ?? 0), atMs };
}

function hasArrived(changeW: number, { stepW }: Trial): boolean {
  return changeW / stepW >= ARRIVED_SHARE;
}

/** Begins to listen where the pass has changed the current of a car that charges; whatever else was on its way is lost. */
export function heardChange(
  delay: LoopDelay,
  { before, after, sample }: { readonly before: Link; readonly after: Link; readonly sample: SiteSample },
): LoopDelay {
  if (before.kind !== "held" || after.kind !== "held") return { ...delay, trial: undefined };
  if (before.setpointA === after.setpointA && before.phases === after.phases) return delay;
  return { ...delay, trial: newTrial(before, after, sample) };
}

function newTrial(before: HeldLink, after: HeldLink, sample: SiteSample): Trial | undefined {
  const { wallbox, nowMs } = sample;
  const { chargePowerW } = wallbox;
  const consumption = consumptionW(sample);
  const stepW = powerW(after.setpointA - before.setpointA, after.phases);
  const isSteady = before.phases === after.phases && before.setpointA > 0 && after.setpointA > 0;
  if (!isSteady || Math.abs(stepW) < SMALLEST_STEP_W) return undefined;
  if (consumption === undefined || chargePowerW === undefined || chargePowerW.value === 0) return undefined;
  return {
    stepW,
    chargeBeforeW: chargePowerW.value,
    consumptionBeforeW: consumption.value,
    sinceMs: nowMs,
    hiddenMs: undefined,
    isCharged: false,
    metredMs: undefined,
    unmetredMs: undefined,
  };
}
