import { describe, expect, it } from "vitest";
import {
  ceilToStepA,
  floorToStepA,
  type Limit,
  type LimitContext,
  limitedCurrentA,
  limitsInForce,
  nearestStepA,
  type PhaseRotation,
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
function smallest(given: Case): Limit {
  return smallestLimit(contextOf(given));
}

function contextOf({ limits, sample, wallbox, context }: Case): LimitContext {
  const car = { capability: THREE_PHASE, chargePowerW: reading(6_900), ...wallbox };
  return {
    sample: siteSample({ gridPowerW: reading(6_900), ...sample }, car),
    limits: { ...WIDE_LIMITS, ...limits },
    userMaxA: undefined,
    operatorLimitW: undefined,
    setpointA: 10,
    phases: car.capability.phases,
    isMeterSettled: true,
    isSettled: true,
    isCarMetered: true,
    carRange: undefined,
    isAdopting: false,
    ...context,
  };
}

describe("the limits in force", () => {
  it("are all that apply, each with what it leaves the car", () => {
    const given: Case = {
      limits: {
        mainFuseA: 25,
        importLimitW: 11_500,
        unbalanceLimitA: 20,
        cableCurrentA: 20,
        configuredMaxA: 18,
      },
      context: { userMaxA: 17, operatorLimitW: 4_140, isSafeMode: true },
    };
    expect(limitsInForce(contextOf(given))).toEqual([
      { name: "wallbox_rating", maxCurrentA: 32 },
      { name: "configured_maximum", maxCurrentA: 18 },
      { name: "cable", maxCurrentA: 20 },
      { name: "user_maximum", maxCurrentA: 17 },
      { name: "safe_mode", maxCurrentA: 6 },
      { name: "main_fuse", maxCurrentA: 25 },
      { name: "site_import", maxCurrentA: expect.closeTo(16.67, 2) },
      { name: "grid_operator", maxCurrentA: 6 },
    ]);
  });

  it("are the failsafe current and what is fixed while the meter is lost", () => {
    const names = limitsInForce(contextOf({ sample: { meterTrust: "lost" } })).map(({ name }) => name);
    expect(names).toEqual(["wallbox_rating", "configured_maximum", "failsafe"]);
  });
});

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
    ["safe mode", { context: { isSafeMode: true } }, { name: "safe_mode", maxCurrentA: 6 }],
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

describe("a box that does not come down by itself", () => {
  const limits = { unattendedMaxA: 17.5 };

  it.each(["setpoint", "rating"] as const)(
    "gets what may flow unwatched where it falls back to its %s",
    (fallsBackTo) => {
      const wallbox = { capability: { ...THREE_PHASE, fallsBackTo } };
      expect(smallest({ limits, wallbox })).toEqual({ name: "no_fallback", maxCurrentA: 17.5 });
      const others = { powerW: 0, currentA: 0, unattendedA: 6 };
      expect(smallest({ limits, wallbox, context: { others } }).maxCurrentA).toBe(11.5);
    },
  );

  it("is another matter than one that falls to its failsafe current", () => {
    expect(smallest({ limits }).name).toBe("wallbox_rating");
  });
});

describe("a blind gateway", () => {
  it("allows the failsafe current and computes nothing from readings", () => {
    const blind: Case = {
      sample: { meterTrust: "lost", gridPowerW: reading(99_000) },
      limits: { mainFuseA: 16, importLimitW: 0 },
    };
    expect(smallest(blind)).toEqual({ name: "failsafe", maxCurrentA: 6 });
  });

  it("counts all of the car against the grid operator's limit", () => {
    const context = { operatorLimitW: 4_140 };
    const lost = { meterTrust: "lost" as const, gridPowerW: reading(-9_000) };
    const limits = { failsafeCurrentA: 10 };
    expect(smallest({ context, sample: lost, limits })).toEqual({ name: "grid_operator", maxCurrentA: 6 });
    expect(smallest({ context, sample: { gridPowerW: undefined } }).maxCurrentA).toBe(6);
    expect(smallest({ context: { ...context, phases: 1 }, sample: lost, limits }).maxCurrentA).toBe(10);
  });

  it("allows one phase no more than the unbalance limit", () => {
    const wallbox = { capability: { ...ONE_PHASE, maxCurrentA: 32 } };
    const sample = { meterTrust: "lost" as const, ...phases(0, -30, 0) };
    const limits = { failsafeCurrentA: 32, unbalanceLimitA: 20 };
    expect(smallest({ wallbox, sample, limits })).toEqual({ name: "unbalance", maxCurrentA: 20 });
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

  it.each<[string, Case, number]>([
    ["another phase of the house is full", { sample: phases(12, 25, 3) }, 23],
    ["its own is", { sample: phases(25, 12, 3) }, 10],
    ["its own is overloaded", { sample: phases(27, 12, 3) }, 8],
  ])("leaves a one-phase box what its own phase can carry when %s", (_case, given, maxCurrentA) => {
    const wallbox = { capability: { ...ONE_PHASE, maxCurrentA: 32 }, chargePowerW: reading(2_300) };
    const limits = { mainFuseA: 25, phaseRotation: [0, 1, 2] as const };
    expect(smallest({ ...given, wallbox, limits })).toEqual({ name: "main_fuse", maxCurrentA });
  });

  it.each<[string, PhaseRotation | undefined, number]>([
    ["follows the car to the phases it hangs on", [1, 2, 0], 8],
    ["leaves the phases alone on which it does not", [0, 1, 2], 13],
    ["fears the worst where nobody says", undefined, 8],
  ])("of a car on two phases %s", (_case, phaseRotation, maxCurrentA) => {
    const wallbox = { phaseCurrentsA: reading([10, 10, 0] as const), chargePowerW: reading(4_600) };
    const given = { wallbox, sample: phases(11, 22, 27), limits: { mainFuseA: 25, phaseRotation } };
    expect(smallest(given)).toEqual({ name: "main_fuse", maxCurrentA });
  });

  it.each<[string, readonly [number, number, number], number]>([
    ["less than 1 A is none", [10, 0.99, 0], 25],
    ["1 A is one", [10, 1, 0], 4],
    ["a car that draws nothing may draw on all", [0.9, 0.9, 0.9], 3.3],
  ])("of a phase that carries little: %s", (_case, currents, maxCurrentA) => {
    const wallbox = { phaseCurrentsA: reading(currents), chargePowerW: reading(207) };
    const limits = { mainFuseA: 25, phaseRotation: [0, 1, 2] as const };
    const given = { wallbox, sample: phases(10, 22, 22), limits, context: { setpointA: 6 } };
    expect(smallest(given).maxCurrentA).toBeCloseTo(maxCurrentA, 9);
  });

  it("for other phases counts only those", () => {
    const limits = { mainFuseA: 25, phaseRotation: [2, 0, 1] as const };
    const given = { limits, context: { phases: 1 as const }, sample: phases(26, 26, 18) };
    expect(smallest(given)).toEqual({ name: "main_fuse", maxCurrentA: 7 });
  });

  it("is not known without a meter", () => {
    expect(smallest({ ...fuse, sample: { gridPowerW: undefined } }).name).toBe("wallbox_rating");
  });
});

describe("the unbalance of one or two phases", () => {
  const box = { capability: { ...ONE_PHASE, maxCurrentA: 32 }, chargePowerW: reading(3_680) };
  const limits = { unbalanceLimitA: 20, phaseRotation: [1, 0, 2] as const };

  it.each<[string, Case, number]>([
    ["is the car's alone where the phases are not measured", { wallbox: box }, 20],
    ["leaves more beside a house that is busy on the others", { wallbox: box, sample: phases(5, 16, 8) }, 25],
    ["leaves less where the house is busy on the car's", { wallbox: box, sample: phases(3, 22, 1) }, 15],
    ["is the same at its limit", { wallbox: box, sample: phases(3, 21, 1) }, 16],
    [
      "counts all phases of the car",
      { wallbox: onPhases(10, 10, 0), sample: phases(15, 12, -6), context: { setpointA: 10 } },
      9,
    ],
    ["counts what the car draws on its own", { wallbox: onPhases(16, 0, 0), sample: phases(-1, 16, 0) }, 19],
    ["holds for the phases to come as if the house were balanced", toOnePhase(), 20],
  ])("%s", (_case, given, maxCurrentA) => {
    const context = { setpointA: 16, ...given.context };
    expect(smallest({ ...given, context, limits })).toEqual({ name: "unbalance", maxCurrentA });
  });

  it("fears the worst where nobody says on which phase the box hangs", () => {
    const given = { wallbox: box, sample: phases(22, 3, 1), context: { setpointA: 16 } };
    expect(smallest({ ...given, limits: { unbalanceLimitA: 20 } }).maxCurrentA).toBe(15);
  });

  it("is no matter of a car on three phases, nor where no limit is set", () => {
    const threePhases = { sample: phases(40, 0, 0), limits };
    expect(smallest(threePhases).name).toBe("wallbox_rating");
    expect(smallest({ wallbox: box, sample: phases(40, 0, 0) }).name).toBe("wallbox_rating");
  });

  function onPhases(l1: number, l2: number, l3: number): Partial<WallboxSample> {
    return { phaseCurrentsA: reading([l1, l2, l3] as const), chargePowerW: reading((l1 + l2 + l3) * 230) };
  }

  function toOnePhase(): Case {
    return { sample: phases(-30, 0, 0), context: { phases: 1 } };
  }
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
      { context: { operatorLimitW: 4_830 }, sample: { gridPowerW: reading(20_000) } },
      { name: "grid_operator", maxCurrentA: 7 },
    ],
    [
      "own power comes on top of the grid operator's limit",
      { context: { operatorLimitW: 4_830 }, sample: { gridPowerW: reading(4_830) } },
      { name: "grid_operator", maxCurrentA: 10 },
    ],
    [
      "export comes on top of the grid operator's limit",
      { context: { operatorLimitW: 4_830 }, sample: { gridPowerW: reading(-690) } },
      { name: "grid_operator", maxCurrentA: 18 },
    ],
  ])("%s", (_case, given, limit) => {
    expect(smallest(given)).toEqual(limit);
  });

  it("take a breach off the phases that the car really charges on", () => {
    const wallbox = { phaseCurrentsA: reading([0, 16, 0] as const), chargePowerW: reading(3_680) };
    const given = { wallbox, sample: { gridPowerW: reading(3_680) }, context: { setpointA: 16 } };
    expect(smallest({ ...given, limits: { importLimitW: 2_300 } }).maxCurrentA).toBe(10);
    expect(smallest({ ...given, limits: { importLimitW: 4_600 } }).maxCurrentA).toBe(20);
  });

  it("counts a car that is not measured with what it is allowed", () => {
    const wallbox = { chargePowerW: undefined };
    const context = { operatorLimitW: 4_830, setpointA: 16 };
    expect(smallest({ wallbox, context })).toEqual({
      name: "grid_operator",
      maxCurrentA: 16 + (4_830 - 6_900) / 690,
    });
    expect(smallest({ limits: { importLimitW: 6_900 - 690 }, wallbox }).maxCurrentA).toBe(9);
  });

  it("are not known without a meter", () => {
    const limits = { importLimitW: 1 };
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
    expect(smallest({ context: { ...toOne.context, operatorLimitW: 6_900 + 2_300 } }).maxCurrentA).toBe(10);
  });
});

