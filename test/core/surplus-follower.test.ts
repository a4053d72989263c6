import { describe, expect, it } from "vitest";
import { LAW_CONSTANTS } from "../../src/core/law-constants.ts";
import {
  type FollowContext,
  type Follower,
  followSurplus,
  NEW_FOLLOWER,
  netSolarPowerW,
} from "../../src/core/surplus-follower.ts";
import { DAY, NOW_MS, ONE_PHASE } from "./support/site.ts";

const BOTH = { ...ONE_PHASE, canSwitchPhases: true };
const BOTH_AT_THREE = { ...BOTH, phases: 3 } as const;

/** A second of a charge with 10 A of 2 300 W. */
function follow(changes: Partial<FollowContext> = {}, follower: Partial<Follower> = {}) {
  return followSurplus(
    { ...NEW_FOLLOWER, switchDay: DAY, phasesSinceMs: NOW_MS - 600_000, ...follower },
    {
      nowMs: NOW_MS,
      durationMs: 1_000,
      day: DAY,
      surplusPowerW: 2_300,
      chargePowerW: 0,
      setpointA: 10,
      capability: ONE_PHASE,
      ratedCurrentA: 16,
      carPhases: undefined,
      loopDelayMs: LAW_CONSTANTS.usualLoopMs,
      constants: LAW_CONSTANTS,
      ...changes,
    },
  );
}

/** Seconds until the set point is changed, and to what; undefined when it is not within ten minutes. */
function secondsToChange(changes: Partial<FollowContext>): readonly [number, number] | undefined {
  let follower: Follower = NEW_FOLLOWER;
  for (let second = 1; second <= 600; second++) {
    const followed = follow(changes, follower);
    if (followed.currentA !== 10) return [second, followed.currentA];
    follower = followed.follower;
  }
  return undefined;
}

describe("a set point that is far too high", () => {
  const three = { ...ONE_PHASE, phases: 3 } as const;
  const drawn = { capability: three, setpointA: 16, chargePowerW: 11_040 };

  it.each([
    [8_040, 12],
    [8_041, 16],
  ])("is lowered at once from 3 kW on: %d W of surplus", (surplusPowerW, expectedA) => {
    expect(follow({ ...drawn, surplusPowerW }).currentA).toBe(expectedA);
  });

  it("is lowered at once, not raised", () => {
    const low = { capability: three, setpointA: 6, chargePowerW: 4_140 };
    expect(follow({ ...low, surplusPowerW: 11_040 }).currentA).toBe(6);
  });
});

describe("a car that uses fewer phases than the box gives", () => {
  const three = { ...BOTH_AT_THREE, stepA: 1 };
  const lone = { capability: three, carPhases: 1, setpointA: 7, chargePowerW: 1_610 } as const;

  it("gets the current that its own phases need", () => {
    const settledA = (changes: Partial<FollowContext>) => {
      let follower: Follower = NEW_FOLLOWER;
      for (let second = 0; second < 60; second++) {
        const followed = follow({ ...lone, ...changes }, follower);
        if (followed.currentA !== 7) return followed.currentA;
        follower = followed.follower;
      }
      return 7;
    };
    expect(settledA({ surplusPowerW: 3_220 })).toBe(14);
    expect(settledA({ surplusPowerW: 3_220, carPhases: 2, chargePowerW: 3_220 })).toBe(7);
    expect(settledA({ surplusPowerW: 5_060, carPhases: 2, chargePowerW: 3_220 })).toBe(11);
  });

  it("gets what it leaves of its allowance on top", () => {
    const waited = { durationMs: 10_000, surplusPowerW: 8.4 * 230, chargePowerW: 6.8 * 230 };
    expect(follow({ ...lone, ...waited }, { missedWh: 1.9 }).currentA).toBe(9);
  });

  it("misses what its own phases miss", () => {
    const missed = (durationMs: number) => follow({ ...lone, surplusPowerW: 3_220, durationMs }).currentA;
    expect(missed(4_000)).toBe(7);
    expect(missed(5_000)).toBe(14);
  });

  it("starts and stays on one phase where three bring it nothing", () => {
    expect(follow({ ...lone, setpointA: 0, surplusPowerW: 9_000 }).phases).toBe(1);
    const full = { capability: BOTH, carPhases: 1, setpointA: 16, chargePowerW: 3_680 } as const;
    const sunny = { ...full, surplusPowerW: 9_000, durationMs: 10_000 };
    expect(follow(sunny, { phaseGainW: 390 }).phases).toBe(1);
    expect(follow({ ...sunny, carPhases: undefined }, { phaseGainW: 390 }).phases).toBe(3);
  });

  it("is not switched to one phase, which would bring it nothing", () => {
    const sun = { ...lone, setpointA: 10, chargePowerW: 2_300, surplusPowerW: 2_300 };
    expect(follow({ ...sun, durationMs: 10_000 }, { phaseGainW: 590 }).phases).toBe(3);
    expect(follow({ ...sun, carPhases: 3, durationMs: 10_000 }, { phaseGainW: 590 }).phases).toBe(1);
  });

  it("is lowered at once by what it draws too much, not by what three phases would", () => {
    const high = { ...lone, setpointA: 16, chargePowerW: 3_680 };
    expect(follow({ ...high, surplusPowerW: 1_400 }).currentA).toBe(16);
    expect(follow({ ...high, surplusPowerW: 600 }).currentA).toBe(16);
  });
});

