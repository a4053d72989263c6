import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../../ports/clock.ts";
import { fieldProblems, sendProblem } from "../problem-detail.ts";
import type { AccessFile } from "./access-file.ts";
import { createToken, revokeToken } from "./api-tokens.ts";
import { callerName, type Gatekeeper } from "./gatekeeper.ts";
import { SCOPES } from "./scope.ts";

/** Shown in lists and logs, and typed to revoke. */
export const tokenName = z
  .string()
  .regex(/^[\w .-]{1,40}$/, "use 1 to 40 letters, digits, spaces, . _ and -");
const creationSchema = z.strictObject({ name: tokenName, scope: z.enum(SCOPES) });
const paramsSchema = z.object({ id: z.string().max(40) });

/** Tokens for programs: made, listed without their text, revoked. */
export function addTokenRoutes(
  app: FastifyInstance,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly file: AccessFile;
    readonly gatekeeper: Gatekeeper;
  },
): void {
  const { clock, log, file, gatekeeper } = deps;

  app.get("/api/access/tokens", (_request, reply) => {
    const read = file.read();
    if (!read.ok) return sendProblem(reply, 500, read.detail);
    const { tokens } = read.record;
    return reply.send({
      tokens: tokens.map(({ id, name, scope, created }) => ({ id, name, scope, created })),
    });
  });
  app.post("/api/access/tokens", (request, reply) => {
    const parsed = creationSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const creation = createToken(file, parsed.data, clock.wallMs());
    if (!creation.ok) return sendProblem(reply, 409, creation.detail);
    const by = callerName(gatekeeper.callerOf(request.raw));
    log.info({ token: parsed.data, by }, "token made");
    return reply.code(201).send({ id: creation.id, ...parsed.data, token: creation.token });
  });
  app.delete("/api/access/tokens/:id", (request, reply) => {
    const { id } = paramsSchema.parse(request.params);
    const change = revokeToken(file, id);
    if (!change.ok) return sendProblem(reply, 404, change.detail);
    log.info({ id, by: callerName(gatekeeper.callerOf(request.raw)) }, "token revoked");
    return reply.code(204).send();
  });
}
