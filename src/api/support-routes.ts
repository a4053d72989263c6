import type { FastifyInstance, FastifyReply } from "fastify";
import { type ApiContext, STARTING_UP } from "./api-context.ts";
import { devicesWire } from "./devices-view.ts";
import { sendProblem } from "./problem-detail.ts";
import { stateView } from "./state-view.ts";
import { wallboxesView } from "./wallbox-view.ts";

const NO_FILE = "this gateway runs without a config file";

/** What helps whoever looks for a fault. */
export function addSupportRoutes(app: FastifyInstance, context: ApiContext): void {
  const { support } = context;
  app.get("/api/config-check", (_request, reply) => {
    if (support === undefined) return sendProblem(reply, 409, NO_FILE);
    return reply.send(support.check());
  });
  app.get("/api/support-bundle", async (_request, reply): Promise<FastifyReply> => {
    if (support === undefined) return sendProblem(reply, 409, NO_FILE);
    const texts = await support.bundle(knownTexts(context));
    return reply
      .header("content-disposition", 'attachment; filename="hems-edge-support.json"')
      .type("application/json")
      .send(indented(texts));
  });
}

function knownTexts(context: ApiContext): Readonly<Record<string, string>> {
  const { desk, clock } = context;
  const report = context.latest();
  return {
    "state.json": indented(report === undefined ? { problem: STARTING_UP } : stateView(context, report)),
    "devices.json": indented(devicesWire(context)),
    ...(desk === undefined ? {} : { "wallboxes.json": indented(wallboxesView(desk, clock.wallMs())) }),
  };
}

function indented(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