describe("a start", () => {
  const start = (surplusPowerW: number, changes: Partial<FollowContext> = {}) =>
    follow({ surplusPowerW, setpointA: 0, ...changes });

  it.each([
    ["the nearest step", 2_300, 10],
    ["the nearest step above", 2_415, 11],
    ["the nearest step below", 2_414, 10],
    ["the minimum where the sun gives less", 0, 6],
    ["the minimum in import", -3_000, 6],
    ["the rating where the sun gives more", 9_000, 16],
  ])("takes %s", (_case, surplusW, expectedA) => {
    expect(start(surplusW)).toMatchObject({ currentA: expectedA, phases: 1 });
  });

  it("takes small steps where the box has them", () => {
    expect(start(2_350, { capability: { ...ONE_PHASE, stepA: 0.1 } }).currentA).toBe(10.2);
  });

  it("counts what was missed and regretted before for nothing", () => {
    const { follower } = follow({ setpointA: 0 }, { missedWh: 9, phaseGainW: 9 });
    expect(follower).toMatchObject({ missedWh: 0, phaseGainW: 0, phasesSinceMs: NOW_MS });
  });

  it("takes the better phases where the box can change them", () => {
    const three = start(6_900, { capability: BOTH });
    expect(three).toMatchObject({ currentA: 10, phases: 3 });
    expect(three.follower).toMatchObject({
      lastSwitchMs: NOW_MS,
      switchesToday: 1,
      phaseGainW: 0,
      phasesSinceMs: NOW_MS,
      missedWh: 0,
    });
    expect(start(6_900)).toMatchObject({ currentA: 16, phases: 1 });
    expect(start(2_300, { capability: BOTH })).toMatchObject({ phases: 1, follower: { switchesToday: 0 } });
    expect(start(2_300, { capability: BOTH_AT_THREE })).toMatchObject({ currentA: 10, phases: 1 });
    expect(start(6_900, { capability: BOTH_AT_THREE })).toMatchObject({
      phases: 3,
      follower: { switchesToday: 0 },
    });
  });

  it("prefers one phase where both are as good", () => {
    expect(start(3_910, { capability: BOTH_AT_THREE }).phases).toBe(1);
  });

  it("goes to three phases not too often a day, to one always, and is free again on the next day", () => {
    const worn = { switchesToday: 20 };
    const go = (surplusPowerW: number, changes: Partial<FollowContext>, follower: Partial<Follower>) =>
      follow({ surplusPowerW, setpointA: 0, ...changes }, follower);
    expect(go(6_900, { capability: BOTH }, worn).phases).toBe(1);
    expect(go(6_900, { capability: BOTH }, { switchesToday: 19 }).phases).toBe(3);
    expect(go(2_300, { capability: BOTH_AT_THREE }, worn).phases).toBe(1);
    const tomorrow = go(6_900, { capability: BOTH, day: "2022-03-20" }, worn);
    expect(tomorrow).toMatchObject({ phases: 3, follower: { switchDay: "2022-03-20", switchesToday: 1 } });
  });
});

describe("what the surplus would give", () => {
  const capped = { ...ONE_PHASE, maxCurrentA: 10 };

  it.each([
    [2_300, 10],
    [2_414, 10],
    [2_415, 11],
    [9_000, 16],
  ])("goes beyond the configured maximum: %d W are %d A", (surplusPowerW, wantedA) => {
    expect(follow({ capability: capped, surplusPowerW })).toMatchObject({ currentA: 10, wantedA });
    expect(follow({ capability: capped, surplusPowerW, setpointA: 0 })).toMatchObject({
      currentA: 10,
      wantedA,
    });
  });

  it("is what is aimed at below that maximum, however much sun there is at the moment", () => {
    const below = { capability: capped, setpointA: 9, surplusPowerW: 9_000, durationMs: 0 };
    expect(follow(below)).toMatchObject({ currentA: 9, wantedA: 9 });
  });

  it("counts the phases that the car uses", () => {
    const three = { ...capped, phases: 3, canSwitchPhases: false } as const;
    const sun = { capability: three, surplusPowerW: 2 * 12 * 230 };
    expect(follow(sun).wantedA).toBe(10);
    expect(follow({ ...sun, carPhases: 2 }).wantedA).toBe(12);
  });
});

