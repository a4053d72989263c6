import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import { fieldProblems, sendProblem } from "../problem-detail.ts";
import { type AccessFile, passwordHashOf } from "./access-file.ts";
import { callerName, type Gatekeeper, scopeOf, sessionCookie, sessionIdOf } from "./gatekeeper.ts";
import type { LoginLimit } from "./login-limit.ts";
import { hashPassword, isPassword, LONGEST_PASSWORD, passwordProblem } from "./password-hash.ts";
import type { Sessions } from "./sessions.ts";
import type { SetUpCode } from "./set-up-code.ts";

export interface LoginRouteDeps {
  readonly log: Logger;
  readonly sessions: Sessions;
  readonly gatekeeper: Gatekeeper;
  readonly file: AccessFile;
  readonly code: SetUpCode;
  readonly limit: LoginLimit;
}

const givenPassword = z.string().max(LONGEST_PASSWORD);
const newPassword = z.string().superRefine((text, context) => {
  const problem = passwordProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});
const loginSchema = z.strictObject({ password: givenPassword });
const firstSchema = z.strictObject({ code: z.string().max(40), password: newPassword });
const changeSchema = z.strictObject({ current: givenPassword.optional(), password: newPassword });

/** A hash takes 32 MiB: one after the other, and no long queue of them. */
const MOST_WAITING = 4;

/** Logging in and out, and the password itself. */
export function addLoginRoutes(app: FastifyInstance, deps: LoginRouteDeps): void {
  const { log, sessions, gatekeeper, file, code, limit } = deps;
  const inTurn = createTurns(MOST_WAITING);

  app.get("/api/access", (request, reply) => {
    const caller = gatekeeper.callerOf(request.raw);
    const access = gatekeeper.access();
    const hasPassword = !access.ok || passwordHashOf(access) !== undefined;
    if (caller.kind === "nobody" && !hasPassword) code.announce();
    return reply.send({
      caller: caller.kind,
      scope: scopeOf(caller) ?? null,
      has_password: hasPassword,
    });
  });

  app.post("/api/access/login", async (request, reply) => {
    const parsed = loginSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const hash = passwordHashOf(gatekeeper.access());
    if (hash === undefined)
      return sendProblem(reply, 409, "no password can be used: the gateway's log says why");
    const isRight = await guess(request, reply, () => isPassword(parsed.data.password, hash));
    if (isRight === undefined) return reply;
    if (!isRight) return sendProblem(reply, 401, "wrong password");
    return sendSession(request, reply).code(204).send();
  });

  app.post("/api/access/logout", (request, reply) => {
    const id = sessionIdOf(request.raw);
    if (id !== undefined && sessions.isValid(id)) sessions.end(id);
    return reply.header("set-cookie", sessionCookie(request.raw, undefined)).code(204).send();
  });

  app.post("/api/access/first-password", async (request, reply) => {
    const access = gatekeeper.access();
    if (!access.ok) return sendProblem(reply, 409, "no password can be set: the gateway's log says why");
    if (access.record.password_hash !== undefined)
      return sendProblem(reply, 409, "a password is set already");
    const parsed = firstSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const isRight = await guess(request, reply, async () => code.isRight(parsed.data.code));
    if (isRight === undefined) return reply;
    if (!isRight)
      return sendProblem(reply, 401, "wrong code: sudo hems-edge status tells the one that counts");
    return keepPassword(request, reply, parsed.data.password);
  });

  app.put("/api/access/password", async (request, reply) => {
    const parsed = changeSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const hash = passwordHashOf(gatekeeper.access());
    if (gatekeeper.callerOf(request.raw).kind !== "local" && hash !== undefined) {
      const isRight = await guess(request, reply, () => isPassword(parsed.data.current ?? "", hash));
      if (isRight === undefined) return reply;
      if (!isRight) return sendProblem(reply, 401, "the current password is wrong");
    }
    return keepPassword(request, reply, parsed.data.password);
  });

  /** Whether a secret was right; undefined when that was refused with an answer of its own. */
  async function guess(
    request: FastifyRequest,
    reply: FastifyReply,
    check: () => Promise<boolean>,
  ): Promise<boolean | undefined> {
    const address = request.raw.socket.remoteAddress ?? "";
    const waitS = limit.take(address);
    if (waitS !== undefined) {
      sendProblem(reply.header("retry-after", waitS), 429, `too many tries: wait ${waitS} s`);
      return undefined;
    }
    const isRight = await inTurn(check);
    if (isRight === undefined) {
      sendProblem(reply.header("retry-after", 5), 429, "too many log in at once: try again in a moment");
      return undefined;
    }
    if (isRight) limit.succeeded(address);
    else log.warn({ address, path: request.url }, "refused a wrong password or code");
    return isRight;
  }

  /** Sessions end with the password under which they began: everybody else is logged out. */
  async function keepPassword(
    request: FastifyRequest,
    reply: FastifyReply,
    password: string,
  ): Promise<FastifyReply> {
    const hash = await inTurn(() => hashPassword(password));
    if (hash === undefined) return sendProblem(reply, 429, "too many log in at once: try again in a moment");
    const change = file.change((record) => ({ ...record, password_hash: hash }));
    if (!change.ok) return sendProblem(reply, 500, change.detail);
    const by = callerName(gatekeeper.callerOf(request.raw));
    log.info({ by, address: request.raw.socket.remoteAddress }, "password of the page set");
    code.spend();
    return sendSession(request, reply).code(204).send();
  }

  function sendSession(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    log.info({ address: request.raw.socket.remoteAddress }, "logged in to the page");
    return reply.header("set-cookie", sessionCookie(request.raw, sessions.begin()));
  }
}

/** Runs one task after the other; undefined for one that would have to wait behind too many. */
function createTurns(most: number): <T>(task: () => Promise<T>) => Promise<T | undefined> {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (task) => {
    if (waiting >= most) return undefined;
    waiting += 1;
    const own = last.then(task);
    last = own.catch(() => undefined);
    return own.finally(() => {
      waiting -= 1;
    });
  };
}
