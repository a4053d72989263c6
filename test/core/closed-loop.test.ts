import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ControlOptions, controlSnapshot, decide, initialControlState } from "../../src/core/decide.ts";
import type { SiteLimits } from "../../src/core/limits.ts";
import type { Settings } from "../../src/core/settings.ts";
import { effectiveThresholds, stopSurplusW } from "../../src/core/thresholds.ts";
import { powerW } from "../../src/core/units.ts";
import { capabilities, thresholds } from "./support/arbitraries.ts";
import { createPlant, type PlantOptions } from "./support/plant.ts";
import {
  DAY,
  limitedTo,
  ONE_PHASE,
  OPTIONS,
  passInput,
  SETTINGS,
  THREE_PHASE,
  WIDE_LIMITS,
} from "./support/site.ts";

const PASS_MS = 2_000;

interface Run {
  readonly plant?: Partial<PlantOptions>;
  readonly settings?: Partial<Settings>;
  readonly options?: Partial<ControlOptions>;
  readonly operatorLimitW?: number;
  /** The operator limits from this pass on; else from the start. */
  readonly limitedFromPass?: number;
  /** The gateway starts anew before this pass. */
  readonly restartAtPass?: number;
  readonly passes: number;
}

/** Everything that happened at each pass of a controller on a plant. */
function run({ plant: plantOptions, settings, options, operatorLimitW, passes, ...when }: Run) {
  const { limitedFromPass = 0, restartAtPass } = when;
  const plant = createPlant({
    capability: ONE_PHASE,
    houseGridW: () => -3_000,
    deadTimeMs: 2_000,
    rampAPerS: 4,
    chargerEveryMs: 4_000,
    ...plantOptions,
  });
  const setpointsA: number[] = [];
  const drawnA: number[] = [];
  const phases: number[] = [];
  const states: string[] = [];
  const delaysMs: number[] = [];
  let state = initialControlState(DAY);
  let writesBefore = 0;
  for (let pass = 0; pass < passes; pass++) {
    plant.advance(PASS_MS);
    if (pass === restartAtPass) {
      state = initialControlState(DAY, controlSnapshot(state));
      writesBefore = plant.writes;
    }
    const input = passInput(plant.sample(), {
      settings: { ...SETTINGS, ...settings },
      lastWriteMs: plant.writes > writesBefore ? plant.lastWriteMs : undefined,
      gridOperator: limitedTo(pass >= limitedFromPass ? operatorLimitW : undefined),
    });
    const decision = decide(state, input, { ...OPTIONS, loopDelayMs: 8_000, ...options });
    state = decision.state;
    if (decision.setpointA !== undefined) plant.command(decision.setpointA, decision.phases);
    setpointsA.push(decision.setpointA ?? 0);
    drawnA.push(plant.drawnA);
    phases.push(decision.phases);
    states.push(decision.report.state);
    delaysMs.push(decision.report.loopDelayMs);
  }
  return { setpointsA, drawnA, phases, states, delaysMs, starts: starts(setpointsA), writes: plant.writes };
}

function starts(setpointsA: readonly number[]): number {
  return setpointsA.filter((currentA, pass) => currentA > 0 && (setpointsA[pass - 1] ?? 0) === 0).length;
}

