import type { FastifyInstance } from "fastify";
import { isoUtc } from "../core/iso-time.ts";
import type { ApiContext } from "./api-context.ts";
import { sendProblem } from "./problem-detail.ts";

const NOBODY = "nobody is told of anything: add notifications to the config";

/** What people were told, and whether it reaches them. */
export function addNotificationRoutes(app: FastifyInstance, { notifications }: ApiContext): void {
  app.get("/api/notifications", (_request, reply) => {
    if (notifications === undefined) return sendProblem(reply, 404, NOBODY);
    return reply.send({
      raised: notifications.raised().map(({ code, subject, sinceWallMs }) => ({
        code,
        subject: subject ?? null,
        since: isoUtc(sinceWallMs),
      })),
      channels: notifications.channels().map(({ problem, ...channel }) => ({
        ...channel,
        problem: problem ?? null,
      })),
    });
  });
  app.post("/api/notifications/test", async (_request, reply) => {
    if (notifications === undefined) return sendProblem(reply, 404, NOBODY);
    const results = await notifications.test();
    return reply.send({
      channels: results.map(({ problem, ...channel }) => ({ ...channel, problem: problem ?? null })),
    });
  });
}
