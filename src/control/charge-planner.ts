import type { Logger } from "pino";
import { type ChargeGoal, type Deadline, missingWh, nextDeadline } from "../core/planner/charge-goal.ts";
import { createLocalTime } from "../core/planner/local-time.ts";
import { knownUntilMs, type PriceCurve } from "../core/planner/price-curve.ts";
import { type PricePlan, pricePlan } from "../core/planner/price-plan.ts";
import { expectedSun } from "../core/planner/sun-expectation.ts";
import type { ChargingMode, Settings } from "../core/settings.ts";
import type { SiteSample } from "../core/site-sample.ts";
import { energyWh, powerW } from "../core/units.ts";
import type { PriceSlot } from "../core/wish.ts";
import type { ChargePlanDesk } from "../ports/charge-plan.ts";
import type { Clock } from "../ports/clock.ts";
import type { Prices } from "../ports/prices.ts";
import type { StateStore } from "../ports/state-store.ts";
import { type ChargeSession, createChargeSession } from "./charge-session.ts";
import { createGoalKeeper } from "./goal-keeper.ts";
import { createSunRecord } from "./sun-record.ts";

/** Without a deadline a car is ready this long after plug-in, and again after as long, ms. */
const ROLLING_MS = 86_400_000;
/** Nobody knows prices further ahead, ms. */
const LONGEST_WINDOW_MS = 2 * 86_400_000;
/** A plan is made anew after this long, ms: cars draw less than assumed, clouds come. */
const PLAN_LIFE_MS = 300_000;
/** A late start that was forced ends when this much time has been gained, ms. */
const RELIEF_MS = 600_000;

export interface ChargePlannerOptions {
  readonly goal: ChargeGoal;
  readonly timeZone: string;
  /** What one more start is worth avoiding, ct. */
  readonly startPenaltyCt: number;
  /** The plan is done this long before the deadline, ms. */
  readonly marginMs: number;
  /** The configured maximum, A per phase. */
  readonly maxCurrentA: number;
}

export interface ChargePlannerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly prices: Prices;
}

/** Says in every pass whether the price plan charges now. */
export interface ChargePlanner extends ChargePlanDesk {
  /** Undefined where no prices are known and the deadline can wait. */
  priceSlot(pass: {
    readonly sample: SiteSample;
    readonly settings: Settings;
    readonly wallMs: number;
  }): PriceSlot;
}

interface Situation {
  readonly wallMs: number;
  readonly mode: ChargingMode;
  readonly curve: PriceCurve;
  readonly goal: ChargeGoal;
  readonly deadline: Deadline;
  readonly energyWh: number;
  readonly chargePowerW: number;
}