describe("the grid operator's limit while the last change is on its way", () => {
  const given = (context: Partial<LimitContext>) =>
    smallest({
      context: { operatorLimitW: 4_830, setpointA: 7, ...context },
      sample: { gridPowerW: reading(11_540) },
      wallbox: { chargePowerW: reading(11_040) },
    });

  it.each([
    ["neither meter nor car show it", { isSettled: false, isMeterSettled: false }],
    ["the meter is said to", { isSettled: false, isMeterSettled: true }],
  ])("leaves what it leaves to any car when %s", (_case, context) => {
    expect(given(context)).toEqual({ name: "grid_operator", maxCurrentA: 7 });
  });

  it("takes more off a car that is seen to draw more than it was told", () => {
    expect(given({})).toEqual({ name: "grid_operator", maxCurrentA: 7 - 9 });
  });

  it("leaves less where other cars draw", () => {
    const others = { powerW: 690, currentA: 1, unattendedA: 0 };
    expect(given({ isSettled: false, others }).maxCurrentA).toBe(6);
  });
});

describe("the grid operator's limit with sun on top", () => {
  const given = (context: Partial<LimitContext>) =>
    smallest({
      context: { operatorLimitW: 4_830, ...context },
      sample: { gridPowerW: reading(0) },
      wallbox: { chargePowerW: reading(6_900) },
    }).maxCurrentA;

  it("counts nothing on top of what a car was only found to draw", () => {
    const isSettled = false;
    expect(given({ setpointA: 10, isAdopting: true, isSettled })).toBe(7);
    expect(given({ setpointA: 10, isAdopting: true })).toBe(17);
  });

  it.each([
    ["what the car may have already", 10, 10],
    ["what it leaves to any car", 6, 7],
    ["what is free", 20, 17],
  ])("leaves %s while the meter does not show all of the car", (_case, setpointA, maxCurrentA) => {
    expect(given({ setpointA, isCarMetered: false })).toBe(maxCurrentA);
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

describe("phases that the box is asked to change to", () => {
  const onOne = { capability: { ...THREE_PHASE, phases: 1, canSwitchPhases: true } } as const;

  it("have what the house leaves them without the car", () => {
    const limit = smallest({
      limits: { mainFuseA: 25 },
      sample: { gridPowerW: reading(3_680 + 6_900) },
      wallbox: { ...onOne, chargePowerW: reading(3_680) },
      context: { phases: 3, setpointA: 16 },
    });
    expect(limit).toEqual({ name: "main_fuse", maxCurrentA: 15 });
  });

  it("are not unbalanced where they are three", () => {
    const given: Case = {
      limits: { unbalanceLimitA: 10 },
      sample: { gridPowerW: reading(3_680) },
      wallbox: { ...onOne, chargePowerW: reading(3_680) },
      context: { setpointA: 16 },
    };
    expect(smallest({ ...given, context: { setpointA: 16, phases: 1 } }).name).toBe("unbalance");
    expect(smallest({ ...given, context: { setpointA: 16, phases: 3 } }).name).toBe("wallbox_rating");
  });

  it("and a phase that carries 1 A is one that the car charges on", () => {
    const limit = smallest({
      limits: { importLimitW: 1_000 },
      sample: { gridPowerW: reading(770) },
      wallbox: { chargePowerW: reading(230), phaseCurrentsA: reading([1, 0, 0]) },
      context: { setpointA: 6 },
    });
    expect(limit).toEqual({ name: "site_import", maxCurrentA: 2 });
  });
});
