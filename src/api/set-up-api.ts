import type { Logger } from "pino";
import type { SetUpCode, SetUpDesk } from "../ports/set-up.ts";
import { isLoopback } from "./access.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./http-server.ts";
import { openApiDocument } from "./openapi.ts";
import { sendProblem } from "./problem-detail.ts";
import { addSetUpRoutes } from "./set-up-routes.ts";

export interface SetUpApiOptions extends HttpServerOptions {
  readonly version: string;
}

/** The page and API of a gateway that has no house yet. From other machines it wants the code of the log. */
export function createSetUpApi(
  options: SetUpApiOptions,
  { log, desk, code }: { readonly log: Logger; readonly desk: SetUpDesk; readonly code: SetUpCode },
): HttpServer {
  return createHttpServer(options, {
    log,
    // Each route wants the code itself, for reading as well.
    isAuthorized: () => true,
    addRoutes(app) {
      addSetUpRoutes(app, { desk, code });
      app.get("/api/openapi.json", (_request, reply) => reply.send(openApiDocument(options.version)));
      app.get("/healthz", (_request, reply) => reply.send({ status: "ok" }));
      app.get("/readyz", (_request, reply) => sendProblem(reply, 503, "the gateway waits to be set up"));
      app.get("/api/state", ({ raw }, reply) => {
        const known = isLoopback(raw.socket.remoteAddress)
          ? `, from another machine with the code ${code.text}`
          : "";
        return sendProblem(reply, 503, `the gateway waits to be set up: open its page${known}`);
      });
    },
  });
}
