import { describe, expect, it } from "vitest";
import type { RecordedLimit } from "../../src/ports/limit-log.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const PERIOD: RecordedLimit = {
  limit: "grid_operator",
  operatorState: "limited",
  value: 4_200,
  unit: "W",
  startWallMs: 1_700_000_000_000,
  endWallMs: 1_700_000_060_000.4,
  charge: { minW: 3_999.6, meanW: 4_100.2, maxW: 4_140 },
  grid: undefined,
  isOver: true,
};

describe("GET /api/limits", () => {
  it("tells the evidence in the range", async () => {
    const asked: unknown[] = [];
    const limits = {
      periods(range: object, most: number) {
        asked.push([range, most]);
        return [
          PERIOD,
          {
            ...PERIOD,
            limit: "main_fuse" as const,
            operatorState: undefined,
            unit: "A" as const,
            isOver: false,
          },
        ];
      },
    };
    const { port } = await serve({}, { limits });
    const answer = await ask(port, "/api/limits?from=2023-11-14T00:00:00Z&to=2023-11-15T00:00:00Z");
    expect(answer.json()).toMatchObject({
      limits: [
        {
          limit: "grid_operator",
          source: "operator",
          value: 4_200,
          unit: "W",
          start: "2023-11-14T22:13:20.000Z",
          end: "2023-11-14T22:14:20.000Z",
          charge_w: { min: 4_000, mean: 4_100, max: 4_140 },
          grid_w: null,
          is_over: true,
        },
        { limit: "main_fuse", source: "house", is_over: false },
      ],
    });
    await ask(port, "/api/limits");
    expect(asked).toEqual([
      [{ fromMs: 1_699_920_000_000, toMs: 1_700_006_400_000 }, 1_000],
      [{ fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }, 1_000],
    ]);
  });

  it("names a time that is none, and is empty where nothing is kept", async () => {
    const { port } = await serve();
    const refused = await ask(port, "/api/limits?from=yesterday");
    expect(refused.status).toBe(422);
    expect(refused.json()).toMatchObject({ detail: [{ loc: ["query", "from"] }] });
    expect((await ask(port, "/api/limits")).json()).toEqual({ limits: [] });
  });
});
