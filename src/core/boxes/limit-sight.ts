import type { Reading, SiteSample } from "../site-sample.ts";
import { NOMINAL_VOLTAGE_V, type PhaseCurrentsA } from "../units.ts";
import type { LimitSight, OthersLoad } from "./box-share.ts";
import type { SeenBox } from "./seen-box.ts";

/** The grid as it would be if the others drew what they are counted with. */
export function limitSight<T extends { readonly seen: SeenBox }>(
  sample: SiteSample,
  others: readonly T[],
  counted: (other: T) => OthersLoad,
): LimitSight {
  let powerW = 0;
  let currentA = 0;
  let addedW = 0;
  let addedA = 0;
  for (const other of others) {
    const load = counted(other);
    powerW += load.powerW;
    currentA += load.currentA;
    addedW += load.powerW - other.seen.drawnW;
    addedA += load.currentA - other.seen.drawnA;
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
    others: { powerW, currentA },
  };
}

/** The most that the car may draw. */
export function mostLoad(other: SeenBox, mayDrawA: number): OthersLoad {
  return loadOf(other, Math.max(other.drawnA, mayDrawA));
}

/** What the car draws when its box is told to give it `targetA`. */
export function targetLoad(other: SeenBox, targetA: number): OthersLoad {
  return loadOf(other, Math.max(targetA, firmCurrentA(other)));
}

/** What stays although the box is told to pause: the car of a box that does not obey, or draws more than it was told. */
function firmCurrentA({ isObeying, isSettled, held, drawnA, mayDrawA }: SeenBox): number {
  if (!isObeying || held === undefined) return Math.max(drawnA, mayDrawA);
  return isSettled ? Math.max(0, drawnA - held.setpointA) : 0;
}

function loadOf({ phases }: SeenBox, currentA: number): OthersLoad {
  return { currentA, powerW: currentA * phases * NOMINAL_VOLTAGE_V };
}

function shifted<T>(reading: Reading<T> | undefined, shift: (value: T) => T): Reading<T> | undefined {
  return reading === undefined ? undefined : { ...reading, value: shift(reading.value) };
}
