import { describe, expect, it } from "vitest";
import { createOperatorEndpoint } from "../../src/grid-operator/operator-endpoint.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const TOKEN = "0123456789abcdef";
const LIMIT = "/api/grid-operator/limit";
const headers = { authorization: `Bearer ${TOKEN}` };

function serveOperator() {
  const operatorEndpoint = createOperatorEndpoint(TOKEN, createManualClock());
  return serve({}, { operatorEndpoint }).then((served) => ({ ...served, operatorEndpoint }));
}

describe("PUT /api/grid-operator/limit", () => {
  it("sets the limit for the next pass", async () => {
    const { port, operatorEndpoint } = await serveOperator();
    const body = { limit_w: 4_200, duration_s: 60 };
    expect((await ask(port, LIMIT, { method: "PUT", headers, body })).status).toBe(204);
    expect(operatorEndpoint.latest().command).toMatchObject({ limitW: 4_200, durationMs: 60_000 });
  });

  it.each([
    ["without the token", {}, { limit_w: 1 }, 401],
    ["with another token", { authorization: "Bearer 0" }, { limit_w: 1 }, 401],
    ["with nonsense", headers, { limit: 1 }, 422],
    ["with no body", headers, undefined, 422],
  ])("refuses %s and changes nothing", async (_case, given, body, status) => {
    const { port, operatorEndpoint } = await serveOperator();
    const answer = await ask(port, LIMIT, { method: "PUT", headers: given, body });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ detail: expect.any(String) });
    expect(operatorEndpoint.latest().heartbeatMs).toBeUndefined();
  });

  it("is not there where the limit comes on another way", async () => {
    const { port } = await serve();
    expect((await ask(port, LIMIT, { method: "PUT", headers, body: { limit_w: 1 } })).status).toBe(404);
  });
});

describe("GET /api/grid-operator", () => {
  it("tells the limit that holds", async () => {
    const { api, port } = await serve();
    expect((await ask(port, "/api/grid-operator")).status).toBe(503);
    api.report(sampleReport());
    expect((await ask(port, "/api/grid-operator")).status).toBe(404);
    const gridOperator = {
      state: "limited",
      limitW: 4_200,
      endsWallMs: 1_647_669_600_000.4,
      endsAtClock: "07:00",
    };
    api.report(sampleReport({ gridOperator: { ...gridOperator, state: "limited" } }));
    expect((await ask(port, "/api/grid-operator")).json()).toEqual({
      state: "limited",
      limit_w: 4_200,
      until: "2022-03-19T06:00:00.000Z",
    });
  });
});
