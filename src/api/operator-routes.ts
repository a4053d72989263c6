import type { FastifyInstance } from "fastify";
import { operatorWire } from "../core/report-wire.ts";
import { type ApiContext, STARTING_UP } from "./api-context.ts";
import { sendProblem } from "./problem-detail.ts";

export function addOperatorRoutes(app: FastifyInstance, { operatorEndpoint, latest }: ApiContext): void {
  app.get("/api/grid-operator", (_request, reply) => {
    const report = latest();
    if (report === undefined) return sendProblem(reply, 503, STARTING_UP);
    if (report.gridOperator === undefined)
      return sendProblem(reply, 404, "no grid operator limits this house: see grid_operator in the config");
    return reply.send(operatorWire(report.gridOperator));
  });
  app.put("/api/grid-operator/limit", (request, reply) => {
    if (operatorEndpoint === undefined)
      return sendProblem(reply, 404, "limits are not taken here: set grid_operator.source to type http");
    if (!operatorEndpoint.isAllowed(request.headers.authorization))
      return sendProblem(reply, 401, "show the token of grid_operator.source as Authorization: Bearer TOKEN");
    const outcome = operatorEndpoint.receive(request.body);
    return outcome.ok ? reply.code(204).send() : sendProblem(reply, 422, outcome.detail);
  });
}
