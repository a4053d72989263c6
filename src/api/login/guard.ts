import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Clock } from "../../ports/clock.ts";
import type { StateStore } from "../../ports/state-store.ts";
import { isLoopbackName } from "../access.ts";
import { sendProblem } from "../problem-detail.ts";
import { type AccessFile, passwordHashOf } from "./access-file.ts";
import { createGatekeeper, type Gatekeeper, type LoginRule, scopeOf } from "./gatekeeper.ts";
import { createLoginLimit } from "./login-limit.ts";
import { addLoginRoutes } from "./login-routes.ts";
import { routeScope } from "./route-scopes.ts";
import { covers } from "./scope.ts";
import { createSessions } from "./sessions.ts";
import { createSetUpCode } from "./set-up-code.ts";
import { addTokenRoutes } from "./token-routes.ts";

export interface GuardOptions {
  /** Address on which is listened. */
  readonly host: string;
  readonly login: LoginRule;
}

export interface GuardDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Keeps sessions over a restart. */
  readonly store: Pick<StateStore, "get" | "put" | "flush">;
  /** Password and tokens. */
  readonly file: AccessFile;
}

/** Lets a request pass only to who may make it. */
export interface Guard {
  /** Guards every route that is added to `app` afterwards, and adds those for logging in. */
  protect(app: FastifyInstance): void;
  /** Tells the set-up code where nobody could log in otherwise, and takes an old one away elsewhere. Call it once the port is open. */
  announce(): void;
  /** True while whoever made this request may still read: a long answer asks again and again. */
  mayStillRead(request: IncomingMessage): boolean;
}

export function createGuard(options: GuardOptions, deps: GuardDeps): Guard {
  const { clock, log, file } = deps;
  const sessions = createSessions({ ...deps, passwordHash: () => passwordHashOf(file.read()) });
  const gatekeeper = createGatekeeper(options.login, { file, sessions });
  const code = createSetUpCode({ log, file });
  const isForOthers = options.login === "always" || !isLoopbackName(options.host);

  return {
    protect(app) {
      app.addHook("onRoute", ({ method, url }) => {
        for (const each of [method].flat()) {
          if (routeScope(each, url) === undefined)
            throw new Error(`${each} ${url} has no scope: route-scopes.ts`);
        }
      });
      app.addHook("onRequest", async (request, reply) => refuse(request, reply, gatekeeper));
      const limit = createLoginLimit(clock);
      addLoginRoutes(app, { log, sessions, gatekeeper, file, code, limit });
      addTokenRoutes(app, { clock, log, file, gatekeeper });
    },
    announce() {
      const access = file.read();
      if (!access.ok) log.error({ detail: access.detail }, "nobody can log in to the page");
      else if (isForOthers && passwordHashOf(access) === undefined) code.announce();
      else code.spend();
    },
    mayStillRead: (request) => covers(scopeOf(gatekeeper.callerOf(request)), "read"),
  };
}

/** Undefined lets the request pass. An address that nothing serves tells so only to who may read. */
function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  gatekeeper: Gatekeeper,
): FastifyReply | undefined {
  const { url } = request.routeOptions;
  const needed = url === undefined ? "read" : (routeScope(request.method, url) ?? "admin");
  if (needed === "open" || needed === "own") return undefined;
  const held = scopeOf(gatekeeper.callerOf(request.raw));
  if (covers(held, needed)) return undefined;
  if (held !== undefined)
    return sendProblem(reply, 403, `this token may only ${held}: it takes one for ${needed}`);
  const access = gatekeeper.access();
  reply.header("www-authenticate", 'Bearer realm="hems-edge"');
  if (!access.ok) return sendProblem(reply, 401, "nobody can log in: the gateway's log says why");
  return passwordHashOf(access) === undefined
    ? sendProblem(
        reply,
        401,
        "there is no password yet: open the page, and set one with the code of sudo hems-edge status",
      )
    : sendProblem(reply, 401, "log in on the page, or show a token as Authorization: Bearer TOKEN");
}
