import { describe, expect, it } from "vitest";
import { followedCurrentA, type PacingContext, pacedCurrentA } from "../../src/core/setpoint.ts";
import { NOW_MS, ONE_PHASE, THREE_PHASE } from "./support/site.ts";

describe("the current that follows the surplus", () => {
  const follow = (surplusPowerW: number, changes: object = {}) =>
    followedCurrentA({ surplusPowerW, chargePowerW: 0, setpointA: 0, capability: ONE_PHASE, ...changes });

  it.each([
    ["the nearest step", 2_300, 10],
    ["the nearest step above", 2_415, 11],
    ["the nearest step below", 2_414, 10],
    ["the minimum where the sun gives less", 0, 6],
    ["the minimum in import", -3_000, 6],
    ["the rating where the sun gives more", 9_000, 16],
  ])("is %s", (_case, surplusW, expectedA) => {
    expect(follow(surplusW)).toBe(expectedA);
  });

  it("is spread over three phases and takes small steps where the box has them", () => {
    expect(follow(6_900, { capability: THREE_PHASE })).toBe(10);
    expect(follow(2_350, { capability: { ...ONE_PHASE, stepA: 0.1 } })).toBe(10.2);
  });

  it.each([
    [2_437, 10],
    [2_439, 11],
    [2_163, 10],
    [2_161, 9],
  ])("keeps the set point within 0.6 A: at %d W of surplus %d A", (surplusW, expectedA) => {
    expect(follow(surplusW, { setpointA: 10 })).toBe(expectedA);
  });

  it("keeps a set point at the minimum, but not a pause", () => {
    expect(follow(1_500, { setpointA: 6 })).toBe(6);
    expect(follow(1_500, { setpointA: 5.9 })).toBe(7);
  });

  it("adds what a following car stays below its allowance", () => {
    expect(follow(2_300, { setpointA: 9, chargePowerW: 8.5 * 230 })).toBe(11);
    expect(follow(2_300, { setpointA: 9, chargePowerW: 8 * 230 })).toBe(11);
    expect(follow(2_300, { setpointA: 9, chargePowerW: 7.9 * 230 })).toBe(10);
    expect(follow(2_300, { setpointA: 9, chargePowerW: 9.5 * 230 })).toBe(10);
    expect(follow(1_610, { setpointA: 0.5, chargePowerW: 0 })).toBe(7);
    expect(follow(6_900, { setpointA: 9, chargePowerW: 8.5 * 690, capability: THREE_PHASE })).toBe(11);
  });
});

describe("the pace of changes", () => {
  const calm: PacingContext = {
    nowMs: NOW_MS,
    setpointA: 10,
    lastChangeMs: NOW_MS - 30_000,
    isSettled: true,
    meterTrust: "good",
    isFollowing: true,
    isBudgetSpent: false,
  };

  it.each([
    ["raises with good sight after 30 s", 12, {}, 12],
    ["raises not before", 12, { lastChangeMs: NOW_MS - 29_999 }, 10],
    ["raises not while the last change is on its way", 12, { isSettled: false }, 10],
    ["raises not under suspicion", 12, { meterTrust: "suspect" }, 10],
    ["raises not blind", 12, { meterTrust: "lost" }, 10],
    ["raises not while the box does not follow", 12, { isFollowing: false }, 10],
    ["raises not beyond the day's writes", 12, { isBudgetSpent: true }, 10],
    ["raises not for a trifle", 10.5, {}, 10],
    ["raises from 0.6 A on", 10.7, {}, 10.7],
    ["ends a pause after 60 s", 6, { setpointA: 0, lastChangeMs: NOW_MS - 60_000 }, 6],
    ["ends no pause before", 6, { setpointA: 0, lastChangeMs: NOW_MS - 59_999 }, 0],
    ["holds", 10, {}, 10],
    ["lowers when settled", 9.9, { lastChangeMs: NOW_MS }, 9.9],
    ["lowers not while the last change is on its way", 6, { isSettled: false }, 10],
    ["pauses at once", 0, { isSettled: false, meterTrust: "lost", isBudgetSpent: true }, 0],
    ["lowers beyond the day's writes", 8, { isBudgetSpent: true, isFollowing: false }, 8],
  ] as const)("%s", (_case, targetA, changes, expectedA) => {
    expect(pacedCurrentA(targetA, { ...calm, ...changes })).toBe(expectedA);
  });
});
