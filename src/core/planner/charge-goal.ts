import {
  createLocalTime,
  type LocalTime,
  minuteOfDay,
  WEEKDAYS,
  type Weekday,
  weekdayOf,
} from "./local-time.ts";

/** By when, and how full, on one day of the week. */
export interface DayGoal {
  /** Minute since midnight. */
  readonly deadlineMinute: number;
  /** IANA name of the zone in which day and minute count; undefined for that of the house. */
  readonly timeZone?: string | undefined;
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
  /** `HH:MM`. */
  readonly charge_deadline: string;
  /** In which zone, where it is not that of the house. */
  readonly timeZone?: string | undefined;
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
    if (day === undefined || deadlineMinute === undefined) return [];
    const { timeZone, charge_percentage: targetSocPct } = day;
    return [[weekday, { deadlineMinute, timeZone, targetSocPct }] as const];
  });
  return Object.fromEntries(entries);
}

/** The first deadline after `wallMs`; undefined when no day has one. `local` is the time of the house. */
export function nextDeadline({ days }: ChargeGoal, wallMs: number, local: LocalTime): Deadline | undefined {
  const [first] = WEEKDAYS.flatMap((weekday) => {
    const day = days[weekday];
    return day === undefined ? [] : deadlinesOf(weekday, day, local, wallMs);
  })
    .filter((deadline) => deadline.wallMs > wallMs)
    .sort((a, b) => a.wallMs - b.wallMs);
  return first;
}

/** Those of this day of the week in the seven days from `wallMs` on, and in the seven after them. */
function deadlinesOf(weekday: Weekday, day: DayGoal, local: LocalTime, wallMs: number): readonly Deadline[] {
  const { deadlineMinute: minute, timeZone, targetSocPct } = day;
  const zone = timeZone === undefined ? local : createLocalTime(timeZone);
  const { dayNumber } = zone.momentAt(wallMs);
  const daysAhead = WEEKDAYS.findIndex((_, ahead) => weekdayOf(dayNumber + ahead) === weekday);
  return [0, WEEKDAYS.length].map((weekDays) => ({
    wallMs: zone.wallMsAt({ dayNumber: dayNumber + daysAhead + weekDays, minute }),
    targetSocPct,
  }));
}

/** What the session still lacks at the socket, Wh; never below 0. */
export function missingWh(goal: ChargeGoal, targetSocPct: number | undefined, deliveredWh: number): number {
  return Math.max(0, sessionWh(goal, targetSocPct) - deliveredWh);
}

function sessionWh({ battery, energyWh }: ChargeGoal, targetSocPct: number | undefined): number {
  if (battery === undefined || targetSocPct === undefined) return energyWh;
  return (((targetSocPct - battery.socPct) / 100) * battery.capacityWh) / CHARGE_EFFICIENCY;
}
