import { z } from "zod";
import type { DayChoice, GoalChoice } from "../core/planner/goal-choice.ts";
import { minuteOfDay, WEEKDAYS } from "../core/planner/local-time.ts";
import { planDaySchema, socPct, timeOfDay } from "./price-schema.ts";

const dayChoices = Object.fromEntries(
  WEEKDAYS.map((weekday) => [weekday, planDaySchema.nullable().optional()]),
) as Record<(typeof WEEKDAYS)[number], z.ZodOptional<z.ZodNullable<typeof planDaySchema>>>;

/** What a person in the house may ask of the charge plan; parts that are left out stay as they are. */
export const chargePlanFields = {
  /** For every day that `days` does not name. */
  deadline: timeOfDay.optional(),
  /** Null: no deadline on that day. */
  days: z.strictObject(dayChoices).optional(),
  energy_kwh: z.number().min(0).max(200).optional(),
  target_soc_pct: socPct.optional(),
  car_battery_kwh: z.number().min(1).max(300).optional(),
  arrival_soc_pct: socPct.optional(),
  /** Name of a wallbox; default: every one. */
  wallbox: z.string().min(1).max(32).optional(),
};

const PARTS = [
  "deadline",
  "days",
  "energy_kwh",
  "target_soc_pct",
  "car_battery_kwh",
  "arrival_soc_pct",
] as const;

export type ChargePlanFields = z.infer<z.ZodObject<typeof chargePlanFields>>;

export function namesChargePlan(fields: ChargePlanFields): boolean {
  return PARTS.some((name) => fields[name] !== undefined);
}

export const NOTHING_NAMED = `give at least one of ${PARTS.join(", ")}`;

export function hasOneAim({ energy_kwh, target_soc_pct }: ChargePlanFields): boolean {
  return energy_kwh === undefined || target_soc_pct === undefined;
}

export const TWO_AIMS = { message: "give energy_kwh or target_soc_pct, not both", path: ["target_soc_pct"] };

export const chargePlanRequestSchema = z
  .strictObject(chargePlanFields)
  .refine(namesChargePlan, NOTHING_NAMED)
  .refine(hasOneAim, TWO_AIMS);

export function goalChoice(fields: ChargePlanFields): GoalChoice {
  const { deadline, days, energy_kwh: energyKwh, target_soc_pct: targetSocPct } = fields;
  return {
    ...(deadline === undefined ? {} : { deadlineMinute: minuteOfDay(deadline) }),
    ...(days === undefined ? {} : { days: dayChoicesOf(days) }),
    ...(energyKwh === undefined ? {} : { aim: { kind: "energy", energyWh: energyKwh * 1_000 } }),
    ...(targetSocPct === undefined ? {} : { aim: { kind: "soc", targetSocPct } }),
    ...batteryOf(fields),
  };
}

function dayChoicesOf(days: NonNullable<ChargePlanFields["days"]>): NonNullable<GoalChoice["days"]> {
  const entries = WEEKDAYS.flatMap((weekday) => {
    const day = days[weekday];
    return day === undefined ? [] : [[weekday, dayChoice(day)] as const];
  });
  return Object.fromEntries(entries);
}

function dayChoice(day: z.infer<typeof planDaySchema> | null): DayChoice {
  const deadlineMinute = day === null ? undefined : minuteOfDay(day.charge_deadline);
  return { deadlineMinute: deadlineMinute ?? "none", targetSocPct: day?.charge_percentage };
}

function batteryOf({ car_battery_kwh: batteryKwh, arrival_soc_pct: socPct }: ChargePlanFields): GoalChoice {
  if (batteryKwh === undefined && socPct === undefined) return {};
  return {
    battery: {
      ...(batteryKwh === undefined ? {} : { capacityWh: batteryKwh * 1_000 }),
      ...(socPct === undefined ? {} : { socPct }),
    },
  };
}
