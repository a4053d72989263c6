import { describe, expect, it } from "vitest";
import type { PlanAdvice } from "../../src/core/planner/plan-advice.ts";
import { isSameDecision } from "../../src/telemetry/report-change.ts";
import { instant, SLOT, sampleAdvice } from "../support/sample-advice.ts";
import { sampleReport } from "../support/sample-report.ts";

describe("a plan is news", () => {
  const told = sampleReport({ plan: sampleAdvice() });

  it.each<[string, Partial<PlanAdvice>, boolean]>([
    ["when the next slot begins at another time", { nextSlot: { ...SLOT, start: instant("03:00") } }, false],
    ["when there is no slot any more", { nextSlot: undefined }, false],
    ["when the deadline is another", { deadline: instant("08:00") }, false],
    ["when it begins to charge", { stance: "cheap" }, false],
    ["but not for each watt-hour", { missingWh: 7_000, costCt: 55 }, true],
  ])("%s", (_case, changes, isSame) => {
    expect(isSameDecision(told, sampleReport({ plan: sampleAdvice(changes) }))).toBe(isSame);
  });

  it("when it comes and goes", () => {
    expect(isSameDecision(told, sampleReport())).toBe(false);
    expect(isSameDecision(sampleReport(), sampleReport())).toBe(true);
  });
});
