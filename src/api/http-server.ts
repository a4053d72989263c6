import { hostname } from "node:os";
import { join } from "node:path";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { accessRefusal, allowedHostNames } from "./access.ts";
import type { Guard } from "./login/guard.ts";
import { readPageFiles } from "./page-files.ts";
import { sendProblem } from "./problem-detail.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Host names under which the page is asked for, beside its address and the machine's own name. */
  readonly names?: readonly string[] | undefined;
  /** Certificate with its chain, and key, as PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Folder of `index.html` and its files; default: the one shipped. */
  readonly pageFolder?: string | undefined;
}

export interface HttpServerDeps {
  readonly log: Logger;
  readonly guard: Guard;
  addRoutes(app: FastifyInstance): void;
}

export type StartOutcome =
  | { readonly ok: true; readonly url: string; readonly port: number }
  | { readonly ok: false; readonly detail: string };

/** The page, and the routes that are added to it, behind one guard. */
export interface HttpServer {
  /** Listens. A port that is taken is an outcome, not a crash; may be called again after a failure. */
  start(): Promise<StartOutcome>;
  stop(): Promise<void>;
}

const LARGEST_BODY_BYTES = 16 * 1_024;
const MOST_CONNECTIONS = 128;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;

/** For bytes that are no HTTP: there is no request to answer by. */
const MALFORMED_HTTP =
  "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n" +
  '{"detail":"malformed request"}';

export function createHttpServer(options: HttpServerOptions, deps: HttpServerDeps): HttpServer {
  const { log } = deps;
  let app: FastifyInstance | undefined;
  return {
    async start() {
      const server = await buildServer(options, deps);
      try {
        await server.listen({ host: options.host, port: options.port });
      } catch (error) {
        await server.close();
        return { ok: false, detail: listenProblem(error, options) };
      }
      app = server;
      const address = server.server.address();
      const port = typeof address === "object" && address !== null ? address.port : options.port;
      const scheme = options.tls === undefined ? "http" : "https";
      const url = `${scheme}://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}/`;
      log.info({ url }, "page and API listening");
      deps.guard.announce();
      return { ok: true, url, port };
    },
    async stop() {
      await app?.close();
      app = undefined;
    },
  };
}

async function buildServer(options: HttpServerOptions, deps: HttpServerDeps): Promise<FastifyInstance> {
  const { log } = deps;
  const app = Fastify({
    logger: false,
    ...(options.tls === undefined ? {} : { https: options.tls }),
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 64 },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(MALFORMED_HTTP);
      else socket.destroy();
    },
    frameworkErrors: (_error, _request, reply) => {
      sendProblem(reply.headers(SECURITY_HEADERS), 400, "malformed request");
    },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  const names = allowedHostNames([options.host, ...(options.names ?? [])], hostname());
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const refusal = accessRefusal(accessOf(request), names);
    if (refusal !== undefined) return sendProblem(reply, 403, refusal);
  });
  deps.guard.protect(app);
  acceptJsonOnly(app);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404, "there is nothing at this address"));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendProblem(reply, status, error.message);
    log.error({ err: error }, "request failed");
    return sendProblem(reply, 500, "internal error: see the gateway's log");
  });
  deps.addRoutes(app);
  await addPage(app, options, log);
  return app;
}

/** An empty body is no body, whatever its content type says: `POST /api/boost` has none. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void parse(request, body, done);
  });
}

async function addPage(app: FastifyInstance, options: HttpServerOptions, log: Logger): Promise<void> {
  const folder = options.pageFolder ?? join(import.meta.dirname, "../../ui/dist");
  const { files, missing } = await readPageFiles(folder);
  if (missing.length > 0) log.warn({ folder, missing }, "files of the page are missing");
  for (const { path, contentType, content } of files) {
    app.get(path, (_request, reply) =>
      reply.type(contentType).header("cache-control", "no-cache").send(content),
    );
  }
  if (files.some(({ path }) => path === "/")) return;
  app.get("/", (_request, reply) => reply.code(503).type("text/html; charset=utf-8").send(NO_PAGE));
}

/** A checkout from which nobody has built the page yet. */
const NO_PAGE = `<!doctype html><html lang="en"><title>hems-edge</title>
<p>The gateway runs, but its page has not been built: <code>npm run build:page</code>, then start again.</p></html>`;

function accessOf(request: FastifyRequest) {
  const { headers, socket } = request.raw;
  const fetchSite = headers["sec-fetch-site"];
  return {
    method: request.method,
    host: headers.host,
    origin: headers.origin,
    fetchSite: Array.isArray(fetchSite) ? fetchSite.join() : fetchSite,
    localAddress: socket.localAddress,
  };
}

function listenProblem(error: unknown, { host, port }: HttpServerOptions): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: "another program has this port: stop it or set api.port",
    EACCES: "ports below 1024 need a privilege: set api.port to 1024 or higher",
    EADDRNOTAVAIL: "this machine has no such address: set api.host",
    ENOTFOUND: "this name has no address: set api.host",
  };
  return `cannot listen on ${host} port ${port}: ${remedies[code] ?? code}`;
}
