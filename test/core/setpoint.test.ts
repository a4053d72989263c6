import { describe, expect, it } from "vitest";
import { LAW_CONSTANTS } from "../../src/core/law-constants.ts";
import { type PacingContext, pacedCurrentA, pacedPhases } from "../../src/core/setpoint.ts";
import { NOW_MS } from "./support/site.ts";

describe("the pace of changes", () => {
  const calm: PacingContext = {
    nowMs: NOW_MS,
    setpointA: 10,
    lastChangeMs: NOW_MS - 30_000,
    limitedBy: undefined,
    isSettled: true,
    isCarSeen: true,
    meterTrust: "good",
    isFollowing: true,
    isBudgetSpent: false,
    constants: LAW_CONSTANTS,
  };

  const fused = { limitedBy: "main_fuse" } as const;

  it.each([
    ["raises with good sight after a while", 12, {}, 12],
    ["raises not before 10 s are over", 12, { lastChangeMs: NOW_MS - 9_999 }, 10],
    ["raises after 10 s", 12, { lastChangeMs: NOW_MS - 10_000 }, 12],
    ["raises after 10 s to what the box is rated for", 12, { limitedBy: "wallbox_rating" }, 12],
    ["raises not within a minute what the fuse has cut", 12, { ...fused, lastChangeMs: NOW_MS - 59_999 }, 10],
    [
      "raises after a minute what an appliance gives back",
      12,
      { ...fused, lastChangeMs: NOW_MS - 60_000 },
      12,
    ],
    ["raises not for a lamp within 5 minutes", 11, { ...fused, lastChangeMs: NOW_MS - 299_999 }, 10],
    ["raises for a lamp after 5 minutes", 11, { ...fused, lastChangeMs: NOW_MS - 300_000 }, 11],
    [
      "ends a pause under a fuse like any other",
      6,
      { ...fused, setpointA: 0, lastChangeMs: NOW_MS - 60_000 },
      6,
    ],
    ["raises not while the last change is on its way", 12, { isSettled: false }, 10],
    ["raises not under suspicion", 12, { meterTrust: "suspect" }, 10],
    ["raises blind to what the failsafe limit leaves", 12, { meterTrust: "lost", isSettled: false }, 12],
    ["raises not blind when the box is silent", 12, { meterTrust: "lost", isCarSeen: false }, 10],
    ["raises not blind a box that does not follow", 12, { meterTrust: "lost", isFollowing: false }, 10],
    ["raises not blind beyond the day's writes", 12, { meterTrust: "lost", isBudgetSpent: true }, 10],
    ["raises not blind within 10 s", 12, { meterTrust: "lost", lastChangeMs: NOW_MS - 9_999 }, 10],
    ["raises not with a silent box", 12, { isCarSeen: false, isSettled: false }, 10],
    ["raises not while the box does not follow", 12, { isFollowing: false }, 10],
    ["raises not beyond the day's writes", 12, { isBudgetSpent: true }, 10],
    ["raises not for a trifle", 10.5, {}, 10],
    ["raises from 0.6 A on", 0.6, { setpointA: 0, lastChangeMs: 0 }, 0.6],
    ["ends a pause after 60 s", 6, { setpointA: 0, lastChangeMs: NOW_MS - 60_000 }, 6],
    ["ends no pause before", 6, { setpointA: 0, lastChangeMs: NOW_MS - 59_999 }, 0],
    ["holds", 10, {}, 10],
    ["lowers when settled", 9.9, { lastChangeMs: NOW_MS }, 9.9],
    ["lowers not while the last change is on its way", 6, { isSettled: false }, 10],
    ["lowers at once when blind", 6, { isSettled: false, meterTrust: "lost" }, 6],
    ["lowers at once when the box is silent", 6, { isSettled: false, isCarSeen: false }, 6],
    ["pauses at once", 0, { isSettled: false, meterTrust: "lost", isBudgetSpent: true }, 0],
    ["lowers beyond the day's writes", 8, { isBudgetSpent: true, isFollowing: false }, 8],
  ] as const)("%s", (_case, targetA, changes, expectedA) => {
    expect(pacedCurrentA(targetA, { ...calm, ...changes })).toBe(expectedA);
  });

  it("changes phases only where it may raise in principle", () => {
    expect(pacedPhases(3, 1, calm)).toBe(3);
    expect(pacedPhases(1, 3, { ...calm, lastChangeMs: NOW_MS })).toBe(1);
    for (const doubt of [
      { isSettled: false },
      { meterTrust: "suspect" },
      { meterTrust: "lost" },
      { isFollowing: false },
      { isBudgetSpent: true },
    ] as const) {
      expect(pacedPhases(3, 1, { ...calm, ...doubt })).toBe(1);
    }
  });
});
