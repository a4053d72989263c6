import { describe, expect, it } from "vitest";
import { initialHealth } from "../../src/core/device-health.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

describe("GET /api/devices", () => {
  it("tells how each device is, and what does not add up", async () => {
    const advice = ["the grid power of hybrid has the wrong sign: give it invert: [grid]"];
    const { port, clock } = await serve(
      {},
      {
        devices: () => ({
          devices: [
            {
              name: "hybrid",
              driver: "sungrow-sh",
              maturity: "field-dump",
              roles: ["grid", "pv"],
              health: { ...initialHealth(0), state: "degraded", lastGoodMs: 500, problem: "timeout" },
              reads: { good: 5, partial: 1, failed: 2 },
            },
            {
              name: "roof",
              driver: "sunspec",
              maturity: undefined,
              roles: ["pv"],
              health: initialHealth(0),
              reads: { good: 0, partial: 0, failed: 0 },
            },
          ],
          balance: { kind: "wrong_sign", roles: ["grid"] },
          advice,
        }),
      },
    );
    await clock.advance(2_000);
    expect((await ask(port, "/api/devices")).json()).toEqual({
      devices: [
        {
          name: "hybrid",
          driver: "sungrow-sh",
          maturity: "field-dump",
          roles: ["grid", "pv"],
          state: "degraded",
          state_age_ms: 3_000,
          last_good_age_ms: 2_500,
          failures: 0,
          problem: "timeout",
        },
        {
          name: "roof",
          driver: "sunspec",
          maturity: null,
          roles: ["pv"],
          state: "starting",
          state_age_ms: 3_000,
          last_good_age_ms: null,
          failures: 0,
          problem: null,
        },
      ],
      balance: { verdict: "wrong_sign", advice },
    });
  });

  it("is empty before anything is known", async () => {
    const { port } = await serve();
    expect((await ask(port, "/api/devices")).json()).toEqual({
      devices: [],
      balance: { verdict: "checking", advice: [] },
    });
  });
});
