import type { Logger } from "pino";
import { type ChargeGoal, type Deadline, missingWh, nextDeadline } from "../core/planner/charge-goal.ts";
import { createLocalTime } from "../core/planner/local-time.ts";
import {
  isPlanCharging,
  type PlanAdvice,
  type PlanOutlook,
  type PlanStance,
  planOutlook,
} from "../core/planner/plan-advice.ts";
import { knownUntilMs, type PriceCurve } from "../core/planner/price-curve.ts";
import { type PricePlan, pricePlan } from "../core/planner/price-plan.ts";
import { expectedSun } from "../core/planner/sun-expectation.ts";
import type { ChargingMode, Settings } from "../core/settings.ts";
import type { SiteSample } from "../core/site-sample.ts";
import { energyWh, powerW } from "../core/units.ts";
import type { ChargePlanDesk, ChargePolicyTarget } from "../ports/charge-plan.ts";
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
  /** What is left of it while the meter is lost, A per phase. */
  readonly failsafeCurrentA: number;
}

export interface ChargePlannerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly prices: Prices;
}

/** Says in every pass what the charge plan wants. */
export interface ChargePlanner extends ChargePlanDesk, ChargePolicyTarget {
  /** Undefined where no plan is wanted: another mode, no car. */
  advise(pass: PlannedPass): PlanAdvice | undefined;
}

export interface PlannedPass {
  readonly sample: SiteSample;
  readonly settings: Settings;
  readonly wallMs: number;
}

interface Situation {
  readonly wallMs: number;
  readonly mode: ChargingMode;
  readonly curve: PriceCurve;
  readonly goal: ChargeGoal;
  readonly deadline: Deadline;
  readonly energyWh: number;
  readonly chargePowerW: number;
  readonly isBlind: boolean;
}

interface MadePlan {
  readonly plan: PricePlan;
  readonly outlook: PlanOutlook;
  readonly from: Situation;
}

