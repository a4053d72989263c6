import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Endpoint, EndpointAnswer } from "./endpoint.ts";
import type { FaultBox } from "./faults.ts";
import { connect, type OnboardingDeps } from "./onboarding-endpoints.ts";
import { openApiDocument } from "./openapi.ts";
import { problemList } from "./request-schema.ts";
import type { Caller, TokenAnswer, TokenDesk } from "./token-desk.ts";

export interface PartnerRouteOptions {
  readonly orgId: string;
  /** False: `/oauth2/token/` takes forms only, as django-oauth-toolkit does without its JSON backend. */
  readonly takesJsonAtOauth: boolean;
}

/** What the server granted and did since it was made; `requests` counts the refused ones too. */
export interface PartnerCounters {
  requests: number;
  configPulls: number;
  configPuts: number;
  statusPushes: number;
  tokenGrants: number;
}

export interface PartnerRouteDeps extends OnboardingDeps {
  readonly endpoints: readonly Endpoint[];
  readonly tokens: TokenDesk;
  readonly faults: FaultBox;
  readonly counters: PartnerCounters;
}

const BASE = "/api/partners/v2.0";
const FORM = "application/x-www-form-urlencoded";
const LARGEST_BODY_BYTES = 64 * 1_024;
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"] as const;

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
  for (const endpoint of deps.endpoints) addEndpoint(app, endpoint, options, deps);
  addMethodRefusals(app, deps.endpoints);
  addOpenRoutes(app, deps);
  return app;
}

function addTokenRoutes(app: FastifyInstance, options: PartnerRouteOptions, deps: PartnerRouteDeps): void {
  const { counters, faults, tokens } = deps;
  const preHandler = (request: FastifyRequest, reply: FastifyReply) =>
    faults.apply("before", "token", request, reply);

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

/** Faults first, then the token, then whose data it is, then the body. */
function addEndpoint(
  app: FastifyInstance,
  endpoint: Endpoint,
  options: PartnerRouteOptions,
  deps: PartnerRouteDeps,
): void {
  app.route({
    method: endpoint.method,
    url: routeOf(endpoint),
    async handler(request, reply) {
      await deps.faults.apply("before", endpoint.scope, request, reply);
      if (reply.sent) return reply;
      const answer = respond(endpoint, request, options, deps);
      await deps.faults.apply("after", endpoint.scope, request, reply);
      return reply.sent ? reply : sent(reply, answer);
    },
  });
}

function respond(
  endpoint: Endpoint,
  request: FastifyRequest,
  options: PartnerRouteOptions,
  deps: PartnerRouteDeps,
): EndpointAnswer {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const caller = token === undefined ? undefined : deps.tokens.callerOf(token);
  if (caller === undefined) return { status: 401, body: { detail: "Unauthorized" } };
  const params = request.params as Readonly<Record<string, string>>;
  const refusal = accessRefusal(endpoint, params, caller, options, deps);
  if (refusal !== undefined) return refusal;
  const body = endpoint.body?.safeParse(request.body ?? {});
  if (body?.success === false) return { status: 422, body: { detail: problemList(body.error) } };
  return endpoint.handle({
    params,
    query: request.query as Readonly<Record<string, string | undefined>>,
    body: endpoint.body === undefined ? request.body : body?.data,
    caller,
    connectUrl: `${request.protocol}://${request.headers.host}/connect`,
  });
}

function accessRefusal(
  { isForStaff }: Endpoint,
  params: Readonly<Record<string, string>>,
  caller: Caller,
  { orgId }: PartnerRouteOptions,
  { store }: PartnerRouteDeps,
): EndpointAnswer | undefined {
  const { org_id, user_id } = params;
  if (org_id !== undefined && org_id !== orgId) return { status: 404, body: { detail: "Not Found" } };
  if (user_id !== undefined && store.get("user", user_id) === undefined) {
    return { status: 404, body: { detail: "Not Found" } };
  }
  const isForeign = user_id !== undefined && user_id !== caller.userId;
  const isRefused = caller.role === "user" && (isForeign || isForStaff === true);
  return isRefused ? { status: 403, body: { detail: "Forbidden" } } : undefined;
}

/** Django's own answer to a method that an address does not know, which is no JSON. */
function addMethodRefusals(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  for (const url of new Set(endpoints.map(routeOf))) {
    const known = new Set<string>(
      endpoints.filter((endpoint) => routeOf(endpoint) === url).map(({ method }) => method),
    );
    app.route({
      method: METHODS.filter((method) => !known.has(method)),
      url,
      exposeHeadRoute: false,
      handler: (_request, reply) => reply.code(405).type("text/html").send("Method not allowed"),
    });
  }
}

/** What needs no token: the document of the API, and the pages on which a user connects a device. */
function addOpenRoutes(app: FastifyInstance, deps: PartnerRouteDeps): void {
  const document = openApiDocument(deps.endpoints, BASE);
  for (const url of ["/openapi.json", `${BASE}/openapi.json`]) app.get(url, () => document);
  for (const path of ["session", "reconnect"] as const) {
    app.get<{ Params: { id: string } }>(`/connect/${path}/:id`, async (request, reply) =>
      sent(reply, connect(path, request.params.id, deps)),
    );
  }
}

function sent(reply: FastifyReply, { status, body, html }: EndpointAnswer): FastifyReply {
  if (html !== undefined) return reply.code(status).type("text/html").send(html);
  return body === undefined ? reply.code(status).send() : reply.code(status).send(body);
}

function routeOf({ path }: Endpoint): string {
  return BASE + path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function fieldsOf(request: FastifyRequest): Record<string, unknown> {
  const { body } = request;
  return typeof body === "object" && body !== null ? { ...body } : {};
}
