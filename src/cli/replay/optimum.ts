import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { PHASE_SWITCH_S, type PhaseChoice, type ReplayDevice } from "./replay-device.ts";
import { SLOT_S, type SlotRewards, slotRewards, surplusBySecondW, surplusEnergyWh } from "./slot-rewards.ts";

/** A run of fewer slots is short: 5 min. */
const SHORT_RUN_SLOTS = 300 / SLOT_S;

export interface OptimumOptions {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** What a start costs in the reckoning, Wh; it is not in the figures. */
  readonly startPenaltyWh: number;
}

/** What perfect foresight would have brought. Energies in Wh. */
export interface Optimum extends Schedule {
  readonly surplusWh: number;
}

export interface Schedule {
  readonly solarWh: number;
  readonly gridWh: number;
  readonly starts: number;
  readonly phaseSwitches: number;
  readonly shortRuns: number;
  readonly writes: number;
}

/** Delays in slots; at least one each, because the grid knows nothing shorter. */
export interface SlotDelays {
  readonly startSlots: number;
  readonly switchSlots: number;
}

/**
 * The perfect-foresight optimum of net solar energy on a grid of 10 s: the same currents, phases, start delay and
 * switching pause as the plant; its dead time and its delays of measurement are foreseen and its ramp is ignored.
 */
export function optimum(trace: DayTrace, options: OptimumOptions): Optimum {
  const { device, phases, startPenaltyWh } = options;
  const surplusW = surplusBySecondW(trace);
  const ways = phases === "auto" ? ([1, 3] as const) : [phases];
  const delays = {
    startSlots: Math.max(1, Math.round(device.startS / SLOT_S)),
    switchSlots: Math.max(1, Math.round(PHASE_SWITCH_S / SLOT_S)),
  };
  const rewards = ways.map((way) => slotRewards(surplusW, device, way));
  return { ...bestSchedule(rewards, delays, startPenaltyWh), surplusWh: surplusEnergyWh(surplusW) };
}

/** The best schedule over one way of charging or two. */
export function bestSchedule(
  ways: readonly SlotRewards[],
  delays: SlotDelays,
  startPenaltyWh: number,
): Schedule {
  const plans = bestPlans(ways, delays, startPenaltyWh);
  return followed(ways, plans, delays);
}

const STAY = 0;
/** From charging: stop. From pausing: start. */
const TURN = 1;
const SWITCH = 2;

/** For one way of charging: the best value from each slot on, and the choice that brings it. */
interface Plan {
  readonly onWh: Float64Array;
  readonly offWh: Float64Array;
  readonly onChoice: Uint8Array;
  readonly offChoice: Uint8Array;
}

/**
 * Dynamic programme, backward in time. States are pausing and charging, each in one of the ways. A start takes
 * `startSlots` without current, a switch while pausing `switchSlots`, and a switch while charging both.
 */
function bestPlans(
  ways: readonly SlotRewards[],
  { startSlots, switchSlots }: SlotDelays,
  startPenaltyWh: number,
): readonly Plan[] {
  const slots = ways[0]?.netWh.length ?? 0;
  // Room for every delay beyond the end, where nothing is worth anything.
  const plans = ways.map(() => newPlan(slots + startSlots + switchSlots + 1));
  for (let slot = slots - 1; slot >= 0; slot--) {
    for (const [index, plan] of plans.entries()) {
      const other = plans[1 - index];
      const choices = [
        at(plan.offWh, slot + 1),
        at(plan.onWh, slot + startSlots) - startPenaltyWh,
        other === undefined ? undefined : at(other.offWh, slot + switchSlots),
      ];
      choose(plan.offWh, plan.offChoice, slot, choices);
    }
    for (const [index, plan] of plans.entries()) {
      const other = plans[1 - index];
      const netWh = ways[index]?.netWh ?? new Float64Array();
      const choices = [
        at(netWh, slot) + at(plan.onWh, slot + 1),
        at(plan.offWh, slot),
        other === undefined ? undefined : at(other.onWh, slot + switchSlots + startSlots),
      ];
      choose(plan.onWh, plan.onChoice, slot, choices);
    }
  }
  return plans;
}

function newPlan(length: number): Plan {
  return {
    onWh: new Float64Array(length),
    offWh: new Float64Array(length),
    onChoice: new Uint8Array(length),
    offChoice: new Uint8Array(length),
  };
}

/** Among equals the first wins: to stay as it is. */
function choose(
  valuesWh: Float64Array,
  choice: Uint8Array,
  slot: number,
  choicesWh: readonly (number | undefined)[],
): void {
  let best = Number.NEGATIVE_INFINITY;
  for (const [index, valueWh] of choicesWh.entries()) {
    if (valueWh === undefined || valueWh <= best) continue;
    best = valueWh;
    choice[slot] = index;
  }
  valuesWh[slot] = best;
}

function at(values: Float64Array | Uint8Array, index: number): number {
  return values[index] ?? 0;
}

/** Walks the plans from a pause at the first slot on and adds up what they bring. */
function followed(ways: readonly SlotRewards[], plans: readonly Plan[], delays: SlotDelays): Schedule {
  const slots = ways[0]?.netWh.length ?? 0;
  const tally = createScheduleTally();
  const firstWh = plans.map((plan) => at(plan.offWh, 0));
  let way = firstWh.indexOf(Math.max(...firstWh));
  let isOn = false;
  for (let slot = 0; slot < slots; ) {
    const plan = plans[way];
    const rewards = ways[way];
    if (plan === undefined || rewards === undefined) break;
    const choice = at(isOn ? plan.onChoice : plan.offChoice, slot);
    if (choice === STAY && isOn) tally.charge(rewards, slot);
    if (choice === TURN) tally.turn(isOn);
    if (choice === SWITCH) tally.switchPhases();
    slot += spentSlots(choice, isOn, delays);
    way = choice === SWITCH ? 1 - way : way;
    isOn = choice === TURN ? !isOn : isOn;
  }
  tally.end();
  return tally.schedule;
}

function spentSlots(choice: number, isOn: boolean, { startSlots, switchSlots }: SlotDelays): number {
  if (choice === STAY) return 1;
  if (choice === SWITCH) return isOn ? switchSlots + startSlots : switchSlots;
  return isOn ? 0 : startSlots;
}

/** Adds up what a schedule brings and how often it changes anything. */
function createScheduleTally() {
  const schedule = { solarWh: 0, gridWh: 0, starts: 0, phaseSwitches: 0, shortRuns: 0, writes: 0 };
  let heldA = 0;
  let runSlots: number | undefined;

  function hold(currentA: number): void {
    if (currentA !== heldA) schedule.writes += 1;
    heldA = currentA;
  }

  function end(): void {
    if (runSlots !== undefined && runSlots < SHORT_RUN_SLOTS) schedule.shortRuns += 1;
    runSlots = undefined;
    hold(0);
  }

  return {
    schedule,
    end,
    turn(isOn: boolean): void {
      if (isOn) {
        end();
        return;
      }
      schedule.starts += 1;
      runSlots = 0;
    },
    charge(rewards: SlotRewards, slot: number): void {
      runSlots = (runSlots ?? 0) + 1;
      schedule.solarWh += at(rewards.solarWh, slot);
      schedule.gridWh += at(rewards.gridWh, slot);
      hold(at(rewards.currentA, slot));
    },
    switchPhases(): void {
      schedule.phaseSwitches += 1;
      hold(0);
    },
  };
}
