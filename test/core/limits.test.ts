import { describe, expect, it } from "vitest";
import {
  ceilToStepA,
  floorToStepA,
  type Limit,
  type LimitContext,
  limitedCurrentA,
  nearestStepA,
  type SiteLimits,
  smallestLimit,
} from "../../src/core/limits.ts";
import type { SiteSample, WallboxSample } from "../../src/core/site-sample.ts";
import { ONE_PHASE, reading, siteSample, THREE_PHASE, WIDE_LIMITS } from "./support/site.ts";

interface Case {
  readonly limits?: Partial<SiteLimits>;
  readonly sample?: Partial<Omit<SiteSample, "wallbox">>;
  readonly wallbox?: Partial<WallboxSample>;
  readonly context?: Partial<LimitContext>;
}

/** A three-phase box rated 32 A whose car draws 10 A on each phase, and a house that takes nothing. */
function smallest({ limits, sample, wallbox, context }: Case): Limit {
  const car = { capability: THREE_PHASE, chargePowerW: reading(6_900), ...wallbox };
  return smallestLimit({
    sample: siteSample({ gridPowerW: reading(6_900), ...sample }, car),
    limits: { ...WIDE_LIMITS, ...limits },
    userMaxA: undefined,
    setpointA: 10,
    phases: car.capability.phases,
    isMeterSettled: true,
    isSettled: true,
    ...context,
  });
}

describe("fixed limits", () => {
  it.each<[string, Case, Limit]>([
    ["the rating", {}, { name: "wallbox_rating", maxCurrentA: 32 }],
    [
      "the configured maximum",
      { limits: { configuredMaxA: 20 } },
      { name: "configured_maximum", maxCurrentA: 20 },
    ],
    ["the cable", { limits: { cableCurrentA: 20 } }, { name: "cable", maxCurrentA: 20 }],
    ["the user", { context: { userMaxA: 16 } }, { name: "user_maximum", maxCurrentA: 16 }],
    [
      "the smallest of all",
      { limits: { configuredMaxA: 20, cableCurrentA: 13 }, context: { userMaxA: 16 } },
      { name: "cable", maxCurrentA: 13 },
    ],
    [
      "the rating where another is no smaller",
      { limits: { configuredMaxA: 32 } },
      { name: "wallbox_rating", maxCurrentA: 32 },
    ],
  ])("%s", (_case, given, limit) => {
    expect(smallest(given)).toEqual(limit);
  });
});

describe("a blind gateway", () => {
  it("allows the failsafe current and computes nothing from readings", () => {
    const blind: Case = {
      sample: { meterTrust: "lost", gridPowerW: reading(99_000) },
      limits: { mainFuseA: 16, importLimitW: 0, gridOperatorLimitW: 0 },
    };
    expect(smallest(blind)).toEqual({ name: "failsafe", maxCurrentA: 6 });
  });

  it("knows no failsafe limit while the meter is only suspect", () => {
    expect(smallest({ sample: { meterTrust: "suspect" } }).name).toBe("wallbox_rating");
  });
});

