import { describe, expect, it } from "vitest";
import type { OperatorStatus } from "../../../src/core/grid-operator.ts";
import type { SiteLimits } from "../../../src/core/limits.ts";
import { type BoxHouse, createBoxHouse } from "../support/box-house.ts";
import type { SimulatedBoxOptions } from "../support/simulated-box.ts";
import { ONE_PHASE, THREE_PHASE } from "../support/site.ts";

const BOX = { ...THREE_PHASE, maxCurrentA: 16 };
const high = { name: "high", capability: BOX, priority: 2 };
const low = { name: "low", capability: BOX, priority: 1 };
const equals = ["a", "b", "c", "d"].map((name) => ({ name, capability: BOX }));
const LIMITED: OperatorStatus = {
  state: "limited",
  limitW: 4_200,
  endsWallMs: undefined,
  endsAtClock: undefined,
};
/** A breach is told within two passes, and the car follows within dead time and ramp, s. */
const REACTION_S = 10;

function unsteered(
  limits: Partial<SiteLimits>,
  boxes: readonly SimulatedBoxOptions[] = [high, low],
  isPhaseMeter = false,
): BoxHouse {
  const house = createBoxHouse({ boxes, limits, settings: { mode: "none" }, isPhaseMeter });
  house.houseW = 690;
  return house;
}

/** Runs and counts the longest time that the fullest phase stayed above `limitA`, s. */
function longestAboveA(house: BoxHouse, limitA: number, seconds: number): number {
  let aboveS = 0;
  let longestS = 0;
  house.run(seconds, () => {
    aboveS = house.fullestPhaseA > limitA + 1e-6 ? aboveS + 1 : 0;
    longestS = Math.max(longestS, aboveS);
  });
  return longestS;
}

const drawnA = (house: BoxHouse) => house.boxes.map((box) => box.drawnA);

/** By name, A. */
function limitsOf(house: BoxHouse, name: string): Readonly<Record<string, number>> {
  const { limits } = house.reportOf(name);
  expect(new Set(limits.map((limit) => limit.name)).size).toBe(limits.length);
  return Object.fromEntries(limits.map((limit) => [limit.name, limit.maxCurrentA]));
}

describe("the limits that are told of a box", () => {
  it("say what those before it leave", () => {
    const house = unsteered({ mainFuseA: 25, cableCurrentA: 20 });
    house.run(300);
    expect(limitsOf(house, "high")).toEqual({
      wallbox_rating: 16,
      configured_maximum: 80,
      cable: 20,
      main_fuse: expect.closeTo(24, 5),
    });
    expect(limitsOf(house, "low")).toMatchObject({ main_fuse: expect.closeTo(8, 5) });
  });

  it("say what it may be raised to while others still draw", () => {
    const house = unsteered({ mainFuseA: 21 }, equals.slice(0, 2));
    house.run(300);
    expect(limitsOf(house, "b")).toMatchObject({ other_wallboxes: 10, main_fuse: expect.closeTo(10, 5) });
    house.box("a").vehicle = "absent";
    house.run(240);
    expect(limitsOf(house, "b")).toMatchObject({ wallbox_rating: 16, main_fuse: expect.closeTo(20, 5) });
  });

  it("say what blind boxes leave each other", () => {
    const house = unsteered({ mainFuseA: 10 });
    house.run(300);
    house.meterTrust = "lost";
    house.run(60);
    expect(limitsOf(house, "low")).toMatchObject({ failsafe: 6, other_wallboxes: expect.any(Number) });
  });
});

