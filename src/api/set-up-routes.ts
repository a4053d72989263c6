import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { DeviceCandidate } from "../ports/device-search.ts";
import type { DraftFinding, NetworkScan, SetUpDesk } from "../ports/set-up.ts";
import { type FieldProblem, fieldProblems, sendProblem } from "./problem-detail.ts";
import { strangerView } from "./wallbox-view.ts";

const questionSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535).default(502),
  unit: z.int().min(0).max(255).optional(),
  driver: z.string().min(1).max(40).optional(),
});
const scanSchema = z.strictObject({ network: z.string().max(20) });
const part = z.record(z.string(), z.unknown());
/** The shape of the file itself is checked with the file. */
const draftSchema = z.strictObject({
  site: part,
  devices: z.array(part).max(20).default([]),
  wallbox: part,
  control: part.optional(),
  mqtt: part.optional(),
  partner: part.optional(),
});

/** A gateway that has its house. */
export const NO_SET_UP = "the gateway is set up: its config file is what changes it now";

/** What the page needs to set up a gateway that has no house yet; with one, everything but the question is refused. */
export function addSetUpRoutes(app: FastifyInstance, setUp: SetUpDesk | typeof NO_SET_UP): void {
  if (setUp === NO_SET_UP) {
    const refuse = (_request: FastifyRequest, reply: FastifyReply) => sendProblem(reply, 409, NO_SET_UP);
    app.get("/api/setup", (_request, reply) => reply.send({ is_needed: false }));
    app.put("/api/setup", refuse);
    for (const step of ["check", "probe", "scan"]) app.post(`/api/setup/${step}`, refuse);
    app.delete("/api/setup/scan", refuse);
    return;
  }
  addSearchRoutes(app, setUp);
  app.get("/api/setup", (_request, reply) => reply.send(setUpView(setUp)));
  app.post("/api/setup/check", (request, reply) => {
    const parsed = draftSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    return reply.send(setUp.check(parsed.data));
  });
  app.put("/api/setup", (request, reply) => {
    const parsed = draftSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const outcome = setUp.finish(parsed.data);
    if (outcome.ok) {
      // The server that answers ends with the set-up: first the answer has to be out.
      reply.raw.once("close", setUp.goOn);
      return reply.code(202).send();
    }
    if ("problems" in outcome) return sendProblem(reply, 422, outcome.problems.map(fieldProblem));
    return sendProblem(reply, 409, outcome.detail, { text: outcome.text });
  });
}

/** Finding devices at an address, or in a network. */
function addSearchRoutes(app: FastifyInstance, setUp: SetUpDesk): void {
  app.post("/api/setup/probe", async (request, reply) => {
    const parsed = questionSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    const { host, port, unit, driver } = parsed.data;
    const answer = await setUp.ask({ host, port, unit, driver });
    if (!answer.ok) return sendProblem(reply, 409, answer.detail);
    return reply.send({ found: answer.found.map(candidateWire) });
  });
  app.post("/api/setup/scan", (request, reply) => {
    const parsed = scanSchema.safeParse(request.body);
    if (!parsed.success) return sendProblem(reply, 422, fieldProblems(parsed.error));
    if (setUp.startScan(parsed.data.network)) return reply.code(202).send();
    const detail = "this cannot be searched now: name one of this machine's networks, and one at a time";
    return sendProblem(reply, 409, detail);
  });
  app.delete("/api/setup/scan", (_request, reply) => {
    setUp.stopScan();
    return reply.code(204).send();
  });
}

function setUpView(desk: SetUpDesk) {
  const view = desk.view();
  return {
    is_needed: true,
    config_path: view.configPath,
    wallbox_urls: view.wallboxUrls,
    strangers: view.strangers.map(strangerView),
    networks: view.networks,
    scan: view.scan === undefined ? null : scanWire(view.scan),
  };
}

function scanWire({ network, isRunning, tried, total, found }: NetworkScan) {
  return { network, is_running: isRunning, tried, total, found };
}

/** Powers in whole watts with the signs of `units.ts`; `null` is "not told". */
function candidateWire({ driver, title, maturity, unit, certainty, values }: DeviceCandidate) {
  const { gridPowerW, pvPowerW, batteryPowerW, batterySocPct } = values;
  const whole = (value: number | undefined) => (value === undefined ? null : Math.round(value));
  return {
    driver,
    title,
    maturity: maturity ?? null,
    unit,
    certainty,
    grid_w: whole(gridPowerW),
    pv_w: whole(pvPowerW),
    battery_w: whole(batteryPowerW),
    battery_soc_pct: whole(batterySocPct),
  };
}

/** As a 422 tells it: the place in the draft, what is wrong there, and what to do. */
function fieldProblem({ path, problem, remedy }: DraftFinding): FieldProblem {
  return { type: "config", loc: ["body", path], msg: `${problem}: ${remedy}` };
}
