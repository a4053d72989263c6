import { z } from "zod";
import { WEEKDAYS } from "../core/planner/local-time.ts";

const daySchema = z.object({
  charge_deadline: z.string(),
  time_zone: z.string().optional(),
  charge_percentage: z.number().optional(),
});

/** The part of `GET /api/charge-plan` that the terminal shows; more may be there. */
export const daemonPlanSchema = z.object({
  goal: z.object({
    days: z.record(z.string(), daySchema.nullable()),
    energy_kwh: z.number(),
    sources: z.object({ deadline: z.string(), amount: z.string() }),
  }),
  plan: z
    .object({
      stance: z.string(),
      energy_needed_kwh: z.number(),
      energy_short_kwh: z.number(),
      expected_sun_kwh: z.number(),
      expected_cost_ct: z.number().nullable(),
      deadline_text: z.string(),
      prices_until_text: z.string().nullable(),
      slots: z.array(
        z.object({
          start_text: z.string(),
          end_text: z.string(),
          energy_kwh: z.number(),
          price_ct_kwh: z.number().nullable(),
        }),
      ),
    })
    .nullable(),
});

type DaemonPlan = z.infer<typeof daemonPlanSchema>;
type Plan = NonNullable<DaemonPlan["plan"]>;

const SOURCES: Readonly<Record<string, string>> = {
  local: "chosen here",
  policy: "from the partner's charge policy",
  config: "from the config",
};

const STANCES: Readonly<Record<string, string>> = {
  cheap: "charging in a cheap hour",
  due: "charging for the deadline",
  wait: "waiting",
  no_prices: "no prices known: waiting for the latest start",
};

/** The plan in the words of somebody who wants to drive in the morning. */
export function planText({ goal, plan }: DaemonPlan): string {
  const lines = [
    `ready by  ${deadlinesText(goal.days)} (${SOURCES[goal.sources.deadline] ?? goal.sources.deadline})`,
    `amount    ${amountText(goal)} (${SOURCES[goal.sources.amount] ?? goal.sources.amount})`,
    ...(plan === null
      ? ["plan      none: the mode needs none, or no car is plugged in"]
      : [...planLines(plan), ...slotLines(plan)]),
  ];
  return `${lines.join("\n")}\n`;
}

function planLines(plan: Plan): readonly string[] {
  const { expected_cost_ct: costCt, energy_short_kwh: shortKwh, prices_until_text: until } = plan;
  return [
    `now       ${STANCES[plan.stance] ?? plan.stance}`,
    `needed    ${plan.energy_needed_kwh.toFixed(1)} kWh by ${plan.deadline_text}`,
    ...(shortKwh >= 0.1 ? [`missing   about ${shortKwh.toFixed(1)} kWh of it will not make it in time`] : []),
    ...(plan.expected_sun_kwh > 0
      ? [`sun       about ${plan.expected_sun_kwh.toFixed(1)} kWh expected`]
      : []),
    ...(costCt === null ? [] : [`cost      about ${(costCt / 100).toFixed(2)} EUR for the hours below`]),
    ...(until === null ? [] : [`prices    known until ${until}`]),
  ];
}

function slotLines({ slots }: Plan): readonly string[] {
  if (slots.length === 0) return [];
  const rows = slots.map((slot) => [
    slot.start_text,
    slot.end_text,
    `${slot.energy_kwh.toFixed(1)} kWh`,
    slot.price_ct_kwh === null ? "not known" : `${slot.price_ct_kwh.toFixed(1)} ct/kWh`,
  ]);
  const table = [["from", "to", "energy", "price"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return [
    "",
    ...table.map((row) =>
      row
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("   "),
    ),
  ];
}

/** `mon-fri 07:00, sat 09:00`. */
function deadlinesText(days: DaemonPlan["goal"]["days"]): string {
  const runs: { first: string; last: string; readonly time: string }[] = [];
  let before: string | undefined;
  for (const weekday of WEEKDAYS) {
    const day = days[weekday];
    const time = [day?.charge_deadline, day?.time_zone].filter((part) => part !== undefined).join(" ");
    const run = runs.at(-1);
    if (time !== "" && run !== undefined && run.time === time && run.last === before) run.last = weekday;
    else if (time !== "") runs.push({ first: weekday, last: weekday, time });
    before = weekday;
  }
  if (runs.length === 0) return "24 h after plug-in";
  return runs
    .map(({ first, last, time }) => {
      if (first === "mon" && last === "sun") return time;
      return `${first === last ? first : `${first}-${last}`} ${time}`;
    })
    .join(", ");
}

function amountText({ days, energy_kwh: energyKwh }: DaemonPlan["goal"]): string {
  const targets = new Set(Object.values(days).map((day) => day?.charge_percentage));
  const shown = [...targets].filter((target) => target !== undefined).sort((a, b) => a - b);
  return shown.length === 0 ? `${energyKwh} kWh a session` : `${shown.join(" or ")} % of the battery`;
}
