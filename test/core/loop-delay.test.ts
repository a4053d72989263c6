import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeldLink, Link } from "../../src/core/link.ts";
import {
  areEchoes,
  boxDelayMs,
  heardChange,
  heardEcho,
  isAwaitingEcho,
  type LoopDelay,
  loopDelayMs,
  NOTHING_LEARNED,
} from "../../src/core/loop-delay.ts";
import type { SiteSample } from "../../src/core/site-sample.ts";
import { NOW_MS, siteSample, THREE_PHASE } from "./support/site.ts";

const PRIOR_MS = 12_000;

function held(setpointA: number, phases: 1 | 3 = 3): HeldLink {
  return { kind: "held", setpointA, phases, lastChangeMs: NOW_MS, adoptingUntilMs: undefined };
}

interface Seen {
  /** Time after the write, ms. */
  readonly atMs: number;
  readonly chargeW?: number;
  /** When the wallbox read it, ms after the write; default now. */
  readonly chargeAtMs?: number;
  readonly gridW?: number;
  readonly pvW?: number;
}

/** A car on three phases that draws 6 900 W of 7 000 W of sun. */
function site({ atMs, chargeW = 6_900, chargeAtMs = atMs, gridW = 400, pvW = 7_000 }: Seen): SiteSample {
  const nowMs = NOW_MS + atMs;
  return siteSample(
    {
      nowMs,
      gridPowerW: { value: gridW, atMs: nowMs },
      pvPowerW: { value: pvW, atMs: nowMs },
    },
    { chargePowerW: { value: chargeW, atMs: NOW_MS + chargeAtMs }, capability: THREE_PHASE },
  );
}

const BEFORE = site({ atMs: 0 });

/** A change from 10 A, three phases; 1 A is 690 W. */
function stepTo(setpointA: number, delay: LoopDelay = NOTHING_LEARNED, sample = BEFORE): LoopDelay {
  return heardChange(delay, { before: held(10), after: held(setpointA), sample });
}

function hear(delay: LoopDelay, ...seen: readonly Seen[]): LoopDelay {
  return seen.reduce((next, each) => heardEcho(next, site(each), NOW_MS), delay);
}

/** From 10 A to 12 A: 1 380 W more. */
const AFTER = { chargeW: 8_280, gridW: 1_780 };

describe("the delay to reckon with", () => {
  it.each([
    ["is what was configured, as long as nothing was heard", [], PRIOR_MS],
    ["outlasts one slow echo", [40_000], PRIOR_MS],
    ["grows with the second", [40_000, 35_000], 35_000],
    ["grows with the second in any order", [35_000, 40_000], 35_000],
    ["does not shrink before the echoes outnumber what was configured", Array(6).fill(4_000), PRIOR_MS],
    ["shrinks when all but one were faster", Array(7).fill(4_000), 4_000],
    ["is the slowest echo but one", [9_000, 8_000, 11_000, 10_000, 7_000, 9_000, 8_000, 30_000], 11_000],
  ])("%s", (_case, echoesMs, expectedMs) => {
    expect(loopDelayMs({ ...NOTHING_LEARNED, echoesMs }, PRIOR_MS)).toBe(expectedMs);
  });
});

describe("the part of it that a wallbox needs", () => {
  it("is the quickest echo but one: what makes others slower is the meter", () => {
    const echoesMs = [9_000, 8_000, 11_000, 10_000, 7_000, 9_000, 12_000, 30_000];
    expect(boxDelayMs({ ...NOTHING_LEARNED, echoesMs }, PRIOR_MS)).toBe(8_000);
  });

  it.each([[[]], [[40_000, 35_000]], [Array(7).fill(4_000)]])("is all of it after %j", (echoesMs) => {
    const delay = { ...NOTHING_LEARNED, echoesMs };
    expect(boxDelayMs(delay, PRIOR_MS)).toBe(loopDelayMs(delay, PRIOR_MS));
  });
});

describe("what a memory holds", () => {
  it.each([
    [[], true],
    [[2_000, 60_000], true],
    [Array(8).fill(9_000), true],
    [Array(9).fill(9_000), false],
    [[1_999], false],
    [[60_001], false],
    [["9000"], false],
    [9_000, false],
    [undefined, false],
  ])("%j counts as echoes: %s", (value, isFine) => {
    expect(areEchoes(value)).toBe(isFine);
  });
});