export function createChargePlanner(options: ChargePlannerOptions, deps: ChargePlannerDeps): ChargePlanner {
  const { log, store, prices } = deps;
  const local = createLocalTime(options.timeZone);
  const session = createChargeSession(deps);
  const sun = createSunRecord({ store, local });
  const goals = createGoalKeeper(options.goal, store);
  let planned: MadePlan | undefined;
  /** The deadline that was found last: looking it up takes longer than the rest of a pass. */
  let upcoming:
    | {
        readonly goal: ChargeGoal;
        readonly plugInWallMs: number;
        readonly fromMs: number;
        readonly deadline: Deadline;
      }
    | undefined;
  let advice: PlanAdvice | undefined;

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

  function situationOf({ sample, settings, wallMs }: PlannedPass, car: ChargeSession): Situation {
    const { maxCurrentA, phases, canSwitchPhases } = sample.wallbox.capability;
    const isBlind = isFailsafe(sample);
    const currentA = Math.min(
      maxCurrentA,
      options.maxCurrentA,
      settings.maxCurrentA ?? maxCurrentA,
      isBlind ? options.failsafeCurrentA : maxCurrentA,
    );
    const nominalW = powerW(currentA, canSwitchPhases ? 3 : phases);
    const { goal } = goals.goal();
    const deadline = deadlineOf(goal, car, wallMs);
    return {
      wallMs,
      mode: settings.mode,
      curve: prices.curve(),
      goal,
      deadline,
      energyWh: missingWh(goal, deadline.targetSocPct, car.deliveredWh),
      chargePowerW: Math.min(nominalW, car.fullPowerW ?? nominalW),
      isBlind,
    };
  }

  /** Without its meter the house leaves the car the failsafe current; where that is 0 the plan hopes for the meter. */
  function isFailsafe({ meterTrust }: SiteSample): boolean {
    return meterTrust === "lost" && options.failsafeCurrentA > 0;
  }

  function planFor(now: Situation): MadePlan {
    const { wallMs, deadline, chargePowerW, curve } = now;
    const window = {
      nowMs: wallMs,
      deadlineMs: Math.min(deadline.wallMs - options.marginMs, wallMs + LONGEST_WINDOW_MS),
    };
    const request = {
      ...window,
      chargePowerW,
      prices: curve,
      sun: now.mode === "hems_and_spot" ? expectedSun(sun.days(), window, local) : [],
    };
    const plan = pricePlan({
      ...request,
      energyWh: now.energyWh,
      startPenaltyCt: options.startPenaltyCt,
      isCharging: isPlanCharging(advice),
    });
    const shown = {
      ...request,
      deadlineMs: deadline.wallMs,
      latestStartMs: wallMs + Math.max(0, slackMs(now)),
    };
    return { plan, outlook: planOutlook(plan, shown, local), from: now };
  }

  function currentPlan(now: Situation): MadePlan {
    if (planned !== undefined && isStillGood(planned, now)) return planned;
    const before = planned;
    planned = planFor(now);
    const { plan } = planned;
    if (before === undefined || before.plan.kind !== plan.kind || before.from.curve !== now.curve) {
      log.info(
        { kind: plan.kind, slots: plan.slots.slice(0, 5), deadlineMs: plan.deadlineMs },
        "charge planned",
      );
    }
    return planned;
  }

  /** How long the start can still wait, ms. */
  function slackMs({ wallMs, deadline, energyWh: missing, chargePowerW }: Situation): number {
    const neededMs = missing === 0 ? 0 : missing / energyWh(chargePowerW, 1);
    return deadline.wallMs - options.marginMs - wallMs - neededMs;
  }

  /** Whatever the prices are, the deadline is kept: from the latest start on it charges. */
  function isDeadlinePressing(now: Situation): boolean {
    return now.energyWh > 0 && slackMs(now) <= (advice?.stance === "due" ? RELIEF_MS : 0);
  }

  function stanceOf(plan: PricePlan, now: Situation): PlanStance {
    if (isDeadlinePressing(now)) return "due";
    if (plan.chargeNow) return plan.kind === "best_effort" ? "due" : "cheap";
    return plan.kind === "cheapest" && knownUntilMs(now.curve, now.wallMs) <= now.wallMs
      ? "no_prices"
      : "wait";
  }

  function adviceOf(now: Situation): PlanAdvice {
    const { plan, outlook } = currentPlan(now);
    const untilDeadlineWh = energyWh(now.chargePowerW, now.deadline.wallMs - now.wallMs);
    return {
      ...outlook,
      stance: stanceOf(plan, now),
      missingWh: now.energyWh,
      shortfallWh: Math.max(0, now.energyWh - untilDeadlineWh),
      nextSlot: outlook.slots.find(({ end }) => end.wallMs > now.wallMs),
    };
  }

  return {
    goal: goals.goal,
    choose: goals.choose,
    clear: goals.clear,
    applyPolicy: goals.applyPolicy,
    advice: () => advice,
    advise(pass) {
      sun.note(pass.sample, pass.wallMs);
      const isFullCurrent = isPlanCharging(advice) && pass.sample.meterTrust !== "lost";
      const car = session.follow(pass.sample, { wallMs: pass.wallMs, isFullCurrent });
      const isPlanned = pass.settings.mode === "spot" || pass.settings.mode === "hems_and_spot";
      if (car === undefined || !isPlanned) planned = undefined;
      advice = car === undefined || !isPlanned ? undefined : adviceOf(situationOf(pass, car));
      return advice;
    },
  };
}

/** Wall time moved as it should, and nothing that the plan stands on has changed. */
function isStillGood({ plan, from }: MadePlan, now: Situation): boolean {
  const ageMs = now.wallMs - from.wallMs;
  const isUnchanged =
    now.curve === from.curve &&
    now.goal === from.goal &&
    now.mode === from.mode &&
    now.isBlind === from.isBlind &&
    now.deadline.wallMs === from.deadline.wallMs &&
    now.energyWh > 0 === from.energyWh > 0;
  const isInTime = ageMs >= 0 && ageMs < PLAN_LIFE_MS && now.wallMs < (plan.nextChangeWallMs ?? Infinity);
  return isUnchanged && isInTime;
}
