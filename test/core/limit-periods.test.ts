import { describe, expect, it } from "vitest";
import { type LimitPeriod, NO_LIMITS_SEEN, openPeriods, watchLimits } from "../../src/core/limit-periods.ts";
import type { LimitName } from "../../src/core/limits.ts";
import type { OperatorState } from "../../src/core/operator-machine.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import { sampleReport } from "../support/sample-report.ts";

const LIMITS = { mainFuseA: 35, unbalanceLimitA: 20, importLimitW: 22_000 };
const WALL_MS = 1_700_000_000_000;

interface Moment {
  readonly atS: number;
  readonly limitedBy?: LimitName;
  readonly operator?: { readonly state: OperatorState; readonly limitW: number | undefined };
  readonly chargeW?: readonly (number | undefined)[];
  readonly gridW?: number | "unknown";
}

function reportAt({ atS, limitedBy, operator, chargeW = [3_000], gridW }: Moment): TickReport {
  const report = sampleReport({
    monotonicMs: 5_000 + atS * 1_000,
    wallMs: WALL_MS + atS * 1_000,
    gridOperator:
      operator === undefined ? undefined : { ...operator, endsWallMs: undefined, endsAtClock: undefined },
  });
  const wallboxes = chargeW.map((chargePowerW, index) => ({
    ...report,
    name: `box-${index}`,
    limitedBy: index === 0 ? limitedBy : undefined,
    powers: { ...report.powers, chargePowerW },
  }));
  return {
    ...report,
    wallboxes,
    powers: { ...report.powers, gridPowerW: gridW === "unknown" ? undefined : (gridW ?? 4_000) },
  };
}

function watched(moments: readonly Moment[], limits: Parameters<typeof watchLimits>[2] = LIMITS) {
  let watch = NO_LIMITS_SEEN;
  const began: LimitPeriod[] = [];
  const ended: LimitPeriod[] = [];
  for (const moment of moments) {
    const next = watchLimits(watch, reportAt(moment), limits);
    watch = next.watch;
    began.push(...next.began);
    ended.push(...next.ended);
  }
  return { began, ended, open: openPeriods(watch) };
}

const limited = { state: "limited", limitW: 4_200 } as const;

describe("periods of the grid operator's limit", () => {
  it("last as long as it is in force, whether it binds or not, and tell what was drawn", () => {
    const { began, ended } = watched([
      { atS: 0, operator: { state: "unlimited_controlled", limitW: undefined } },
      { atS: 1, operator: limited, chargeW: [6_000], gridW: 7_000 },
      { atS: 3, operator: limited, chargeW: [4_000], gridW: 5_000 },
      { atS: 4, operator: limited, chargeW: [1_000], gridW: -1_000 },
      { atS: 5, operator: { state: "unlimited_controlled", limitW: undefined } },
    ]);
    const period = {
      limit: "grid_operator",
      operatorState: "limited",
      value: 4_200,
      unit: "W",
      startWallMs: WALL_MS + 1_000,
    };
    expect(began).toEqual([
      {
        ...period,
        endWallMs: WALL_MS + 1_000,
        charge: { minW: 6_000, meanW: 6_000, maxW: 6_000 },
        grid: { minW: 7_000, meanW: 7_000, maxW: 7_000 },
      },
    ]);
    expect(ended).toEqual([
      {
        ...period,
        endWallMs: WALL_MS + 4_000,
        charge: { minW: 1_000, meanW: 3_000, maxW: 6_000 },
        grid: { minW: -1_000, meanW: 3_000, maxW: 7_000 },
      },
    ]);
  });

  it.each([
    ["value", { state: "limited", limitW: 5_000 }],
    ["origin", { state: "failsafe", limitW: 4_200 }],
  ] as const)("end where another %s begins", (_case, other) => {
    const { began, ended, open } = watched([
      { atS: 0, operator: limited },
      { atS: 1, operator: other },
    ]);
    expect(began.map(({ operatorState, value }) => [operatorState, value])).toEqual([
      ["limited", 4_200],
      [other.state, other.limitW],
    ]);
    expect(ended).toHaveLength(1);
    expect(open).toHaveLength(1);
  });

  it("count all cars together, and nothing while one of them is not known", () => {
    const { open } = watched([
      { atS: 0, operator: limited, chargeW: [2_000, undefined], gridW: "unknown" },
      { atS: 1, operator: limited, chargeW: [2_000, 1_500], gridW: "unknown" },
      { atS: 2, operator: limited, chargeW: [2_000, 500], gridW: "unknown" },
    ]);
    expect(open[0]).toMatchObject({ charge: { minW: 2_500, meanW: 3_000, maxW: 3_500 }, grid: undefined });
  });

  it("count nothing either where the first car is the one that is not known", () => {
    const { open } = watched([
      { atS: 0, operator: limited, chargeW: [undefined, 2_000], gridW: "unknown" },
      { atS: 1, operator: limited, chargeW: [undefined, 2_000], gridW: "unknown" },
    ]);
    expect(open[0]?.charge).toBeUndefined();
  });

  it("count no more than 10 s for a pass, and nothing for a clock that went back", () => {
    const { open } = watched([
      { atS: 0, operator: limited, chargeW: [1_000] },
      { atS: 5, operator: limited, chargeW: [1_000] },
      { atS: 500, operator: limited, chargeW: [4_000] },
      { atS: 400, operator: limited, chargeW: [9_000] },
    ]);
    expect(open[0]?.charge).toEqual({ minW: 1_000, meanW: 3_000, maxW: 9_000 });
  });
});