describe("an echo", () => {
  it("is heard when wallbox and meter both show the step, and lasts until the later of the two", () => {
    const waiting = hear(stepTo(12), { atMs: 3_000 }, { atMs: 5_000, ...AFTER, gridW: 400 });
    expect(waiting.echoesMs).toEqual([]);
    expect(hear(waiting, { atMs: 8_000, ...AFTER })).toEqual({
      echoesMs: [6_500],
      trial: undefined,
      isEchoing: true,
    });
  });

  it("came between two readings of the meter, however seldom that measures", () => {
    const seen = { chargeW: AFTER.chargeW, chargeAtMs: 3_000 };
    const hidden = hear(stepTo(12), { atMs: 4_000, ...seen, gridW: 400 });
    expect(hear(hidden, { atMs: 14_000, ...AFTER, chargeAtMs: 3_000 }).echoesMs).toEqual([9_000]);
    const beforeWrite = hear(stepTo(12), { atMs: -2_000, ...seen, chargeAtMs: -2_000, gridW: 400 });
    expect(hear(beforeWrite, { atMs: 8_000, ...AFTER }).echoesMs).toEqual([4_000]);
    const outOfSight = heardEcho(
      hidden,
      { ...site({ atMs: 9_000, ...seen }), gridPowerW: undefined },
      NOW_MS,
    );
    expect(hear(outOfSight, { atMs: 14_000, ...AFTER, chargeAtMs: 3_000 }).echoesMs).toEqual([9_000]);
  });

  it("of a step down is heard alike", () => {
    const after = { chargeW: 5_520, gridW: -980 };
    expect(hear(stepTo(8), { atMs: 4_000 }, { atMs: 7_000, ...after }).echoesMs).toEqual([5_500]);
    expect(hear(stepTo(8), { atMs: 7_000, ...AFTER }).echoesMs).toEqual([]);
  });

  it("counts to the last reading of the wallbox that did not show it", () => {
    const seen = [
      { atMs: 6_000, gridW: AFTER.gridW },
      { atMs: 9_000, gridW: AFTER.gridW, chargeAtMs: 9_000 },
      { atMs: 19_000, ...AFTER },
    ];
    expect(hear(stepTo(12), ...seen).echoesMs).toEqual([9_000]);
  });

  it("does not count how seldom the wallbox reports", () => {
    const seen = [
      { atMs: 6_000, gridW: AFTER.gridW, chargeAtMs: -30_000 },
      { atMs: 30_000, ...AFTER },
    ];
    expect(hear(stepTo(12), ...seen).echoesMs).toEqual([6_000]);
  });

  it("is not what a cloud does to the grid", () => {
    const cloud = { gridW: 1_780, pvW: 5_620 };
    const step = { ...AFTER, gridW: 3_160, pvW: 5_620 };
    expect(hear(stepTo(12), { atMs: 2_000, ...cloud }, { atMs: 9_000, ...step }).echoesMs).toEqual([5_500]);
  });

  it("takes in what a home battery does", () => {
    const sample = site({ atMs: 7_000, ...AFTER });
    const covered = {
      ...sample,
      gridPowerW: { value: 400, atMs: sample.nowMs },
      batteryPowerW: { value: 1_380, atMs: sample.nowMs },
    };
    expect(heardEcho(stepTo(12), covered, NOW_MS).echoesMs).toEqual([7_000]);
  });

  it("is heard by a meter alone too, where no sun is measured", () => {
    const blind = (seen: Seen) => ({ ...site(seen), pvPowerW: undefined });
    const trial = stepTo(12, NOTHING_LEARNED, blind({ atMs: 0 }));
    expect(heardEcho(trial, blind({ atMs: 7_000, ...AFTER }), NOW_MS).echoesMs).toEqual([7_000]);
  });

  it("that the meter shows for a moment was something else", () => {
    const seen = [
      { atMs: 2_000, gridW: AFTER.gridW },
      { atMs: 11_999, gridW: 400 },
      { atMs: 14_001, ...AFTER },
    ];
    expect(hear(stepTo(12), ...seen).echoesMs).toEqual([13_000]);
  });

  it("that the meter has shown for 10 s stays, whatever the house does then", () => {
    const seen = [
      { atMs: 2_000, gridW: AFTER.gridW, chargeAtMs: 0 },
      { atMs: 12_000, gridW: 400, chargeAtMs: 0 },
      { atMs: 13_000, gridW: 400, chargeW: AFTER.chargeW },
    ];
    expect(hear(stepTo(12), ...seen).echoesMs).toEqual([2_000]);
  });

  it("outlasts a meter that is out of sight for a while", () => {
    const seen = hear(stepTo(12), { atMs: 6_000, gridW: AFTER.gridW, chargeAtMs: 0 });
    const hidden = heardEcho(seen, { ...site({ atMs: 9_000, ...AFTER }), gridPowerW: undefined }, NOW_MS);
    expect(hidden.echoesMs).toEqual([6_000]);
  });

  it.each([
    [965, []],
    [966, [5_000]],
  ])("has arrived with seven tenths of the step: %d W", (changeW, expected) => {
    const both = { chargeW: 6_900 + changeW, gridW: 400 + changeW };
    expect(hear(stepTo(12), { atMs: 5_000, ...both }).echoesMs).toEqual(expected);
  });

  it.each([
    [0, 2_000],
    [1_999, 2_000],
    [60_000, 60_000],
    [61_000, 60_000],
  ])("of %d ms counts as %d ms", (atMs, expectedMs) => {
    // The wallbox shows it late, so that the trial is still on.
    const seen = { gridW: AFTER.gridW, chargeAtMs: 0, atMs };
    expect(hear(stepTo(12), seen, { ...AFTER, atMs: 62_000 }).echoesMs).toEqual([expectedMs]);
  });

  it("needs a reading of the wallbox from after the write", () => {
    expect(hear(stepTo(12), { atMs: 5_000, ...AFTER, chargeAtMs: 0 }).echoesMs).toEqual([]);
    expect(hear(stepTo(12), { atMs: 5_000, ...AFTER, chargeAtMs: 1 }).echoesMs).toEqual([5_000]);
  });

  it("needs a wallbox that is read", () => {
    const sample = site({ atMs: 5_000, ...AFTER });
    const silent = { ...sample, wallbox: { ...sample.wallbox, chargePowerW: undefined } };
    const delay = heardEcho(stepTo(12), silent, NOW_MS);
    expect(delay.echoesMs).toEqual([]);
    expect(isAwaitingEcho(delay)).toBe(true);
  });

  it("counts although the car has stopped again by the time that the meter shows it", () => {
    const seen = [
      { atMs: 5_000, chargeW: AFTER.chargeW },
      { atMs: 8_000, gridW: AFTER.gridW },
    ];
    expect(hear(stepTo(12), ...seen).echoesMs).toEqual([8_000]);
  });

  it("is one of eight that are remembered", () => {
    const echoesMs = [1, 2, 3, 4, 5, 6, 7, 8].map((second) => second * 1_000 + 2_000);
    const next = hear(stepTo(12, { ...NOTHING_LEARNED, echoesMs }), { atMs: 20_000, ...AFTER });
    expect(next.echoesMs).toEqual([...echoesMs.slice(1), 20_000]);
  });
});

