import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { ChargingAccount } from "./charging-account.ts";
import type { FaultBox } from "./faults.ts";
import { problemList, statusSchema, updateSchema } from "./request-schema.ts";
import type { TokenAnswer, TokenDesk } from "./token-desk.ts";

export interface PartnerRouteOptions {
  readonly orgId: string;
  readonly userId: string;
  /** False: `/oauth2/token/` takes forms only, as django-oauth-toolkit does without its JSON backend. */
  readonly takesJsonAtOauth: boolean;
  /** What `PUT .../charging-config/status` answers: the published API has no such endpoint. */
  readonly statusIntake: () => "accept" | 404 | 405;
}

/** What the server granted and did since it was made; `requests` counts the refused ones too. */
export interface PartnerCounters {
  requests: number;
  configPulls: number;
  configPuts: number;
  statusPushes: number;
  tokenGrants: number;
}

export interface PartnerRouteDeps {
  readonly account: ChargingAccount;
  readonly tokens: TokenDesk;
  readonly faults: FaultBox;
  readonly counters: PartnerCounters;
}

const BASE = "/api/partners/v2.0";
const CONFIG = `${BASE}/org/:orgId/users/:userId/charging-config`;
const FORM = "application/x-www-form-urlencoded";
const LARGEST_BODY_BYTES = 64 * 1_024;

/** The endpoints, not yet listening: error shapes are those of Django Ninja and RFC 6749. */
export function createPartnerRoutes(options: PartnerRouteOptions, deps: PartnerRouteDeps): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: LARGEST_BODY_BYTES });
  app.addContentTypeParser(FORM, { parseAs: "string" }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: "Not Found" }));
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const isUnreadable = error.statusCode !== undefined && error.statusCode < 500;
    return isUnreadable
      ? reply.code(400).send({ detail: "Cannot parse request body" })
      : reply.code(500).type("text/html").send("<h1>Server Error (500)</h1>");
  });
  app.addHook("onRequest", async () => {
    deps.counters.requests++;
  });
  addTokenRoutes(app, options, deps);
  addConfigRoutes(app, options, deps);
  addStatusRoute(app, options, deps);
  return app;
}

function addTokenRoutes(app: FastifyInstance, options: PartnerRouteOptions, deps: PartnerRouteDeps): void {
  const { counters, faults, tokens } = deps;
  const preHandler = (request: FastifyRequest, reply: FastifyReply) => faults.apply("token", request, reply);

  function answer(reply: FastifyReply, { status, body }: TokenAnswer) {
    if (status === 200) counters.tokenGrants++;
    if (status === 401) reply.header("www-authenticate", 'Basic realm="api"');
    return reply.code(status).header("cache-control", "no-store").send(body);
  }

  app.post(`${BASE}/auth/token`, { preHandler }, async (request, reply) =>
    answer(reply, tokens.userGrant(fieldsOf(request))),
  );
  app.post("/oauth2/token/", { preHandler }, async (request, reply) => {
    const isForm = request.headers["content-type"]?.startsWith(FORM) ?? false;
    const fields = isForm || options.takesJsonAtOauth ? fieldsOf(request) : {};
    return answer(reply, tokens.clientGrant(fields, request.headers.authorization));
  });
}

function addConfigRoutes(app: FastifyInstance, options: PartnerRouteOptions, deps: PartnerRouteDeps): void {
  const { account, counters } = deps;
  const preHandler = guards("config", options, deps);

  app.get(CONFIG, { preHandler }, async () => {
    counters.configPulls++;
    return account.config();
  });
  app.put(CONFIG, { preHandler }, async (request, reply) => {
    const update = updateSchema.safeParse(request.body);
    if (!update.success) return reply.code(422).send({ detail: problemList(update.error) });
    const outcome = account.update(update.data);
    if (!outcome.ok) return reply.code(422).send({ detail: outcome.detail });
    counters.configPuts++;
    return account.config();
  });
  app.route({
    method: ["POST", "DELETE", "PATCH"],
    url: CONFIG,
    handler: (_request, reply) => methodNotAllowed(reply),
  });
}

function addStatusRoute(app: FastifyInstance, options: PartnerRouteOptions, deps: PartnerRouteDeps): void {
  const { account, counters } = deps;

  app.put(`${CONFIG}/status`, { preHandler: guards("status", options, deps) }, async (request, reply) => {
    const intake = options.statusIntake();
    if (intake === 404) return reply.code(404).send({ detail: "Not Found" });
    if (intake === 405) return methodNotAllowed(reply);
    const status = statusSchema.safeParse(request.body);
    if (!status.success) return reply.code(422).send({ detail: problemList(status.error) });
    account.takeStatus(status.data);
    counters.statusPushes++;
    return reply.code(204).send();
  });
}

/** Faults first, then the token, then whose data it is. */
function guards(scope: "config" | "status", options: PartnerRouteOptions, deps: PartnerRouteDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    await deps.faults.apply(scope, request, reply);
    if (reply.sent) return reply;
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined || !deps.tokens.isValid(token)) {
      return reply.code(401).send({ detail: "Unauthorized" });
    }
    const { orgId, userId } = request.params as { orgId: string; userId: string };
    if (orgId === options.orgId && userId === options.userId) return undefined;
    return reply.code(404).send({ detail: "Not Found" });
  };
}

function fieldsOf(request: FastifyRequest): Record<string, unknown> {
  const { body } = request;
  return typeof body === "object" && body !== null ? { ...body } : {};
}

/** Django's own answer, which is no JSON. */
function methodNotAllowed(reply: FastifyReply) {
  return reply.code(405).type("text/html").send("Method not allowed");
}
