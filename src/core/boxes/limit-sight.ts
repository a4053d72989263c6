import type { Reading, SiteSample } from "../site-sample.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCurrentsA } from "../units.ts";
import type { LimitSight } from "./box-share.ts";
import { ratedCurrentA, type SeenBox } from "./seen-box.ts";

/** What a box is counted with in place of what the grid readings show of it, A per phase. */
export interface CountedBox {
  readonly seen: SeenBox;
  readonly countedA: number;
  readonly shownA: number;
}

/** The grid as it would be if the others drew what they are counted with. */
export function limitSight(sample: SiteSample, others: readonly CountedBox[]): LimitSight {
  let powerW = 0;
  let currentA = 0;
  let addedW = 0;
  let addedA = 0;
  let unattendedA = 0;
  for (const { seen, countedA, shownA } of others) {
    powerW += seenPowerW(seen, countedA);
    currentA += countedA;
    addedW += seenPowerW(seen, countedA - shownA);
    addedA += countedA - shownA;
    unattendedA += unattendedCurrentA(seen, countedA);
  }
  return {
    sample: {
      ...sample,
      gridPowerW: shifted(sample.gridPowerW, (gridW: number) => gridW + addedW),
      gridPhaseCurrentsA: shifted(
        sample.gridPhaseCurrentsA,
        ([l1, l2, l3]: PhaseCurrentsA): PhaseCurrentsA => [l1 + addedA, l2 + addedA, l3 + addedA],
      ),
    },
    others: { powerW, currentA, unattendedA },
  };
}

/**
 * The most that the car may draw. While a change is on its way the readings of box and grid do not fit together: then
 * the grid counts as showing the least of it.
 */
export function countedAtMost(seen: SeenBox, mayDrawA: number): CountedBox {
  const { drawnA, leastShownA, held, isSettled } = seen;
  const shownA = isSettled || held === undefined ? leastShownA : Math.min(leastShownA, held.setpointA);
  return { seen, countedA: Math.max(drawnA, mayDrawA), shownA };
}

/**
 * What the car draws when its box is told to give it `targetA`. While a change is on its way the grid counts as showing
 * all of it: what is measured is then not taken off twice.
 */
export function countedAtTarget(seen: SeenBox, targetA: number): CountedBox {
  const { drawnA, mayDrawA, isObeying, isSettled } = seen;
  const shownA = isObeying && !isSettled ? Math.max(drawnA, mayDrawA) : drawnA;
  return { seen, countedA: Math.max(targetA, firmCurrentA(seen)), shownA };
}

/** What a box draws for good when the gateway is gone while it may draw `countedA`. */
function unattendedCurrentA({ box, wallbox }: SeenBox, countedA: number): number {
  switch (wallbox.capability.fallsBackTo) {
    case "failsafe":
      return box.options.control.limits.failsafeCurrentA;
    case "setpoint":
      return countedA;
    case "rating":
      return ratedCurrentA(wallbox.capability);
  }
}

/** What stays although the box is told to pause: the car of a box that does not obey, or draws more than it was told. */
function firmCurrentA({ isObeying, isSettled, held, drawnA, mayDrawA }: SeenBox): number {
  if (!isObeying || held === undefined) return Math.max(drawnA, mayDrawA);
  return isSettled ? Math.max(0, drawnA - held.setpointA) : 0;
}

function seenPowerW({ phases }: SeenBox, currentA: number): number {
  return currentA * phases * NOMINAL_VOLTAGE_V;
}

function shifted<T>(reading: Reading<T> | undefined, shift: (value: T) => T): Reading<T> | undefined {
  return reading === undefined ? undefined : { ...reading, value: shift(reading.value) };
}