describe("the main fuse", () => {
  it("serves the box of higher priority first and gives the rest to the other", () => {
    const house = unsteered({ mainFuseA: 25 });
    expect(longestAboveA(house, 25, 300)).toBe(0);
    expect(drawnA(house)).toEqual([16, 8]);
    expect(house.reportOf("low").limitedBy).toBe("main_fuse");
  });

  it("is never exceeded while the box of higher priority takes over", () => {
    const house = unsteered({ mainFuseA: 20 });
    house.box("high").vehicle = "absent";
    house.run(120);
    expect(drawnA(house)).toEqual([0, 16]);
    house.box("high").vehicle = "connected";
    expect(longestAboveA(house, 20, 300)).toBe(0);
    expect(drawnA(house)).toEqual([16, 0]);
  });

  it("lowers the box of lower priority alone when the house takes more", () => {
    const house = unsteered({ mainFuseA: 25 });
    house.run(300);
    house.houseW = 690 * 3;
    expect(longestAboveA(house, 25, 120)).toBeLessThanOrEqual(REACTION_S);
    expect(drawnA(house)).toEqual([16, 6]);
  });

  it("lowers the box of higher priority too when the other does not obey", () => {
    const house = unsteered({ mainFuseA: 25 });
    house.run(300);
    house.box("low").isDeaf = true;
    house.houseW = 690 * 6;
    expect(longestAboveA(house, 25, 120)).toBeLessThanOrEqual(3 * REACTION_S);
    expect(drawnA(house)).toEqual([11, 8]);
  });

  it("is divided evenly among boxes of the same priority", () => {
    const house = unsteered({ mainFuseA: 31 }, equals.slice(0, 3));
    expect(longestAboveA(house, 31, 300)).toBe(0);
    expect(drawnA(house)).toEqual([10, 10, 10]);
  });

  it("serves as many of the same priority as get their minimum, the others wait", () => {
    const house = unsteered({ mainFuseA: 19 }, equals);
    expect(longestAboveA(house, 19, 3_600)).toBe(0);
    const sorted = drawnA(house).toSorted((one, other) => other - one);
    expect(sorted.slice(2)).toEqual([0, 0]);
    expect(sorted.slice(0, 2)).toEqual([9, 9]);
    expect(house.boxes.reduce((sum, { starts }) => sum + starts, 0)).toBe(2);
  });

  it("is shared anew when a car comes or goes", () => {
    const house = unsteered({ mainFuseA: 21 }, equals.slice(0, 2));
    house.box("b").vehicle = "absent";
    house.run(120);
    expect(drawnA(house)).toEqual([16, 0]);
    house.box("b").vehicle = "connected";
    expect(longestAboveA(house, 21, 240)).toBe(0);
    expect(drawnA(house)).toEqual([10, 10]);
    house.box("a").vehicle = "absent";
    expect(longestAboveA(house, 21, 240)).toBe(0);
    expect(drawnA(house)).toEqual([0, 16]);
  });

  it("what a slow car leaves goes to the others", () => {
    const house = unsteered({ mainFuseA: 21 }, equals.slice(0, 2));
    house.box("a").carMaxA = 6;
    house.run(600);
    expect(drawnA(house)).toEqual([6, 12]);
    house.box("a").carMaxA = 99;
    expect(longestAboveA(house, 21, 600)).toBe(0);
    expect(drawnA(house)).toEqual([10, 10]);
  });

  it.each([false, true])(
    "counts boxes on one phase as if all hung on the same (phase meter: %s)",
    (isPhaseMeter) => {
      const boxes = equals.slice(0, 3).map((box) => ({ ...box, capability: ONE_PHASE }));
      const house = unsteered({ mainFuseA: 25 }, boxes, isPhaseMeter);
      expect(longestAboveA(house, 25, 600)).toBe(0);
      expect(drawnA(house)).toEqual([8, 8, 8]);
    },
  );
});

describe("a car that begins late", () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "is not taken for free current by others while the meter does not show it, %d s after that has measured",
    (afterS) => {
      const house = createBoxHouse({
        boxes: [high, { ...low, readEveryMs: 1_000 }],
        limits: { mainFuseA: 25 },
        settings: { mode: "none" },
        meterEveryMs: 10_000,
      });
      house.box("high").carMaxA = 0;
      house.box("low").carMaxA = 0;
      house.run(300 + afterS);
      house.box("low").carMaxA = 99;
      expect(longestAboveA(house, 25, 60)).toBe(0);
      house.box("high").carMaxA = 99;
      expect(longestAboveA(house, 25, 300)).toBe(0);
      expect(drawnA(house)).toEqual([16, 9]);
    },
  );
});

describe("a box that cannot be told any more", () => {
  it("keeps its last set point from the others until that expires, and then its failsafe current", () => {
    const house = unsteered({ mainFuseA: 25 });
    house.run(300);
    house.box("high").isLinked = false;
    expect(longestAboveA(house, 25, 100)).toBe(0);
    expect(drawnA(house)).toEqual([16, 8]);
    expect(longestAboveA(house, 25, 900)).toBe(0);
    expect(drawnA(house)).toEqual([6, 16]);
  });

  it("is counted once: the others keep what they have", () => {
    const house = unsteered({ mainFuseA: 25 });
    house.run(300);
    house.box("high").isLinked = false;
    house.run(900, () => expect(house.reportOf("low").setpointA).toBeGreaterThanOrEqual(8));
  });

  it("leaves room for its failsafe current though it was paused when it was lost", () => {
    const house = unsteered({ mainFuseA: 20 });
    house.box("low").vehicle = "absent";
    house.run(60);
    house.box("low").isLinked = false;
    house.run(60);
    house.box("low").vehicle = "connected";
    expect(longestAboveA(house, 20, 900)).toBe(0);
    expect(house.box("low").drawnA).toBe(6);
  });

  it("counts with all that it may draw while it says nothing", () => {
    const house = unsteered({ mainFuseA: 25 });
    house.run(300);
    house.box("high").isSilent = true;
    expect(longestAboveA(house, 25, 600)).toBe(0);
  });
});