describe("periods of the other limits", () => {
  it.each([
    ["main_fuse", 35, "A"],
    ["unbalance", 20, "A"],
    ["site_import", 22_000, "W"],
  ] as const)("%s lasts while it binds, short gaps included", (limitedBy, value, unit) => {
    const { began, ended, open } = watched([
      { atS: 0, limitedBy },
      { atS: 30 },
      { atS: 59, limitedBy },
      { atS: 60 },
      { atS: 118 },
      { atS: 119 },
    ]);
    expect(began).toHaveLength(1);
    expect(ended).toMatchObject([
      {
        limit: limitedBy,
        operatorState: undefined,
        value,
        unit,
        startWallMs: WALL_MS,
        endWallMs: WALL_MS + 59_000,
      },
    ]);
    expect(open).toEqual([]);
  });

  it("bridge a gap late in the life of the gateway, too, and where only one of several boxes is limited", () => {
    const { began, ended } = watched([
      { atS: 100_000, limitedBy: "main_fuse", chargeW: [3_000, 3_000] },
      { atS: 100_030, chargeW: [3_000, 3_000] },
      { atS: 100_059, limitedBy: "main_fuse", chargeW: [3_000, 3_000] },
    ]);
    expect([began.length, ended.length]).toEqual([1, 0]);
  });

  it("are told apart where two limits have the same value", () => {
    const { began, ended } = watched(
      [
        { atS: 0, limitedBy: "main_fuse" },
        { atS: 1, limitedBy: "unbalance" },
      ],
      { ...LIMITS, mainFuseA: 20 },
    );
    expect([began.map(({ limit }) => limit), ended]).toEqual([["main_fuse", "unbalance"], []]);
  });

  it("are not there where the limit is no longer configured", () => {
    const none = { mainFuseA: 35, unbalanceLimitA: undefined, importLimitW: undefined };
    const moments = (["unbalance", "site_import"] as const).map((limitedBy, atS) => ({ atS, limitedBy }));
    expect(watched(moments, none).began).toEqual([]);
  });

  it("are none for limits that are the car's or the user's own", () => {
    const { began } = watched([
      { atS: 0, limitedBy: "configured_maximum" },
      { atS: 1, limitedBy: "cable" },
    ]);
    expect(began).toEqual([]);
  });
});
