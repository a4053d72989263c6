import fc from "fast-check";
import { expect, it } from "vitest";
import { ROUTE_SCOPES } from "../../src/api/login/route-scopes.ts";
import { sampleReport } from "../support/sample-report.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const RUNS = 200;
const addresses = Object.keys(ROUTE_SCOPES)
  .map((route) => route.split(" "))
  .filter(([method]) => method !== "GET")
  .map(([method = "", path = ""]) => ({ method, path: path.replaceAll(/:\w+/g, "garage") }));

/** Keys that the routes know, so that some bodies come far. */
const key = fc.constantFrom(
  ...[
    "mode",
    "limit_w",
    "active",
    "duration_s",
    "password",
    "code",
    "scope",
    "name",
    "target_soc_pct",
    "__proto__",
  ],
  ...[
    "hems_min_export_to_start_w",
    "hems_max_import_before_stopping_w",
    "charge_deadline",
    "charge_percentage",
  ],
);
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .dictionary(key, fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom("hems", "07:00")))
    .map((value) => JSON.stringify(value)),
);

it("whatever is sent to an address that changes something, the answer is no defect, and the server goes on", async () => {
  const { api, port } = await serve();
  api.report(sampleReport());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...addresses), body, async ({ method, path }, sent) => {
      const headers = { "content-type": "application/json" };
      const { status } = await ask(port, path, { method, headers, body: sent });
      expect(status).not.toBe(500);
    }),
    { numRuns: RUNS },
  );
  expect((await ask(port, "/api/state")).status).toBe(200);
});
