import type { CarBattery, ChargeGoal, DayGoal } from "./charge-goal.ts";
import { WEEKDAYS, type Weekday } from "./local-time.ts";

/** How much: an energy of the session, or a state of charge, which needs a car battery of known size. */
export type ChargeAim =
  | { readonly kind: "energy"; readonly energyWh: number }
  | { readonly kind: "soc"; readonly targetSocPct: number };

/** One chosen day. */
export interface DayChoice {
  /** Minute since midnight; `none`: no deadline on that day. */
  readonly deadlineMinute: number | "none";
  /** IANA name of the zone in which they count; undefined for that of the house. */
  readonly timeZone?: string | undefined;
  /** Undefined: as on that day beneath. */
  readonly targetSocPct?: number | undefined;
}

/** What somebody chose of a goal; parts that are absent stay as they are beneath. */
export interface GoalChoice {
  /** For every day that `days` does not name. */
  readonly deadlineMinute?: number | undefined;
  readonly days?: Readonly<Partial<Record<Weekday, DayChoice>>> | undefined;
  readonly aim?: ChargeAim | undefined;
  readonly battery?: Partial<CarBattery> | undefined;
}

/** State of charge at plug-in, %, where nobody says. */
export const USUAL_ARRIVAL_SOC_PCT = 50;

/** Who chose: a person in the house, the partner's charge policy, the config file. */
export type GoalSource = "local" | "policy" | "config";

export interface GoalLayer {
  readonly source: GoalSource;
  readonly choice: GoalChoice;
}

/** A goal, and who chose which part of it. */
export interface SourcedGoal {
  readonly goal: ChargeGoal;
  readonly deadlineSource: GoalSource;
  readonly aimSource: GoalSource;
}

/** `base` of the config under `layers`, the weakest first. */
export function sourcedGoal(base: ChargeGoal, layers: readonly GoalLayer[]): SourcedGoal {
  const start: SourcedGoal = { goal: base, deadlineSource: "config", aimSource: "config" };
  return layers.reduce((beneath, { source, choice }) => {
    const { deadlineSource, aimSource } = beneath;
    return {
      goal: chosenGoal(beneath.goal, choice),
      deadlineSource: hasDeadline(choice) ? source : deadlineSource,
      aimSource: hasAim(choice) ? source : aimSource,
    };
  }, start);
}

/**
 * `earlier` with the parts of `later` in place: deadlines, amount and battery are each replaced as a whole, and stay where
 * `later` does not name them.
 */
export function mergedChoice(earlier: GoalChoice, later: GoalChoice): GoalChoice {
  const { deadlineMinute, days } = hasDeadline(later) ? later : earlier;
  const isAimNew = later.aim !== undefined && !hasDeadline(later);
  return {
    deadlineMinute,
    days: isAimNew ? withoutTargets(days) : days,
    aim: hasAim(later) ? later.aim : earlier.aim,
    battery: later.battery === undefined ? earlier.battery : { ...earlier.battery, ...later.battery },
  };
}

function withoutTargets(days: GoalChoice["days"]): GoalChoice["days"] {
  if (days === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(days).map(([weekday, { targetSocPct: _pct, ...day }]) => [weekday, day]),
  );
}

/** Why a choice cannot be carried out over `beneath`: a code and a sentence with the remedy; undefined when it can. */
export function choiceProblem(
  beneath: ChargeGoal,
  choice: GoalChoice,
): { readonly reason: string; readonly detail: string } | undefined {
  const { days, battery } = chosenGoal(beneath, choice);
  const isSocChosen =
    choice.aim?.kind === "soc" || daysOf(choice).some((day) => day.targetSocPct !== undefined);
  if (!isSocChosen) return undefined;
  if (battery === undefined) {
    return {
      reason: "battery_unknown",
      detail: "a state of charge needs the size of the car's battery: give car_battery_kwh, or an energy",
    };
  }
  if (Object.keys(days).length === 0) {
    return {
      reason: "deadline_missing",
      detail: "a state of charge needs a deadline, and no day has one: give one, or an energy",
    };
  }
  return undefined;
}

function hasDeadline({ deadlineMinute, days }: GoalChoice): boolean {
  return deadlineMinute !== undefined || days !== undefined;
}

function hasAim(choice: GoalChoice): boolean {
  return choice.aim !== undefined || daysOf(choice).some((day) => day.targetSocPct !== undefined);
}

function daysOf({ days = {} }: GoalChoice): readonly DayChoice[] {
  return Object.values(days);
}

function chosenGoal(beneath: ChargeGoal, choice: GoalChoice): ChargeGoal {
  const { aim } = choice;
  const entries = WEEKDAYS.flatMap((weekday) => {
    const day = chosenDay(beneath.days[weekday], choice.days?.[weekday], choice);
    return day === undefined ? [] : [[weekday, day] as const];
  });
  return {
    days: Object.fromEntries(entries),
    energyWh: aim?.kind === "energy" ? aim.energyWh : beneath.energyWh,
    battery: chosenBattery(beneath.battery, choice.battery),
  };
}

function chosenBattery(
  beneath: CarBattery | undefined,
  chosen: Partial<CarBattery> | undefined,
): CarBattery | undefined {
  const { capacityWh, socPct = USUAL_ARRIVAL_SOC_PCT } = { ...beneath, ...chosen };
  return capacityWh === undefined ? undefined : { capacityWh, socPct };
}

function chosenDay(
  beneath: DayGoal | undefined,
  day: DayChoice | undefined,
  { deadlineMinute: everyDay, aim }: GoalChoice,
): DayGoal | undefined {
  const deadlineMinute = day?.deadlineMinute ?? everyDay ?? beneath?.deadlineMinute;
  if (deadlineMinute === undefined || deadlineMinute === "none") return undefined;
  // A time brings its zone along.
  const { timeZone } = day ?? (everyDay === undefined ? beneath : undefined) ?? {};
  return {
    deadlineMinute,
    timeZone,
    targetSocPct: day?.targetSocPct ?? aimedSocPct(aim, beneath?.targetSocPct),
  };
}

function aimedSocPct(aim: ChargeAim | undefined, beneathPct: number | undefined): number | undefined {
  switch (aim?.kind) {
    case "energy":
      return undefined;
    case "soc":
      return aim.targetSocPct;
    case undefined:
      return beneathPct;
  }
}