describe("a constant surplus", () => {
  const quick = { startProofMs: 10_000, stopProofMs: 20_000 };

  it("starts once and never stops, or never starts, for every legal pair and every box", () => {
    const nearThresholds = fc.record({
      asked: thresholds,
      capability: capabilities,
      edge: fc.constantFrom("start", "stop", "minimum"),
      offsetW: fc.integer({ min: -300, max: 3_000 }),
    });
    fc.assert(
      fc.property(nearThresholds, ({ asked, capability, edge, offsetW }) => {
        const minW = powerW(capability.minCurrentA, capability.canSwitchPhases ? 1 : capability.phases);
        const { effective } = effectiveThresholds(asked, minW);
        const edgesW = {
          start: effective.minExportToStartW,
          stop: stopSurplusW(effective, minW),
          minimum: minW,
        };
        const surplusW = edgesW[edge] + offsetW;
        const { starts: count, setpointsA } = run({
          plant: { capability, houseGridW: () => -surplusW },
          settings: { thresholds: asked },
          options: quick,
          passes: 120,
        });
        const expected = surplusW >= effective.minExportToStartW ? 1 : 0;
        expect(count).toBe(expected);
        expect((setpointsA.at(-1) ?? 0) > 0).toBe(expected === 1);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [ONE_PHASE, 0, 1_380],
    [ONE_PHASE, 200, 1_180],
    [{ ...THREE_PHASE, stepA: 0.1 }, 0, 4_140],
    [THREE_PHASE, 4_140, 0],
  ])(
    "holds where start and stop are one and the sun gives exactly that: %o, I %d, E %d",
    (capability, stopW, startW) => {
      const given = { capability, houseGridW: () => -startW };
      const settings = { thresholds: { minExportToStartW: startW, maxImportBeforeStoppingW: stopW } };
      expect(run({ plant: given, settings, options: quick, passes: 150 }).starts).toBe(1);
    },
  );

  it("is used to the box's step and then left alone", () => {
    const { setpointsA, drawnA, writes } = run({ passes: 200 });
    expect(setpointsA.at(-1)).toBe(13);
    expect(drawnA.at(-1)).toBe(13);
    expect(writes).toBeLessThanOrEqual(2);
  });
});

describe("a surplus that changes", () => {
  it("is followed up and down without overshoot, and given up at dusk", () => {
    const steps: readonly [number, number][] = [
      [200_000, -2_000],
      [400_000, -3_300],
      [600_000, -1_600],
      [1_000_000, 500],
    ];
    const houseGridW = (nowMs: number) => steps.find(([untilMs]) => nowMs - 1_000_000 < untilMs)?.[1] ?? 500;
    const { setpointsA, states } = run({ plant: { houseGridW }, passes: 500 });
    const at = (seconds: number) => setpointsA[seconds / 2 - 1];
    expect([at(190), at(390), at(590), at(990)]).toEqual([9, 14, 7, 0]);
    expect(Math.max(...setpointsA)).toBe(14);
    expect(states.at(-1)).toBe("idle");
  });

  it("is not given up for a kettle of 2 kW", () => {
    const houseGridW = (nowMs: number) => -2_300 + ((nowMs / 1_000) % 600 < 90 ? 2_000 : 0);
    expect(run({ plant: { houseGridW }, passes: 900 }).starts).toBe(1);
  });
});

describe("a loop whose delay is not as configured", () => {
  /** Two kilowatts come and go every five minutes. */
  const houseGridW = (nowMs: number) => ((nowMs / 1_000) % 600 < 300 ? -6_000 : -8_070);
  const slow = { capability: THREE_PHASE, houseGridW };

  it.each([
    ["30 s", 30_000, [29_000, 38_000]],
    ["2 s", 2_000, [2_000, 6_000]],
  ] as const)(
    "of %s is learned, and each change of the sun takes one write",
    (_case, deadTimeMs, [fromMs, toMs]) => {
      const plant = { ...slow, deadTimeMs, rampAPerS: 2, chargerEveryMs: 2_000 };
      const { delaysMs, writes, setpointsA } = run({ plant, passes: 3_300 });
      expect(delaysMs[0]).toBe(8_000);
      expect(delaysMs.at(-1)).toBeGreaterThanOrEqual(fromMs);
      expect(delaysMs.at(-1)).toBeLessThanOrEqual(toMs);
      expect(writes).toBeLessThanOrEqual(24);
      expect(new Set(setpointsA)).toEqual(new Set([0, 9, 12]));
    },
  );

  it("is waited for on the first step already, though nothing was learned yet", () => {
    const step = (nowMs: number) => (nowMs < 1_300_000 ? -6_000 : -8_070);
    const plant = { ...slow, houseGridW: step, deadTimeMs: 30_000, chargerEveryMs: 2_000 };
    expect(run({ plant, passes: 300 }).writes).toBe(2);
  });
});

describe("a box that can change its phases", () => {
  it("charges a rising and falling sun with the phases that fit, and few changes", () => {
    const houseGridW = (nowMs: number) => {
      const minutes = (nowMs - 1_000_000) / 60_000;
      return minutes < 15 ? -2_300 : minutes < 45 ? -7_000 : -2_300;
    };
    const { phases, setpointsA } = run({
      plant: { capability: { ...ONE_PHASE, canSwitchPhases: true }, houseGridW },
      passes: 1_800,
    });
    const at = (minutes: number) => [phases[minutes * 30 - 1], setpointsA[minutes * 30 - 1]];
    expect([at(14), at(44), at(59)]).toEqual([
      [1, 10],
      [3, 10],
      [1, 10],
    ]);
    const changes = phases.filter((count, pass) => count !== (phases[pass - 1] ?? count));
    expect(changes).toEqual([3, 1]);
  });
});

describe("the grid operator's limit of 7 A", () => {
  const dark: Run = {
    plant: { capability: THREE_PHASE, houseGridW: () => 500, chargerEveryMs: 10_000, meterEveryMs: 6_000 },
    settings: { mode: "none" },
    operatorLimitW: 5_000,
    passes: 200,
  };

  it.each([0, 1, 2, 3, 4, 5, 6])("holds after a restart %d passes later, without a pause", (passes) => {
    const { setpointsA } = run({ ...dark, limitedFromPass: 100, restartAtPass: 101 + passes });
    expect(setpointsA[99]).toBe(THREE_PHASE.maxCurrentA);
    expect(new Set(setpointsA.slice(100))).toEqual(new Set([7]));
  });

  it.each([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32])(
    "holds for a car that takes %d s to begin",
    (deadTimeS) => {
      const { setpointsA, drawnA } = run({
        ...dark,
        plant: { ...dark.plant, deadTimeMs: deadTimeS * 1_000 },
      });
      expect(new Set(setpointsA)).toEqual(new Set([0, 7]));
      expect(drawnA.at(-1)).toBe(7);
    },
  );
});

describe("a house that reaches its limit", () => {
  const limits = { ...WIDE_LIMITS, importLimitW: 3_680 };

  it("loses as much as the breach, not everything, and stays below the limit from then on", () => {
    const houseGridW = (nowMs: number) => (nowMs < 1_300_000 ? 0 : 1_500);
    const { setpointsA } = run({
      plant: { houseGridW },
      settings: { mode: "none" },
      options: { limits },
      passes: 300,
    });
    expect(setpointsA[148]).toBe(16);
    expect(Math.min(...setpointsA.slice(150))).toBe(9);
    expect(setpointsA.at(-1)).toBe(9);
  });

  /** What each of them leaves the car of a house that takes 500 W is 7 A. */
  const leave7A: readonly (readonly [string, Partial<SiteLimits>])[] = [
    ["import limit", { importLimitW: 5_400 }],
    ["main fuse", { mainFuseA: 7.8 }],
  ];

  it.each(
    leave7A.flatMap(([name, leaving]) =>
      [2, 8, 12, 16, 20, 24, 28, 32, 40, 50, 60].map((deadTimeS) => [name, deadTimeS, leaving] as const),
    ),
  )("gives a car no more than the %s leaves when it begins after %d s", (_name, deadTimeS, leaving) => {
    const { setpointsA, drawnA } = run({
      plant: {
        capability: THREE_PHASE,
        houseGridW: () => 500,
        deadTimeMs: deadTimeS * 1_000,
        chargerEveryMs: 2_000,
        meterEveryMs: 10_000,
      },
      settings: { mode: "none" },
      options: { limits: { ...WIDE_LIMITS, ...leaving } },
      passes: 200,
    });
    expect(new Set(setpointsA)).toEqual(new Set([0, 7]));
    expect(drawnA.at(-1)).toBe(7);
  });

  it("does not hunt for its last ampere with each lamp that is lit", () => {
    const lampsW = (nowMs: number) => 60 * Math.sin(nowMs / 7_000) + 60 * Math.sin(nowMs / 31_000);
    const { setpointsA, writes } = run({
      plant: { capability: THREE_PHASE, houseGridW: (nowMs) => 690 + lampsW(nowMs), deadTimeMs: 5_000 },
      settings: { mode: "none" },
      options: { limits: { ...WIDE_LIMITS, importLimitW: 9_660 } },
      passes: 1_800,
    });
    expect(Math.max(...setpointsA)).toBe(13);
    expect(Math.min(...setpointsA.slice(100))).toBeGreaterThanOrEqual(11);
    expect(writes).toBeLessThan(30);
  });

  it("takes back what a hesitating car was offered when the house needs it", () => {
    const secondsOf = (nowMs: number) => (nowMs - 1_000_000) / 1_000;
    const { setpointsA, drawnA } = run({
      plant: {
        houseGridW: (nowMs) => (secondsOf(nowMs) < 300 || secondsOf(nowMs) >= 340 ? 1_500 : 0),
        deadTimeMs: 55_000,
        chargerEveryMs: 2_000,
      },
      settings: { mode: "none" },
      options: { limits },
      passes: 300,
    });
    expect(Math.max(...setpointsA)).toBe(16);
    expect(Math.max(...drawnA)).toBe(9);
  });

  it.each([
    ["at once", 2_000],
    ["now and then", 10_000],
    ["seldom", 30_000],
  ])(
    "cuts once for one breach where the meter measures every 10 s and the box tells %s",
    (_case, chargerEveryMs) => {
      const { setpointsA } = run({
        plant: {
          houseGridW: (nowMs) => (nowMs < 1_300_000 ? 0 : 1_500),
          deadTimeMs: 5_000,
          chargerEveryMs,
          meterEveryMs: 10_000,
        },
        settings: { mode: "none" },
        options: { limits },
        passes: 300,
      });
      expect(new Set(setpointsA.slice(100))).toEqual(new Set([16, 9]));
    },
  );

  it("keeps a constant set point under the grid operator's limit", () => {
    const { setpointsA, writes } = run({
      plant: { capability: THREE_PHASE, houseGridW: () => -6_900 },
      operatorLimitW: 4_200,
      settings: { mode: "none" },
      passes: 300,
    });
    expect(setpointsA.at(-1)).toBe(16);
    expect(writes).toBe(1);
  });
});