export function createChargePlanner(options: ChargePlannerOptions, deps: ChargePlannerDeps): ChargePlanner {
  const { log, store, prices } = deps;
  const local = createLocalTime(options.timeZone);
  const session = createChargeSession(deps);
  const sun = createSunRecord({ store, local });
  const goals = createGoalKeeper(options.goal, store);
  let planned: { readonly plan: PricePlan; readonly from: Situation } | undefined;
  /** The deadline that was found last: looking it up takes longer than the rest of a pass. */
  let upcoming:
    | {
        readonly goal: ChargeGoal;
        readonly plugInWallMs: number;
        readonly fromMs: number;
        readonly deadline: Deadline;
      }
    | undefined;
  let isForced = false;
  let slot: PriceSlot;

  function deadlineOf(goal: ChargeGoal, { plugInWallMs }: ChargeSession, wallMs: number): Deadline {
    const known = upcoming;
    const isKnown = known?.goal === goal && known.plugInWallMs === plugInWallMs;
    if (known !== undefined && isKnown && known.fromMs <= wallMs && wallMs < known.deadline.wallMs)
      return known.deadline;
    const rounds = Math.max(1, Math.floor((wallMs - plugInWallMs) / ROLLING_MS) + 1);
    const rolling = { wallMs: plugInWallMs + rounds * ROLLING_MS, targetSocPct: undefined };
    const deadline = nextDeadline(goal, wallMs, local) ?? rolling;
    upcoming = { goal, plugInWallMs, fromMs: wallMs, deadline };
    return deadline;
  }

  function situationOf(
    { sample, settings, wallMs }: { sample: SiteSample; settings: Settings; wallMs: number },
    car: ChargeSession,
  ): Situation {
    const { maxCurrentA, phases, canSwitchPhases } = sample.wallbox.capability;
    const currentA = Math.min(maxCurrentA, options.maxCurrentA, settings.maxCurrentA ?? maxCurrentA);
    const nominalW = powerW(currentA, canSwitchPhases ? 3 : phases);
    const goal = goals.current();
    const deadline = deadlineOf(goal, car, wallMs);
    return {
      wallMs,
      mode: settings.mode,
      curve: prices.curve(),
      goal,
      deadline,
      energyWh: missingWh(goal, deadline.targetSocPct, car.deliveredWh),
      chargePowerW: Math.min(nominalW, car.fullPowerW ?? nominalW),
    };
  }

  function planFor(now: Situation): PricePlan {
    const window = {
      nowMs: now.wallMs,
      deadlineMs: Math.min(now.deadline.wallMs - options.marginMs, now.wallMs + LONGEST_WINDOW_MS),
    };
    return pricePlan({
      ...window,
      energyWh: now.energyWh,
      chargePowerW: now.chargePowerW,
      prices: now.curve,
      sun: now.mode === "hems_and_spot" ? expectedSun(sun.days(), window, local) : [],
      startPenaltyCt: options.startPenaltyCt,
      isCharging: slot === "cheap",
    });
  }

  function currentPlan(now: Situation): PricePlan {
    if (planned !== undefined && isStillGood(planned.plan, planned.from, now)) return planned.plan;
    const plan = planFor(now);
    if (planned === undefined || planned.plan.kind !== plan.kind || planned.from.curve !== now.curve) {
      log.info(
        { kind: plan.kind, slots: plan.slots.slice(0, 5), deadlineMs: plan.deadlineMs },
        "charge planned",
      );
    }
    planned = { plan, from: now };
    return plan;
  }

  /** Whatever the prices are, the deadline is kept: from the latest start on it charges. */
  function isDeadlinePressing({ wallMs, deadline, energyWh: missing, chargePowerW }: Situation): boolean {
    const neededMs = missing / energyWh(chargePowerW, 1);
    const slackMs = deadline.wallMs - options.marginMs - wallMs - neededMs;
    return missing > 0 && slackMs <= (isForced ? RELIEF_MS : 0);
  }

  function slotOf(now: Situation): PriceSlot {
    const plan = currentPlan(now);
    isForced = isDeadlinePressing(now);
    if (isForced || plan.chargeNow) return "cheap";
    return plan.kind === "cheapest" && knownUntilMs(now.curve, now.wallMs) <= now.wallMs ? undefined : "dear";
  }

  return {
    goal: goals.current,
    setChargePlan: goals.set,
    plan: () => planned?.plan,
    priceSlot(pass) {
      sun.note(pass.sample, pass.wallMs);
      const car = session.follow(pass.sample, { wallMs: pass.wallMs, isFullCurrent: slot === "cheap" });
      const isPlanned = pass.settings.mode === "spot" || pass.settings.mode === "hems_and_spot";
      if (car === undefined || !isPlanned) {
        planned = undefined;
        isForced = false;
        slot = undefined;
        return slot;
      }
      slot = slotOf(situationOf(pass, car));
      return slot;
    },
  };
}

/** Wall time moved as it should, and nothing that the plan stands on has changed. */
function isStillGood(plan: PricePlan, from: Situation, now: Situation): boolean {
  const ageMs = now.wallMs - from.wallMs;
  const isUnchanged =
    now.curve === from.curve &&
    now.goal === from.goal &&
    now.mode === from.mode &&
    now.deadline.wallMs === from.deadline.wallMs &&
    now.energyWh > 0 === from.energyWh > 0;
  const isInTime = ageMs >= 0 && ageMs < PLAN_LIFE_MS && now.wallMs < (plan.nextChangeWallMs ?? Infinity);
  return isUnchanged && isInTime;
}
