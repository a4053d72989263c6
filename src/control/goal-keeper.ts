import type { CarBattery, ChargeGoal, ChargePolicy } from "../core/planner/charge-goal.ts";
import { goalDays } from "../core/planner/charge-goal.ts";
import {
  type ChargeAim,
  choiceProblem,
  type DayChoice,
  type GoalChoice,
  mergedChoice,
  type SourcedGoal,
  sourcedGoal,
} from "../core/planner/goal-choice.ts";
import { isTimeZone, WEEKDAYS } from "../core/planner/local-time.ts";
import type { ChargePlanDesk, ChargePolicyTarget } from "../ports/charge-plan.ts";
import type { StateStore } from "../ports/state-store.ts";

const LOCAL_KEY = "charge_goal";
const POLICY_KEY = "charge_policy";

/** The config's goal under the partner's policy under the local choice; both survive a restart. */
export interface GoalKeeper extends ChargePolicyTarget, Pick<ChargePlanDesk, "goal" | "choose" | "clear"> {
  /** The same object until something is chosen. */
  goal(): SourcedGoal;
}

export function createGoalKeeper(defaults: ChargeGoal, store: StateStore): GoalKeeper {
  let local = storedChoice(store.get(LOCAL_KEY));
  let policy = storedChoice(store.get(POLICY_KEY));
  let goal = resolved();

  function beneath(): SourcedGoal {
    return sourcedGoal(defaults, [{ source: "policy", choice: policy }]);
  }

  function resolved(): SourcedGoal {
    return sourcedGoal(defaults, [
      { source: "policy", choice: policy },
      { source: "local", choice: local },
    ]);
  }

  function keep(next: GoalChoice): void {
    local = next;
    goal = resolved();
    store.put(LOCAL_KEY, local);
  }

  return {
    goal: () => goal,
    choose(choice) {
      const next = mergedChoice(local, choice);
      const problem = choiceProblem(beneath().goal, next);
      if (problem !== undefined) return { ok: false, ...problem };
      keep(next);
      return { ok: true };
    },
    clear() {
      keep({});
      return { ok: true };
    },
    applyPolicy(given) {
      const next = given === undefined ? {} : policyChoice(given);
      if (JSON.stringify(next) === JSON.stringify(policy)) return;
      policy = next;
      goal = resolved();
      store.put(POLICY_KEY, policy);
    },
  };
}

/** A policy names every day: one that it leaves out has no deadline. */
function policyChoice(policy: ChargePolicy): GoalChoice {
  const days = goalDays(policy);
  const entries = WEEKDAYS.map((weekday): [string, DayChoice] => [
    weekday,
    days[weekday] ?? { deadlineMinute: "none" },
  ]);
  return { days: Object.fromEntries(entries) };
}

/** What an earlier run stored; parts that do not fit are left out. */
function storedChoice(stored: unknown): GoalChoice {
  const { deadlineMinute, days, aim, battery } = membersOf(stored);
  return {
    ...(isMinute(deadlineMinute) ? { deadlineMinute } : {}),
    ...(days === undefined ? {} : { days: storedDays(days) }),
    ...(isAim(aim) ? { aim } : {}),
    ...(isBattery(battery) ? { battery } : {}),
  };
}

function storedDays(stored: unknown): NonNullable<GoalChoice["days"]> {
  const days = membersOf(stored);
  const entries = WEEKDAYS.flatMap((weekday) => {
    const { deadlineMinute, timeZone, targetSocPct } = membersOf(days[weekday]);
    if (deadlineMinute !== "none" && !isMinute(deadlineMinute)) return [];
    const day: DayChoice = {
      deadlineMinute,
      ...(typeof timeZone === "string" && isTimeZone(timeZone) ? { timeZone } : {}),
      ...(isWithin(targetSocPct, 100) ? { targetSocPct } : {}),
    };
    return [[weekday, day] as const];
  });
  return Object.fromEntries(entries);
}

function isAim(value: unknown): value is ChargeAim {
  const { kind, energyWh, targetSocPct } = membersOf(value);
  return kind === "energy" ? isWithin(energyWh, 1_000_000) : kind === "soc" && isWithin(targetSocPct, 100);
}

function isBattery(value: unknown): value is Partial<CarBattery> {
  if (typeof value !== "object" || value === null) return false;
  const { capacityWh, socPct } = membersOf(value);
  return (
    (capacityWh === undefined || isWithin(capacityWh, 1_000_000)) &&
    (socPct === undefined || isWithin(socPct, 100))
  );
}

function isMinute(value: unknown): value is number {
  return isWithin(value, 1_439);
}

function isWithin(value: unknown, highest: number): value is number {
  return typeof value === "number" && value >= 0 && value <= highest;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
