import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { CHARGING_MODES } from "../core/settings.ts";
import { smartChargingStatus } from "../core/smart-charging-status.ts";
import type { CommandOutcome } from "../ports/commands.ts";
import { type ApiContext, STARTING_UP } from "./api-context.ts";
import { chargingConfigWire, updateChargingConfig } from "./charging-config.ts";
import { devicesWire } from "./devices-view.ts";
import type { EventStream } from "./event-stream.ts";
import { type Health, liveness, readiness } from "./health.ts";
import { metricsText } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { fieldProblems, sendProblem } from "./problem-detail.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { stateView } from "./state-view.ts";

const thresholdW = z.int().min(0).max(50_000).optional();
/** Which box is meant; may be left out where there is only one. */
const wallboxQuerySchema = z.strictObject({ wallbox: z.string().min(1).max(32).optional() });
const modeSchema = z.strictObject({ mode: z.enum(CHARGING_MODES) });
const thresholdsSchema = z
  .strictObject({ hems_min_export_to_start_w: thresholdW, hems_max_import_before_stopping_w: thresholdW })
  .refine((body) => Object.keys(body).length > 0, "give at least one of the two thresholds");

const CHARGING_CONFIG = "/api/partners/v2.0/org/:org_id/users/:user_id/charging-config";

/** What can be read: state, events, health, metrics, description. */
export function addReadingRoutes(app: FastifyInstance, context: ApiContext, stream: EventStream): void {
  const live = () => {
    const now = { monotonicMs: context.clock.monotonicMs(), intervalMs: context.options.intervalMs };
    return liveness(context.latest(), now);
  };
  app.get("/api/state", (_request, reply) => {
    const report = context.latest();
    if (report === undefined) return sendProblem(reply, 503, STARTING_UP);
    return reply.send(stateView(context, report));
  });
  app.get("/api/devices", (_request, reply) => reply.send(devicesWire(context)));
  app.get("/api/events", { exposeHeadRoute: false }, ({ raw }, reply) => {
    reply.hijack();
    const mayStillRead = () => context.guard.mayStillRead(raw);
    if (stream.add(reply.raw, { headers: SECURITY_HEADERS, mayStillRead })) return;
    reply.raw.writeHead(503, {
      ...SECURITY_HEADERS,
      "content-type": "application/json",
      "retry-after": "30",
    });
    reply.raw.end('{"detail":"too many pages watch already: close one"}');
  });
  app.get("/healthz", (_request, reply) => sendHealth(reply, live()));
  app.get("/readyz", (_request, reply) => sendHealth(reply, readiness(live(), context.latest())));
  app.get("/metrics", (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(metricsText(context)),
  );
  app.get("/api/openapi.json", (_request, reply) => reply.send(openApiDocument(context.options.version)));
}

/** What can be asked for. Everything goes through the same commands as MQTT and takes effect in the next pass. */
export function addCommandRoutes(app: FastifyInstance, context: ApiContext): void {
  const { commands } = context;
  const ask = (
    request: FastifyRequest,
    reply: FastifyReply,
    run: (wallboxName?: string) => CommandOutcome,
  ) => {
    const parsed = wallboxQuerySchema.safeParse(request.query);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error, "query"));
    const { wallbox } = parsed.data;
    return sendOutcome(reply, wallbox === undefined ? run() : run(wallbox), context);
  };
  app.post("/api/boost", (request, reply) => ask(request, reply, commands.startBoost));
  app.delete("/api/boost", (request, reply) => ask(request, reply, commands.cancelBoost));
  app.put("/api/mode", (request, reply) => {
    const parsed = modeSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    return sendOutcome(reply, commands.setMode(parsed.data.mode), context);
  });
  app.put("/api/thresholds", (request, reply) => {
    const parsed = thresholdsSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const start = parsed.data.hems_min_export_to_start_w;
    const stop = parsed.data.hems_max_import_before_stopping_w;
    const change = {
      ...(start === undefined ? {} : { minExportToStartW: start }),
      ...(stop === undefined ? {} : { maxImportBeforeStoppingW: stop }),
    };
    return sendOutcome(reply, commands.setThresholds(change), context);
  });
}

/** The Partner API's charging-config, answered in the house. */
export function addPartnerRoutes(app: FastifyInstance, context: ApiContext): void {
  const { options, commands } = context;
  app.get(CHARGING_CONFIG, (request, reply) => {
    if (!isOurUser(request, context)) return sendProblem(reply, 404, "no such user on this gateway");
    const report = context.latest();
    if (report === undefined) return sendProblem(reply, 503, STARTING_UP);
    return reply.send(chargingConfigWire(options, commands.settings(), report));
  });
  app.put(CHARGING_CONFIG, (request, reply) => {
    if (!isOurUser(request, context)) return sendProblem(reply, 404, "no such user on this gateway");
    const report = context.latest();
    if (report === undefined) return sendProblem(reply, 503, STARTING_UP);
    const outcome = updateChargingConfig({ options, commands, report }, request.body);
    return outcome.ok ? reply.send(outcome.config) : sendProblem(reply, 422, outcome.problems);
  });
}

const userSchema = z.object({ org_id: z.guid(), user_id: z.guid() });

function isOurUser(request: FastifyRequest, { options }: ApiContext): boolean {
  const parsed = userSchema.safeParse(request.params);
  if (!parsed.success) return false;
  if (options.partner === undefined) return true;
  const { orgId, userId } = options.partner;
  return (
    parsed.data.org_id.toLowerCase() === orgId.toLowerCase() &&
    parsed.data.user_id.toLowerCase() === userId.toLowerCase()
  );
}

function sendOutcome(reply: FastifyReply, outcome: CommandOutcome, context: ApiContext): FastifyReply {
  if (outcome.ok) return reply.code(204).send();
  const report = context.latest();
  const state = report === undefined ? "unavailable" : smartChargingStatus(report).boost;
  return sendProblem(reply, 409, outcome.detail, { state, reason: outcome.reason });
}

function sendHealth(reply: FastifyReply, health: Health): FastifyReply {
  return health.ok ? reply.send({ status: "ok" }) : sendProblem(reply, 503, health.detail);
}