describe("the main fuse", () => {
  const fuse = { limits: { mainFuseA: 25 } };

  it.each<[string, Case, number]>([
    ["leaves what the tightest phase does not use", { sample: phases(10, 12, 18) }, 17],
    ["takes a breach off the car", { sample: phases(10, 27, 10) }, 8],
    ["gives export on a phase to the car there", { sample: phases(-1, 3, 5) }, 30],
    [
      "splits the house evenly where the phases are not measured",
      { sample: { gridPowerW: reading(9_660) } },
      21,
    ],
    ["counts the car on its own phases", { sample: phases(16, 0, 0), wallbox: oneOfThree() }, 25],
    [
      "counts an unmeasured car on all phases",
      { sample: phases(26, 20, 20), wallbox: { chargePowerW: undefined } },
      9,
    ],
  ])("%s", (_case, given, maxCurrentA) => {
    expect(smallest({ ...given, ...fuse })).toEqual({ name: "main_fuse", maxCurrentA });
  });

  it("carries a one-phase car fully on its phase where the phases are not measured", () => {
    const wallbox = { capability: { ...ONE_PHASE, maxCurrentA: 32 }, chargePowerW: reading(3_680) };
    const alone = { ...fuse, wallbox, context: { setpointA: 16 }, sample: { gridPowerW: reading(3_680) } };
    expect(smallest(alone)).toEqual({ name: "main_fuse", maxCurrentA: 25 });
    const inHouse = { ...alone, sample: { gridPowerW: reading(3_680 + 6_900) } };
    expect(smallest(inHouse)).toEqual({ name: "main_fuse", maxCurrentA: 15 });
  });

  it("splits a house evenly around a car that draws on one of three phases", () => {
    const wallbox = { ...oneOfThree(), chargePowerW: reading(3_680) };
    const context = { setpointA: 16 };
    const given = { ...fuse, wallbox, context, sample: { gridPowerW: reading(3_680 + 6_900) } };
    expect(smallest(given)).toEqual({ name: "main_fuse", maxCurrentA: 15 });
  });

  it("takes phase currents of a one-phase box for no measure of which phase it hangs on", () => {
    const phaseCurrentsA = reading([16, 0, 0] as const);
    const wallbox = {
      capability: { ...ONE_PHASE, maxCurrentA: 32 },
      chargePowerW: reading(3_680),
      phaseCurrentsA,
    };
    const context = { setpointA: 16 };
    expect(smallest({ ...fuse, wallbox, context, sample: phases(20, 10, 0) }).maxCurrentA).toBe(21);
  });

  it("is not known without a meter", () => {
    expect(smallest({ ...fuse, sample: { gridPowerW: undefined } }).name).toBe("wallbox_rating");
  });
});

describe("limits on power", () => {
  it.each<[string, Case, Limit]>([
    [
      "the import limit leaves what the house does not take",
      { limits: { importLimitW: 13_800 }, sample: { gridPowerW: reading(6_900 + 2_070) } },
      { name: "site_import", maxCurrentA: 17 },
    ],
    [
      "the import limit takes a breach off the car",
      { limits: { importLimitW: 6_900 }, sample: { gridPowerW: reading(6_900 + 1_380) } },
      { name: "site_import", maxCurrentA: 8 },
    ],
    [
      "the grid operator's limit is on the car alone, whatever the house imports",
      { limits: { gridOperatorLimitW: 4_830 }, sample: { gridPowerW: reading(20_000) } },
      { name: "grid_operator", maxCurrentA: 7 },
    ],
    [
      "own power comes on top of the grid operator's limit",
      { limits: { gridOperatorLimitW: 4_830 }, sample: { gridPowerW: reading(4_830) } },
      { name: "grid_operator", maxCurrentA: 10 },
    ],
    [
      "export comes on top of the grid operator's limit",
      { limits: { gridOperatorLimitW: 4_830 }, sample: { gridPowerW: reading(-690) } },
      { name: "grid_operator", maxCurrentA: 18 },
    ],
  ])("%s", (_case, given, limit) => {
    expect(smallest(given)).toEqual(limit);
  });

  it("counts a car that is not measured with what it is allowed", () => {
    const wallbox = { chargePowerW: undefined };
    const limits = { gridOperatorLimitW: 4_830 };
    expect(smallest({ limits, wallbox, context: { setpointA: 16 } })).toEqual({
      name: "grid_operator",
      maxCurrentA: 16 + (4_830 - 6_900) / 690,
    });
    expect(smallest({ limits: { importLimitW: 6_900 - 690 }, wallbox }).maxCurrentA).toBe(9);
  });

  it("are not known without a meter", () => {
    const limits = { importLimitW: 1, gridOperatorLimitW: 1 };
    expect(smallest({ limits, sample: { gridPowerW: undefined } }).name).toBe("wallbox_rating");
  });
});

describe("limits while the last change is on its way", () => {
  const breach = { sample: phases(28, 10, 10), limits: { mainFuseA: 25 } };
  const unsettled = { isSettled: false, isMeterSettled: false };

  it("raise nothing: what is free on the meter may be the car's already", () => {
    const context = { ...unsettled, setpointA: 6 };
    expect(smallest({ ...breach, sample: phases(25, 10, 10), context }).name).toBe("wallbox_rating");
  });

  it("take a breach off what the car was measured at, once", () => {
    expect(smallest({ ...breach, context: { ...unsettled, setpointA: 16 } }).maxCurrentA).toBe(7);
    expect(smallest({ ...breach, context: { ...unsettled, setpointA: 7 } }).maxCurrentA).toBe(7);
  });

  it("take it off the set point as soon as the meter shows it", () => {
    const context = { isSettled: false, isMeterSettled: true };
    expect(smallest({ ...breach, context: { ...context, setpointA: 8 } }).maxCurrentA).toBe(5);
    expect(smallest({ ...breach, context: { ...context, setpointA: 16 } }).maxCurrentA).toBe(7);
  });
});