describe("listening", () => {
  it("begins with a step of 600 W of a car that charges", () => {
    const from = (after: HeldLink, before: HeldLink = held(10)) =>
      heardChange(NOTHING_LEARNED, { before, after, sample: BEFORE }).trial;
    expect(from(held(11))?.stepW).toBe(690);
    expect(from(held(9))?.stepW).toBe(-690);
    expect(from(held(10.8))).toBeUndefined();
    expect(from(held(12, 1), held(10, 1))).toBeUndefined();
    expect(from(held(0))).toBeUndefined();
    expect(from(held(10), held(0))).toBeUndefined();
    expect(from(held(16, 1))).toBeUndefined();
    expect(from(held(10, 1))).toBeUndefined();
    expect(from(held(10))).toBeUndefined();
  });

  it("begins with exactly 600 W", () => {
    const step = (toA: number) =>
      heardChange(NOTHING_LEARNED, { before: held(6), after: held(toA), sample: BEFORE }).trial;
    expect(step(6 + 600 / 690)).toBeDefined();
    expect(step(6 + 599 / 690)).toBeUndefined();
  });

  it("begins only where grid and wallbox are in sight and the car draws", () => {
    const unread = { ...BEFORE, gridPowerW: undefined };
    const silent = { ...BEFORE, wallbox: { ...BEFORE.wallbox, chargePowerW: undefined } };
    for (const sample of [unread, silent, site({ atMs: 0, chargeW: 0 })]) {
      expect(stepTo(12, NOTHING_LEARNED, sample).trial).toBeUndefined();
    }
  });

  it("goes on while nothing changes, begins anew with the next step, and ends with the link", () => {
    const delay = stepTo(12);
    const same = { before: held(12), after: held(12), sample: BEFORE };
    expect(heardChange(delay, same)).toBe(delay);
    const next = heardChange(delay, { before: held(12), after: held(9), sample: BEFORE });
    expect(next.trial?.stepW).toBe(-2_070);
    const switched = heardChange(delay, { before: held(12), after: held(12, 1), sample: BEFORE });
    expect(switched.trial).toBeUndefined();
    const away: Link = { kind: "unread", sinceMs: NOW_MS };
    expect(heardChange(delay, { before: held(12), after: away, sample: BEFORE }).trial).toBeUndefined();
    expect(heardChange(delay, { before: away, after: held(12), sample: BEFORE }).trial).toBeUndefined();
  });

  it("ends where the writer has forgotten the write, and after three minutes without any reading", () => {
    const delay = stepTo(12);
    expect(heardEcho(delay, site({ atMs: 1_000 }), undefined)).toEqual(NOTHING_LEARNED);
    const at = (atMs: number) => hear(delay, { atMs, chargeAtMs: 0 });
    expect(at(180_000).trial).toBeDefined();
    expect(at(180_001)).toEqual(NOTHING_LEARNED);
  });

  it("does nothing without a step", () => {
    expect(hear(NOTHING_LEARNED, { atMs: 1_000, ...AFTER })).toBe(NOTHING_LEARNED);
  });

  it("learns nothing where the house drowns the step, and still trusts the car", () => {
    const at = (atMs: number) => hear(stepTo(12), { atMs, chargeW: AFTER.chargeW });
    expect(at(60_000).trial).toBeDefined();
    expect(at(60_001)).toEqual(NOTHING_LEARNED);
  });

  it("still trusts a car that took the step and let go of it", () => {
    const seen = [{ atMs: 5_000, chargeW: AFTER.chargeW }, { atMs: 61_000 }];
    expect(hear(stepTo(12), ...seen)).toEqual(NOTHING_LEARNED);
  });
});

