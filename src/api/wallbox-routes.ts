import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import type { SelfTestStart, WallboxService } from "../ports/wallbox-card.ts";
import type { ApiContext } from "./api-context.ts";
import { fieldProblems, sendProblem } from "./problem-detail.ts";
import { wallboxesView } from "./wallbox-view.ts";

const testSchema = z.strictObject({ kind: z.enum(["dead_man", "phases"]).default("dead_man") });
const paramsSchema = z.object({ name: z.string() });

/** What is known of the wallboxes, and what can be done with them beyond charging. */
export function addWallboxRoutes(app: FastifyInstance, { desk, clock }: ApiContext): void {
  if (desk === undefined) return;
  const { wallboxes } = desk;

  function named(params: unknown): WallboxService | undefined {
    const name = paramsSchema.safeParse(params).data?.name;
    return wallboxes.find((wallbox) => wallbox.name === name);
  }

  function unknown(reply: FastifyReply): FastifyReply {
    const names = wallboxes.map(({ name }) => name).join(", ");
    return sendProblem(reply, 404, `no such wallbox: there is ${names}`);
  }

  app.get("/api/wallboxes", (_request, reply) => reply.send(wallboxesView(desk, clock.wallMs())));
  app.post("/api/wallboxes/:name/selftest", (request, reply) => {
    const wallbox = named(request.params);
    if (wallbox === undefined) return unknown(reply);
    const parsed = testSchema.safeParse(request.body ?? {});
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const isDeadMan = parsed.data.kind === "dead_man";
    return sendStart(reply, isDeadMan ? wallbox.startSelfTest() : wallbox.startPhaseTest());
  });
  app.post("/api/wallboxes/:name/pair", (request, reply) => {
    const wallbox = named(request.params);
    if (wallbox === undefined) return unknown(reply);
    wallbox.pairAnew();
    return reply.code(204).send();
  });
  app.post("/api/wallboxes/:name/key", async (request, reply) => {
    const wallbox = named(request.params);
    if (wallbox === undefined) return unknown(reply);
    const change = await wallbox.changeKey();
    return change.ok ? reply.send({ key: change.key }) : sendProblem(reply, 409, change.detail);
  });
}

function sendStart(reply: FastifyReply, start: SelfTestStart): FastifyReply {
  return start.ok ? reply.code(202).send({ lasts_s: start.lastsS }) : sendProblem(reply, 409, start.detail);
}