describe("limits for the other phases", () => {
  const toOne = { context: { phases: 1 as const } };

  it("leave what is free now: what the car draws on its present phases counts for nothing", () => {
    const fuse = { ...toOne, limits: { mainFuseA: 25 } };
    expect(smallest({ ...fuse, sample: phases(10, 12, 18) })).toEqual({ name: "main_fuse", maxCurrentA: 7 });
    expect(smallest({ ...fuse, sample: phases(26, 0, 0) })).toEqual({ name: "main_fuse", maxCurrentA: -1 });
  });

  it("count power by the phases to come", () => {
    const limits = { importLimitW: 6_900 + 2_300 };
    expect(smallest({ ...toOne, limits })).toEqual({ name: "site_import", maxCurrentA: 10 });
    expect(smallest({ ...toOne, limits: { gridOperatorLimitW: 6_900 + 2_300 } }).maxCurrentA).toBe(10);
  });
});

describe("a box that lets the car draw more than it was told", () => {
  it("loses a breach from what it was told, and what is free counts from what it draws", () => {
    const context = { setpointA: 8 };
    const limits = { mainFuseA: 25 };
    expect(smallest({ limits, context, sample: phases(26, 10, 10) }).maxCurrentA).toBe(7);
    expect(smallest({ limits, context, sample: phases(25, 10, 10) }).maxCurrentA).toBe(10);
  });
});

describe("the limited current", () => {
  const limit = (maxCurrentA: number): Limit => ({ name: "main_fuse", maxCurrentA });

  it.each([
    ["leaves what is within", 10, 10, 10, undefined],
    ["takes whole steps", 16, 13.9, 13, "main_fuse"],
    ["is tolerant of binary fractions", 16, 13 - 1e-9, 13, "main_fuse"],
    ["allows the minimum", 16, 6, 6, "main_fuse"],
    ["pauses below the minimum", 16, 5.9, 0, "main_fuse"],
    ["pauses where nothing is left", 16, -4, 0, "main_fuse"],
    ["takes whole steps of the wish too", 12.5, 32, 12, undefined],
    ["has nothing to take from a pause", 0, -4, 0, undefined],
  ])("%s", (_case, wantedA, maxCurrentA, currentA, limitedBy) => {
    expect(limitedCurrentA(wantedA, limit(maxCurrentA), ONE_PHASE)).toEqual({ currentA, limitedBy });
  });

  it("takes steps of 0.1 A where the box has them", () => {
    const capability = { ...ONE_PHASE, stepA: 0.1 };
    expect(limitedCurrentA(16, limit(13.37), capability).currentA).toBe(13.3);
    expect(limitedCurrentA(16, limit(10.3), capability).currentA).toBe(10.3);
  });
});

describe("steps", () => {
  it.each([
    [7.49, 1, 7, 7, 8],
    [7.5, 1, 7, 8, 8],
    [7, 1, 7, 7, 7],
    [7.04, 0.1, 7, 7, 7.1],
    [7.06, 0.1, 7, 7.1, 7.1],
    [6.3, 0.1, 6.3, 6.3, 6.3],
    [7 - 1e-7, 1, 7, 7, 7],
    [7 + 1e-7, 1, 7, 7, 7],
  ])("of %d A by %d A", (valueA, stepA, floorA, nearestA, ceilA) => {
    expect(floorToStepA(valueA, stepA)).toBe(floorA);
    expect(nearestStepA(valueA, stepA)).toBe(nearestA);
    expect(ceilToStepA(valueA, stepA)).toBe(ceilA);
  });
});

function phases(l1: number, l2: number, l3: number) {
  return { gridPhaseCurrentsA: reading([l1, l2, l3] as const) };
}

function oneOfThree() {
  return { phaseCurrentsA: reading([16, 0, 0] as const), chargePowerW: reading(3_680) };
}