describe("a box that does not come down by itself", () => {
  const keeping = { ...BOX, fallsBackTo: "setpoint" } as const;
  const forgetting = { ...BOX, fallsBackTo: "rating" } as const;
  /** Somebody else allows it less for now. */
  const lowered = { ...forgetting, maxCurrentA: 8, ratedCurrentA: 16 } as const;

  it("leaves room for what the others fall back to, and takes nothing from them", () => {
    const house = unsteered({ unattendedMaxA: 17.5 }, [{ ...high, capability: keeping }, low]);
    house.run(300);
    expect(drawnA(house)).toEqual([11, 16]);
    expect(house.reportOf("high")).toMatchObject({ limitedBy: "no_fallback", setpointA: 11 });
  });

  it("shares what may flow unwatched with its like by priority", () => {
    const boxes = [high, low].map((box) => ({ ...box, capability: keeping }));
    const house = unsteered({ unattendedMaxA: 24 }, boxes);
    house.box("high").vehicle = "absent";
    house.run(300);
    expect(drawnA(house)).toEqual([0, 16]);
    house.box("high").vehicle = "connected";
    expect(longestAboveA(house, 24 + 1, 300)).toBe(0);
    expect(drawnA(house)).toEqual([16, 8]);
  });

  it.each([
    ["may have now", forgetting],
    ["is rated for", lowered],
  ])("finds all that one without a fallback of its own %s taken", (_what, capability) => {
    const boxes = [
      { ...high, capability: keeping },
      { ...low, capability },
    ];
    const house = unsteered({ unattendedMaxA: 24 }, boxes);
    house.box("low").vehicle = "absent";
    house.run(300);
    expect(drawnA(house)).toEqual([8, 0]);
  });

  it("stays, with all others, below what may flow unwatched when the gateway is gone", () => {
    const boxes = [{ ...high, capability: keeping }, low, { ...low, name: "late", capability: keeping }];
    const house = unsteered({ unattendedMaxA: 28 }, boxes);
    house.run(300);
    expect(drawnA(house)).toEqual([16, 16, 6]);
    for (const box of house.boxes) box.isLinked = false;
    house.run(600);
    expect(drawnA(house)).toEqual([16, 6, 6]);
  });

  it("counts for good with what it was told last once it is lost", () => {
    const house = unsteered({ mainFuseA: 25 }, [{ ...high, capability: keeping }, low]);
    house.run(300);
    expect(drawnA(house)).toEqual([16, 8]);
    house.box("high").isLinked = false;
    expect(longestAboveA(house, 25, 3_600)).toBe(0);
    expect(drawnA(house)).toEqual([16, 8]);
  });

  it("counts with all that it is rated for where it may have forgotten what it was told", () => {
    const boxes = [{ ...low, capability: forgetting }, high];
    const house = unsteered({ mainFuseA: 25 }, boxes);
    house.box("low").vehicle = "absent";
    house.run(300);
    house.box("low").isLinked = false;
    house.run(30);
    expect(drawnA(house)).toEqual([0, 8]);
    house.box("low").vehicle = "connected";
    expect(longestAboveA(house, 25, 600)).toBeLessThanOrEqual(REACTION_S);
  });

  it("counts with all that it is rated for where nobody knows what it was told", () => {
    const house = unsteered({ mainFuseA: 25 }, [{ ...low, capability: keeping }, high]);
    house.box("low").isLinked = false;
    house.box("low").isSilent = true;
    house.run(300);
    expect(drawnA(house)[1]).toBe(8);
  });
});

describe("limits of power", () => {
  it("the import of the house is shared by priority", () => {
    const house = unsteered({ importLimitW: 10_350 });
    let highestW = 0;
    house.run(600, () => {
      highestW = Math.max(highestW, house.gridW);
    });
    expect(highestW).toBeLessThanOrEqual(10_350);
    expect(drawnA(house)).toEqual([14, 0]);
    house.box("high").carMaxA = 6;
    house.run(600);
    expect(drawnA(house)).toEqual([6, 6]);
  });

  it("the grid operator's limit is one for all cars, with the sun on top", () => {
    const house = unsteered({});
    house.houseW = -6_900;
    house.operator = LIMITED;
    house.run(600);
    expect(house.gridW).toBeLessThanOrEqual(4_200);
    expect(drawnA(house)).toEqual([16, 0]);
    house.box("high").vehicle = "absent";
    house.run(600);
    expect(drawnA(house)).toEqual([0, 16]);
  });

  it("holds for all cars together while the meter is lost", () => {
    const house = unsteered({});
    house.run(300);
    house.operator = LIMITED;
    house.meterTrust = "lost";
    house.run(120);
    expect(drawnA(house)).toEqual([6, 0]);
  });
});

describe("a lost meter", () => {
  it("leaves each box its failsafe current, by priority, as long as the fuse bears them together", () => {
    const house = unsteered({ mainFuseA: 40 }, [...equals.slice(0, 3), high]);
    house.run(600);
    house.meterTrust = "lost";
    house.run(60);
    expect(drawnA(house)).toEqual([6, 6, 6, 6]);
    const tight = unsteered({ mainFuseA: 15 }, [low, high, ...equals.slice(0, 1)]);
    tight.run(600);
    tight.meterTrust = "lost";
    tight.run(60);
    expect(tight.box("high").drawnA).toBe(6);
    expect(drawnA(tight).reduce((sum, currentA) => sum + currentA)).toBeLessThanOrEqual(12);
  });
});
