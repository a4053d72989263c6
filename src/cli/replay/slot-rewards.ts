import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createSecondBySecond } from "../../../simulator/house/second-by-second.ts";
import { type PhaseCount, powerW } from "../../core/units.ts";
import type { ReplayDevice } from "./replay-device.ts";

/** Grid of the perfect-foresight optimum, s. */
export const SLOT_S = 10;

/** The best that one way of charging brings in one slot. */
export interface SlotRewards {
  readonly phases: PhaseCount;
  /** Net solar energy, Wh. */
  readonly netWh: Float64Array;
  readonly solarWh: Float64Array;
  readonly gridWh: Float64Array;
  /** A per phase. */
  readonly currentA: Float64Array;
}

/** Surplus of each second of the trace, W; below zero where the house imports by itself. */
export function surplusBySecondW(trace: DayTrace): Float64Array {
  const source = createSecondBySecond(trace);
  const seconds = source.secondsPerStep;
  const values = new Float64Array(trace.pvW.length * seconds);
  for (let step = 0; step < trace.pvW.length; step++) {
    const { pvW, loadW } = source.step(step);
    for (let second = 0; second < seconds; second++) {
      values[step * seconds + second] = (pvW[second] ?? 0) - (loadW[second] ?? 0);
    }
  }
  return values;
}

/** Energy of the surplus, Wh. */
export function surplusEnergyWh(surplusW: Float64Array): number {
  let sumWs = 0;
  for (const secondW of surplusW) sumWs += Math.max(0, secondW);
  return sumWs / 3_600;
}

/** For each slot the current that nets most, among those the box can offer on `phases`. */
export function slotRewards(surplusW: Float64Array, device: ReplayDevice, phases: PhaseCount): SlotRewards {
  const slots = Math.floor(surplusW.length / SLOT_S);
  const rewards: SlotRewards = {
    phases,
    netWh: new Float64Array(slots).fill(Number.NEGATIVE_INFINITY),
    solarWh: new Float64Array(slots),
    gridWh: new Float64Array(slots),
    currentA: new Float64Array(slots),
  };
  for (const currentA of offeredCurrentsA(device)) {
    addLevel(rewards, surplusW, {
      currentA,
      chargeW: powerW(Math.max(0, currentA - device.offsetA), phases),
    });
  }
  return rewards;
}

function offeredCurrentsA({ minA, maxA, stepA }: ReplayDevice): readonly number[] {
  const first = Math.ceil(minA / stepA - 1e-6);
  const last = Math.floor(maxA / stepA + 1e-6);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * stepA);
}

function addLevel(
  rewards: SlotRewards,
  surplusW: Float64Array,
  level: { readonly currentA: number; readonly chargeW: number },
): void {
  const { netWh, solarWh, gridWh, currentA } = rewards;
  for (let slot = 0; slot < netWh.length; slot++) {
    let solarWs = 0;
    for (let second = slot * SLOT_S; second < (slot + 1) * SLOT_S; second++) {
      solarWs += Math.min(level.chargeW, Math.max(0, surplusW[second] ?? 0));
    }
    const importWs = level.chargeW * SLOT_S - solarWs;
    const net = (solarWs - importWs) / 3_600;
    if (net <= (netWh[slot] ?? 0)) continue;
    netWh[slot] = net;
    solarWh[slot] = solarWs / 3_600;
    gridWh[slot] = importWs / 3_600;
    currentA[slot] = level.currentA;
  }
}
