import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { chargePlanRequestSchema, goalChoice } from "../config/charge-plan-request.ts";
import { isoUtc } from "../core/iso-time.ts";
import type { SourcedGoal } from "../core/planner/goal-choice.ts";
import { timeOfDayText, WEEKDAYS } from "../core/planner/local-time.ts";
import type { SlotOutlook } from "../core/planner/plan-advice.ts";
import { cents, kWh, planWire } from "../core/report-wire.ts";
import type { CommandOutcome } from "../ports/commands.ts";
import type { ApiContext, ChargePlanView } from "./api-context.ts";
import { fieldProblems, sendProblem } from "./problem-detail.ts";

const PATH = "/api/charge-plan";

const querySchema = z.object({ wallbox: z.string().max(32).optional() });

/** How much by when, and what is planned for it. Changes go through the same commands as those of MQTT. */
export function addChargePlanRoutes(app: FastifyInstance, { chargePlans, commands }: ApiContext): void {
  app.get(PATH, (request, reply) => {
    const [first = ""] = chargePlans.keys();
    const wallbox = wallboxAsked(request) ?? first;
    const view = chargePlans.get(wallbox);
    if (view === undefined) return sendProblem(reply, 404, "there is no wallbox of that name");
    return reply.send({ wallbox, ...chargePlanWire(view) });
  });
  app.put(PATH, (request, reply) => {
    const parsed = chargePlanRequestSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    return sendChanged(reply, commands.setChargePlan(goalChoice(parsed.data), parsed.data.wallbox));
  });
  app.delete(PATH, (request, reply) =>
    sendChanged(reply, commands.setChargePlan(undefined, wallboxAsked(request))),
  );
}

function wallboxAsked(request: FastifyRequest): string | undefined {
  return querySchema.safeParse(request.query).data?.wallbox;
}

function sendChanged(reply: FastifyReply, outcome: CommandOutcome): FastifyReply {
  if (outcome.ok) return reply.code(204).send();
  const field = outcome.reason === "unknown_wallbox" ? "wallbox" : "target_soc_pct";
  return sendProblem(reply, 422, [{ type: outcome.reason, loc: ["body", field], msg: outcome.detail }]);
}

export function chargePlanWire({ goal, advice }: ChargePlanView) {
  const plan = advice();
  return {
    goal: goalWire(goal()),
    plan: plan === undefined ? null : { ...planWire(plan), slots: plan.slots.map(slotWire) },
  };
}

/** The goal in the shape of a request, with who chose what; `null` is "none". */
export function goalWire({ goal, deadlineSource, aimSource }: SourcedGoal) {
  const days = WEEKDAYS.map((weekday) => {
    const day = goal.days[weekday];
    return [
      weekday,
      day === undefined
        ? null
        : {
            charge_deadline: timeOfDayText(day.deadlineMinute),
            ...(day.timeZone === undefined ? {} : { time_zone: day.timeZone }),
            ...(day.targetSocPct === undefined ? {} : { charge_percentage: day.targetSocPct }),
          },
    ] as const;
  });
  return {
    days: Object.fromEntries(days),
    energy_kwh: kWh(goal.energyWh),
    car_battery_kwh: goal.battery === undefined ? null : kWh(goal.battery.capacityWh),
    arrival_soc_pct: goal.battery?.socPct ?? null,
    sources: { deadline: deadlineSource, amount: aimSource },
  };
}

function slotWire({ start, end, energyWh, priceCtKwh }: SlotOutlook) {
  return {
    start: isoUtc(start.wallMs),
    start_text: start.text,
    end: isoUtc(end.wallMs),
    end_text: end.text,
    energy_kwh: kWh(energyWh),
    price_ct_kwh: cents(priceCtKwh),
  };
}