describe("following", () => {
  it.each([2_300, 2_400, 2_200])("leaves the set point at %d W of surplus for ever", (surplusPowerW) => {
    expect(secondsToChange({ surplusPowerW })).toBeUndefined();
  });

  it.each([
    [2_600, 11],
    [3_220, 14],
    [2_000, 9],
    [500, 6],
  ])("goes from 10 A for %d W of surplus to %d A, in the end", (surplusPowerW, currentA) => {
    expect(secondsToChange({ surplusPowerW })?.[1]).toBe(currentA);
  });

  it("mends a large miss soon and a small one later", () => {
    const [small = 0] = secondsToChange({ surplusPowerW: 2_530 }) ?? [];
    const [large = 0] = secondsToChange({ surplusPowerW: 3_680 }) ?? [];
    expect(large).toBeGreaterThan(0);
    expect(small).toBeGreaterThanOrEqual(5 * large);
    expect(small).toBeLessThanOrEqual(60);
  });

  it("misses more on three phases", () => {
    const three = { ...ONE_PHASE, phases: 3 } as const;
    const [one = 0] = secondsToChange({ surplusPowerW: 2_530 }) ?? [];
    const [all = 0] = secondsToChange({ surplusPowerW: 3 * 2_530, capability: three }) ?? [];
    expect(all).toBe(Math.ceil(one / 3));
  });

  it("waits for less to be missed where the loop is slow, but not for more where it is fast", () => {
    const secondsAt = (loopDelayMs: number) => secondsToChange({ surplusPowerW: 2_530, loopDelayMs })?.[0];
    // 230 W and 2.2 Wh.
    expect([4_000, 12_000, 24_000].map(secondsAt)).toEqual([35, 35, 18]);
  });

  it("begins to count anew when the miss turns round", () => {
    const { follower } = follow({ surplusPowerW: 2_530 }, { missedWh: -1.5 });
    expect(follower.missedWh).toBeCloseTo(230 / 3_600, 9);
    expect(follow({ surplusPowerW: 2_070 }, { missedWh: -1.5 }).follower.missedWh).toBeCloseTo(
      -1.5 - 230 / 3_600,
      9,
    );
  });

  it("forgets a miss that is over, and one that is mended", () => {
    expect(follow({}, { missedWh: 1.5 }).follower.missedWh).toBe(0);
    expect(follow({ surplusPowerW: 3_680 }, { missedWh: 100 })).toMatchObject({
      currentA: 16,
      follower: { missedWh: 0 },
    });
  });

  it("takes a narrower band for smaller steps, but the noise of a house for nothing", () => {
    const capability = { ...ONE_PHASE, stepA: 0.1 };
    expect(secondsToChange({ surplusPowerW: 2_300 + 0.29 * 230, capability })).toBeUndefined();
    expect(secondsToChange({ surplusPowerW: 2_300 + 0.4 * 230, capability })?.[1]).toBe(10.4);
  });

  it("adds what a following car stays below its allowance", () => {
    const at = (drawnA: number, setpointA: number) =>
      follow({ setpointA, chargePowerW: drawnA * 230 }, { missedWh: 100 }).currentA;
    expect(at(8.5, 9)).toBe(11);
    expect(at(8, 9)).toBe(11);
    expect(at(7.9, 9)).toBe(10);
    expect(follow({ setpointA: 12, chargePowerW: 13 * 230 }, { missedWh: -100 }).currentA).toBe(10);
    expect(follow({ surplusPowerW: 1_610, setpointA: 0.5, chargePowerW: 0 }).currentA).toBe(7);
  });

  it.each([
    ["no time that runs back", -5_000, 0],
    ["no more than ten seconds of a long pass", 60_000, 10_000],
  ])("counts %s", (_case, durationMs, countedMs) => {
    const { follower } = follow({ durationMs, surplusPowerW: 2_530 });
    expect(follower.missedWh).toBeCloseTo((230 * countedMs) / 3_600_000, 9);
  });
});

