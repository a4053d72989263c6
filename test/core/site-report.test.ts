import { describe, expect, it } from "vitest";
import { siteReport as reportOf } from "../../src/core/site-report.ts";
import type { NamedBoxReport } from "../../src/core/tick-report.ts";
import { sampleReport } from "../support/sample-report.ts";

const [sample] = sampleReport().wallboxes;
if (sample === undefined) throw new Error("there is a box");
const { wallbox, powers, ages } = sample;
const box = (name: string, changes: Partial<NamedBoxReport> = {}): NamedBoxReport => ({
  ...sample,
  ...changes,
  name,
});
const siteReport = (boxes: readonly NamedBoxReport[], surplusPowerW: number | undefined) =>
  reportOf(
    boxes.map(({ name, ...report }) => ({ name, report })),
    surplusPowerW,
  );
const resting: Partial<NamedBoxReport> = { state: "idle", uxPhase: "idle", setpointA: 0 };
const gone = { ...wallbox, isConnected: false, vehicle: "absent" } as const;

describe("the report of a house with one box", () => {
  it("is that of its box", () => {
    const report = siteReport([box("garage")], 1);
    expect(report).toEqual({ ...sampleReport(), wallboxes: [box("garage")], leadingWallbox: "garage" });
  });
});

describe("the report of a house with several boxes", () => {
  it.each<[string, readonly NamedBoxReport[], string]>([
    ["the one that charges", [box("a", resting), box("b")], "b"],
    ["the first of two that charge", [box("a"), box("b")], "a"],
    ["the one that follows the sun", [box("a", resting), box("b", { setpointA: 0 })], "b"],
    [
      "the one that proves its start",
      [box("a", resting), box("b", { ...resting, state: "commitment" })],
      "b",
    ],
    ["the one with a car", [box("a", { ...resting, wallbox: gone }), box("b", resting)], "b"],
    [
      "the first of two without",
      [box("a", { ...resting, wallbox: gone }), box("b", { ...resting, wallbox: gone })],
      "a",
    ],
  ])("is led by %s", (_case, boxes, leader) => {
    const report = siteReport(boxes, 0);
    expect(report.leadingWallbox).toBe(leader);
    expect(report.setpointA).toBe(boxes.find(({ name }) => name === leader)?.setpointA);
  });

  it("says of state, phase and boost the furthest", () => {
    const boxes = [
      box("a", { ...resting, uxPhase: "paused", boost: "armed" }),
      box("b", { ...resting, state: "commitment", uxPhase: "starting" }),
    ];
    expect(siteReport(boxes, 0)).toMatchObject({ state: "commitment", uxPhase: "starting", boost: "armed" });
    expect(siteReport([...boxes, box("c", { boost: "ongoing" })], 0)).toMatchObject({
      state: "active",
      uxPhase: "active",
      boost: "ongoing",
    });
  });

  it("adds up power, energy and writes, and has the surplus of the house", () => {
    const report = siteReport([box("a"), box("b")], 5_000);
    expect(report.powers).toEqual({ ...powers, chargePowerW: 4_600, surplusPowerW: 5_000 });
    expect(report.solarEnergyTodayWh).toBeCloseTo(2 * 4_321.4);
    expect(report.wallbox.writesToday).toBe(14);
  });

  it("takes what is not known for nothing only where something is known", () => {
    const blind = {
      powers: { ...powers, chargePowerW: undefined },
      ages: { ...ages, chargeAgeMs: undefined },
    };
    expect(siteReport([box("a", blind), box("b")], 0)).toMatchObject({
      powers: { chargePowerW: 2_300 },
      ages: { chargeAgeMs: 3_000 },
    });
    const report = siteReport([box("a", blind), box("b", blind)], undefined);
    expect(report.powers.chargePowerW).toBeUndefined();
    expect(report.ages.chargeAgeMs).toBeUndefined();
  });

  it("is as old as its oldest reading, there with any box, and obeyed by all or not", () => {
    const old = box("b", { ages: { ...ages, chargeAgeMs: 9_000 }, wallbox: { ...gone, isFollowing: false } });
    expect(siteReport([box("a"), old], 0)).toMatchObject({
      ages: { chargeAgeMs: 9_000 },
      wallbox: { isConnected: true, isFollowing: false },
    });
  });

  it("warns of the worst, and since when it first was", () => {
    const boxes = [
      box("a", { healthWarning: { code: "config_divergence", sinceWallMs: 1 } }),
      box("b", { healthWarning: { code: "wallbox_disconnected", sinceWallMs: 9 } }),
      box("c", { healthWarning: { code: "wallbox_disconnected", sinceWallMs: 5 } }),
    ];
    expect(siteReport(boxes, 0).healthWarning).toEqual({ code: "wallbox_disconnected", sinceWallMs: 5 });
    expect(siteReport([box("a"), box("b")], 0).healthWarning).toBeUndefined();
  });
});
