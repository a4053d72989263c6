import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { PHASE_SWITCH_S, type PhaseChoice, type ReplayDevice } from "./replay-device.ts";
import { SLOT_S, type SlotRewards, slotRewards, surplusBySecondW, surplusEnergyWh } from "./slot-rewards.ts";

/** A run of fewer slots is short: 5 min. */
const SHORT_RUN_SLOTS = 300 / SLOT_S;

export interface OptimumOptions {
  readonly device: ReplayDevice;
  readonly phases: PhaseChoice;
  /** What a start, or a switch while charging, costs in the reckoning, Wh; it is not in the figures. */
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
  const plans = bestPlans(ways, delays, startPenaltyWh + LEAST_GAIN_WH);
  return followed(ways, plans, delays);
}

/** What a start or a switch must bring at least, Wh: nothing is done for nothing. */
const LEAST_GAIN_WH = 1e-6;

const STAY = 0;
const SWITCH = 1;
/** From charging: stop. From pausing: start. */
const TURN = 2;

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
      const option = chooser(plan.offWh, plan.offChoice, slot);
      option(STAY, at(plan.offWh, slot + 1));
      option(TURN, at(plan.onWh, slot + startSlots) - startPenaltyWh);
      if (other !== undefined) option(SWITCH, at(other.offWh, slot + switchSlots) - LEAST_GAIN_WH);
    }
    for (const [index, plan] of plans.entries()) {
      const other = plans[1 - index];
      const netWh = ways[index]?.netWh ?? new Float64Array();
      const option = chooser(plan.onWh, plan.onChoice, slot);
      option(STAY, at(netWh, slot) + at(plan.onWh, slot + 1));
      if (other !== undefined) {
        option(SWITCH, at(other.onWh, slot + switchSlots + startSlots) - startPenaltyWh);
      }
      option(TURN, at(plan.offWh, slot));
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

/** Keeps the best option for a slot; among equals the first. */
function chooser(valuesWh: Float64Array, choice: Uint8Array, slot: number) {
  valuesWh[slot] = Number.NEGATIVE_INFINITY;
  return (code: number, valueWh: number): void => {
    if (valueWh <= at(valuesWh, slot)) return;
    valuesWh[slot] = valueWh;
    choice[slot] = code;
  };
}

function at(values: Float64Array | Uint8Array, index: number): number {
  return values[index] ?? 0;
}

/** Walks the plans from a pause at the first slot on and adds up what they bring. */
function followed(ways: readonly SlotRewards[], plans: readonly Plan[], delays: SlotDelays): Schedule {
  const both = ways.flatMap((rewards, way) => {
    const plan = plans[way];
    return plan === undefined ? [] : [{ rewards, plan }];
  });
  const tally = createScheduleTally();
  const firstWh = plans.map((plan) => at(plan.offWh, 0));
  let way = firstWh.indexOf(Math.max(...firstWh));
  let isOn = false;
  let slot = 0;
  for (let now = both[way]; now !== undefined && slot < now.rewards.netWh.length; now = both[way]) {
    const choice = at(isOn ? now.plan.onChoice : now.plan.offChoice, slot);
    tally.take(choice, isOn, { rewards: now.rewards, slot });
    slot += spentSlots(choice, isOn, delays);
    if (choice === SWITCH) way = 1 - way;
    if (choice === TURN) isOn = !isOn;
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

  function start(): void {
    schedule.starts += 1;
    runSlots = 0;
  }

  function charge(rewards: SlotRewards, slot: number): void {
    runSlots = (runSlots ?? 0) + 1;
    schedule.solarWh += at(rewards.solarWh, slot);
    schedule.gridWh += at(rewards.gridWh, slot);
    hold(at(rewards.currentA, slot));
  }

  function end(): void {
    if (runSlots !== undefined && runSlots < SHORT_RUN_SLOTS) schedule.shortRuns += 1;
    runSlots = undefined;
    hold(0);
  }

  return {
    schedule,
    end,
    take(
      choice: number,
      isOn: boolean,
      here: { readonly rewards: SlotRewards; readonly slot: number },
    ): void {
      if (choice === SWITCH) {
        schedule.phaseSwitches += 1;
        hold(0);
      } else if (choice === TURN) {
        if (isOn) end();
        else start();
      } else if (isOn) charge(here.rewards, here.slot);
    },
  };
}