describe("a car that does not take the step", () => {
  const refused = hear(stepTo(12), { atMs: 60_001 });

  it("is waited for as long as its readings are no older than the longest loop", () => {
    expect(isAwaitingEcho(NOTHING_LEARNED)).toBe(false);
    expect(isAwaitingEcho(stepTo(12))).toBe(true);
    expect(isAwaitingEcho(hear(stepTo(12), { atMs: 60_000 }))).toBe(true);
    expect(isAwaitingEcho(hear(stepTo(12), { atMs: 61_000, chargeAtMs: 60_000 }))).toBe(true);
    expect(isAwaitingEcho(hear(stepTo(12), { atMs: 6_000, chargeW: AFTER.chargeW }))).toBe(false);
    expect(refused).toEqual({ echoesMs: [], trial: undefined, isEchoing: false });
  });

  it("is not waited for again, until it has taken one", () => {
    const next = stepTo(12, refused);
    expect(isAwaitingEcho(next)).toBe(false);
    expect(hear(next, { atMs: 3_000 }).isEchoing).toBe(false);
    expect(hear(next, { atMs: 5_000, ...AFTER })).toMatchObject({ isEchoing: true, echoesMs: [5_000] });
  });
});

describe("whatever the readings say", () => {
  const seen = fc.record({
    atMs: fc.integer({ min: 0, max: 400_000 }),
    chargeW: fc.integer({ min: 0, max: 12_000 }),
    gridW: fc.integer({ min: -10_000, max: 10_000 }),
    pvW: fc.integer({ min: 0, max: 10_000 }),
  });
  const stories = fc.array(fc.tuple(fc.integer({ min: 6, max: 16 }), fc.array(seen, { maxLength: 8 })), {
    maxLength: 20,
  });

  it("the delay stays between 2 s and 60 s, and the memory bounded", () => {
    fc.assert(
      fc.property(stories, (story) => {
        let delay = NOTHING_LEARNED;
        for (const [setpointA, readings] of story) delay = hear(stepTo(setpointA, delay), ...readings);
        expect(delay.echoesMs.length).toBeLessThanOrEqual(8);
        expect(loopDelayMs(delay, PRIOR_MS)).toBeGreaterThanOrEqual(2_000);
        expect(loopDelayMs(delay, PRIOR_MS)).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});
