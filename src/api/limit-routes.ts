import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { parseIsoMs } from "../core/iso-time.ts";
import { limitPeriodWire } from "../core/limit-wire.ts";
import type { ApiContext } from "./api-context.ts";
import { fieldProblems, sendProblem } from "./problem-detail.ts";

const MOST_PERIODS = 1_000;

const instant = z
  .string()
  .max(40)
  .refine((text) => parseIsoMs(text) !== undefined, "use an ISO 8601 time such as 2026-11-21T12:00:00Z")
  .transform((text) => parseIsoMs(text));
const querySchema = z.strictObject({ from: instant.optional(), to: instant.optional() });

/** Evidence of limits: when one was in force or bound, and what was drawn meanwhile. */
export function addLimitRoutes(app: FastifyInstance, { limits }: ApiContext): void {
  app.get("/api/limits", (request, reply) => {
    const parsed = querySchema.safeParse(request.query);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error, "query"));
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = parsed.data;
    const periods = limits?.periods({ fromMs: from, toMs: to }, MOST_PERIODS) ?? [];
    return reply.send({
      limits: periods.map(({ isOver, ...period }) => ({ ...limitPeriodWire(period), is_over: isOver })),
    });
  });
}
