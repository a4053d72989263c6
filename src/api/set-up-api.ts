import type { Logger } from "pino";
import type { SetUpDesk } from "../ports/set-up.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./http-server.ts";
import { createGuard, type GuardDeps, type GuardOptions } from "./login/guard.ts";
import { openApiDocument } from "./openapi.ts";
import { sendProblem } from "./problem-detail.ts";
import { addSetUpRoutes } from "./set-up-routes.ts";

export interface SetUpApiOptions extends HttpServerOptions, GuardOptions {
  readonly version: string;
}

const WAITING = "the gateway waits to be set up: open its page";

/** The page and API of a gateway that has no house yet, behind the same login as later. */
export function createSetUpApi(
  options: SetUpApiOptions,
  deps: GuardDeps & { readonly log: Logger; readonly desk: SetUpDesk },
): HttpServer {
  const { log, desk } = deps;
  return createHttpServer(options, {
    log,
    guard: createGuard(options, deps),
    addRoutes(app) {
      addSetUpRoutes(app, desk);
      app.get("/api/openapi.json", (_request, reply) => reply.send(openApiDocument(options.version)));
      app.get("/healthz", (_request, reply) => reply.send({ status: "ok" }));
      app.get("/readyz", (_request, reply) => sendProblem(reply, 503, WAITING));
      app.get("/api/state", (_request, reply) => sendProblem(reply, 503, WAITING));
    },
  });
}
