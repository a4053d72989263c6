import { type LocalTime, minuteOfDay, WEEKDAYS, type Weekday, weekdayOf } from "./local-time.ts";

/** By when, and how full, on one day of the week. */
export interface DayGoal {
  /** Minute since local midnight. */
  readonly deadlineMinute: number;
  /** State of charge to reach, %; undefined where an energy is asked for. */
  readonly targetSocPct: number | undefined;
}

/** What a charge is for. */
export interface ChargeGoal {
  /** A day without an entry has no deadline. */
  readonly days: Readonly<Partial<Record<Weekday, DayGoal>>>;
  /** Energy of one session, from plug-in on, Wh; used where no state of charge can be aimed at. */
  readonly energyWh: number;
  /** What is needed to aim at a state of charge; undefined where it is not known. */
  readonly battery: CarBattery | undefined;
}

export interface CarBattery {
  readonly capacityWh: number;
  /** State of charge at plug-in, %. */
  readonly socPct: number;
}

export interface Deadline {
  readonly wallMs: number;
  readonly targetSocPct: number | undefined;
}

/** One day of a charge policy in the Partner API's shape. */
export interface PolicyDay {
  readonly charge_percentage?: number | undefined;
  /** `HH:MM`, local. */
  readonly charge_deadline: string;
}

/** A charge policy as the Partner API tells it; a day without an entry has no deadline. */
export type ChargePolicy = Readonly<Partial<Record<Weekday, PolicyDay | undefined>>>;

/** Share of the energy at the socket that reaches the battery: AC charging loses about a tenth. */
const CHARGE_EFFICIENCY = 0.9;

/** The days of a charge policy; one whose deadline is no time of day is left out. */
export function goalDays(policy: ChargePolicy): ChargeGoal["days"] {
  const entries = WEEKDAYS.flatMap((weekday) => {
    const day = policy[weekday];
    const deadlineMinute = day === undefined ? undefined : minuteOfDay(day.charge_deadline);
    if (deadlineMinute === undefined) return [];
    return [[weekday, { deadlineMinute, targetSocPct: day?.charge_percentage }] as const];
  });
  return Object.fromEntries(entries);
}

/** The first deadline after `wallMs`; undefined when no day has one. */
export function nextDeadline({ days }: ChargeGoal, wallMs: number, local: LocalTime): Deadline | undefined {
  const { dayNumber } = local.momentAt(wallMs);
  for (let ahead = 0; ahead <= WEEKDAYS.length; ahead++) {
    const day = days[weekdayOf(dayNumber + ahead)];
    if (day === undefined) continue;
    const deadlineMs = local.wallMsAt({ dayNumber: dayNumber + ahead, minute: day.deadlineMinute });
    if (deadlineMs > wallMs) return { wallMs: deadlineMs, targetSocPct: day.targetSocPct };
  }
  return undefined;
}

/** What the session still lacks at the socket, Wh; never below 0. */
export function missingWh(goal: ChargeGoal, targetSocPct: number | undefined, deliveredWh: number): number {
  return Math.max(0, sessionWh(goal, targetSocPct) - deliveredWh);
}

function sessionWh({ battery, energyWh }: ChargeGoal, targetSocPct: number | undefined): number {
  if (battery === undefined || targetSocPct === undefined) return energyWh;
  return (((targetSocPct - battery.socPct) / 100) * battery.capacityWh) / CHARGE_EFFICIENCY;
}
