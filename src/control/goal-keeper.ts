import type { CarBattery, ChargeGoal, DayGoal } from "../core/planner/charge-goal.ts";
import { WEEKDAYS } from "../core/planner/local-time.ts";
import type { StateStore } from "../ports/state-store.ts";

const STORE_KEY = "charge_goal";

/** The config's goal under what was set over it; the latter survives a restart. */
export interface GoalKeeper {
  /** The same object until something is set. */
  current(): ChargeGoal;
  set(parts: Partial<ChargeGoal> | undefined): void;
}

export function createGoalKeeper(defaults: ChargeGoal, store: StateStore): GoalKeeper {
  let goal: ChargeGoal = { ...defaults, ...storedParts(store.get(STORE_KEY)) };
  return {
    current: () => goal,
    set(parts) {
      goal = { ...defaults, ...parts };
      store.put(STORE_KEY, parts ?? {});
    },
  };
}

/** What an earlier run stored; parts that do not fit are left out. */
function storedParts(stored: unknown): Partial<ChargeGoal> {
  const { days, energyWh, battery } = membersOf(stored);
  return {
    ...(days === undefined ? {} : { days: storedDays(days) }),
    ...(isWithin(energyWh, 1_000_000) ? { energyWh } : {}),
    ...(isBattery(battery) ? { battery } : {}),
  };
}

function storedDays(stored: unknown): ChargeGoal["days"] {
  const days = membersOf(stored);
  const entries = WEEKDAYS.flatMap((weekday) => {
    const { deadlineMinute, targetSocPct } = membersOf(days[weekday]);
    if (!isWithin(deadlineMinute, 1_439)) return [];
    const day: DayGoal = {
      deadlineMinute,
      targetSocPct: isWithin(targetSocPct, 100) ? targetSocPct : undefined,
    };
    return [[weekday, day] as const];
  });
  return Object.fromEntries(entries);
}

function isBattery(value: unknown): value is CarBattery {
  const { capacityWh, socPct } = membersOf(value);
  return isWithin(capacityWh, 1_000_000) && isWithin(socPct, 100);
}

function isWithin(value: unknown, highest: number): value is number {
  return typeof value === "number" && value >= 0 && value <= highest;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