describe("a change of phases while charging", () => {
  const rich = { surplusPowerW: 6_900, setpointA: 16, capability: BOTH, chargePowerW: 3_680 };
  const poor = { surplusPowerW: 2_300, setpointA: 6, capability: BOTH_AT_THREE, chargePowerW: 4_140 };

  it("is made when the other phases would have brought enough lately", () => {
    expect(follow(rich, { phaseGainW: 390.5 })).toMatchObject({ phases: 1, currentA: 16 });
    expect(follow(rich, { phaseGainW: 400 })).toMatchObject({
      phases: 3,
      currentA: 10,
      follower: { lastSwitchMs: NOW_MS, phasesSinceMs: NOW_MS, switchesToday: 1, missedWh: 0 },
    });
    expect(follow(poor, { phaseGainW: 595 })).toMatchObject({ phases: 3, currentA: 6 });
    expect(follow(poor, { phaseGainW: 600 })).toMatchObject({ phases: 1, currentA: 10 });
  });

  it("is judged by a mean that forgets within minutes", () => {
    // 6 900 W against 3 680 W, and 2 300 W against 2 x 2 300 - 4 140 W.
    expect(follow(rich).follower.phaseGainW).toBeCloseTo(3_220 / 300, 9);
    expect(follow(poor).follower.phaseGainW).toBeCloseTo(1_840 / 300, 9);
    const worse = follow({ ...rich, surplusPowerW: 2_300, setpointA: 10 }, { phaseGainW: 50 });
    expect(worse.follower.phaseGainW).toBeCloseTo(50 - 1_890 / 300, 9);
    expect(follow({ ...rich, durationMs: 0 }, { phaseGainW: 50 }).follower.phaseGainW).toBe(50);
  });

  it("begins with what spoke for it against the way back", () => {
    const { follower } = follow(rich, { phaseGainW: 500 });
    expect(follower.phaseGainW).toBeCloseTo(-(500 + 2_720 / 300), 9);
  });

  it("is not made at a moment when the present phases are as good", () => {
    const even = { ...rich, surplusPowerW: 3_910 };
    expect(follow(even, { phaseGainW: 900 }).phases).toBe(1);
    expect(follow({ ...even, surplusPowerW: 3_911 }, { phaseGainW: 900 }).phases).toBe(3);
  });

  it("has to bring less, the longer the phases have stood", () => {
    const stood = (minutes: number) => ({ phasesSinceMs: NOW_MS - minutes * 60_000, phaseGainW: 189 });
    const idle = { ...rich, durationMs: 0 };
    expect(follow(idle, { ...stood(45), phaseGainW: 399 }).phases).toBe(1);
    // 400 W x 45 minutes / 189 W.
    expect(follow(idle, stood(95.2)).phases).toBe(1);
    expect(follow(idle, stood(95.3)).phases).toBe(3);
  });

  it("waits for five minutes after the one before", () => {
    const gain = { phaseGainW: 5_000 };
    expect(follow(rich, { ...gain, lastSwitchMs: NOW_MS - 299_999 }).phases).toBe(1);
    expect(follow(rich, { ...gain, lastSwitchMs: NOW_MS - 300_000 }).phases).toBe(3);
  });

  it("to three phases has its number a day, to one always", () => {
    const gain = { phaseGainW: 5_000, switchesToday: 20 };
    expect(follow(rich, gain).phases).toBe(1);
    expect(follow(rich, { ...gain, switchesToday: 19 }).phases).toBe(3);
    expect(follow(rich, { ...gain, switchDay: "2022-03-18" }).phases).toBe(3);
    expect(follow(poor, gain).phases).toBe(1);
  });

  it("is neither made nor missed by a box that cannot", () => {
    expect(follow({ ...rich, capability: ONE_PHASE }, { phaseGainW: 5_000 }).phases).toBe(1);
    expect(follow({ ...rich, capability: ONE_PHASE }).follower.phaseGainW).toBe(0);
  });
});

describe("net solar power", () => {
  it.each([
    ["all of it within the range", 2_300, 1, 2_300],
    ["the most that the box takes", 9_000, 1, 3_680],
    ["the least less what is imported for it", 1_000, 1, 620],
    ["nothing good in the dark", 0, 1, -1_380],
    ["the whole range of three phases", 11_040, 3, 11_040],
    ["import for three phases", 2_300, 3, 460],
  ] as const)("is %s", (_case, surplusW, phases, netW) => {
    expect(netSolarPowerW(surplusW, phases, ONE_PHASE)).toBe(netW);
  });
});
