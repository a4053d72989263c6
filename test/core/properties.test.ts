import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ControlOptions,
  type ControlState,
  controlSnapshot,
  type Decision,
  decide,
  initialControlState,
  type PassInput,
} from "../../src/core/decide.ts";
import type { HeldLink } from "../../src/core/link.ts";
import { heardEcho, isAwaitingEcho, loopDelayMs } from "../../src/core/loop-delay.ts";
import { isPlanCharging } from "../../src/core/planner/plan-advice.ts";
import type { WallboxCapability } from "../../src/core/site-sample.ts";
import { effectiveThresholds } from "../../src/core/thresholds.ts";
import { energyWh, powerW } from "../../src/core/units.ts";
import { usableSample } from "../../src/core/usable-sample.ts";
import {
  capabilities,
  options,
  type Scene,
  sceneInput,
  sceneSample,
  scenes,
  thresholds,
} from "./support/arbitraries.ts";
import { DAY, NOW_MS } from "./support/site.ts";

const RUNS = { numRuns: 100 };
const EPSILON = 1e-6;

interface Pass {
  readonly before: ControlState;
  readonly input: PassInput;
  readonly options: ControlOptions;
  readonly decision: Decision;
}

/** Phase of the house on which a car on one phase draws; where nobody says, it is the second. */
function carPhaseOf({ limits }: ControlOptions): number {
  return limits.phaseRotation?.[0] ?? 1;
}

/** Plays scenes with a box that takes each set point at once and a car that takes its share of it. */
function play(
  given: readonly Scene[],
  capability: WallboxCapability,
  control: ControlOptions,
  see: (pass: Pass) => void,
) {
  let state = initialControlState(DAY);
  let nowMs = NOW_MS;
  let heldA = 10;
  let box = capability;
  let lastWriteMs: number | undefined;
  const carPhase = carPhaseOf(control);
  for (const scene of given) {
    if (scene.boost !== undefined) state = { ...state, boost: { state: scene.boost, hasDrawn: false } };
    for (let index = 0; index < scene.passes; index++) {
      nowMs += scene.everyMs;
      const before = state;
      const input = sceneInput(
        scene,
        sceneSample(scene, box, { nowMs, setpointA: heldA, carPhase }),
        lastWriteMs,
      );
      const decision = decide(before, input, control);
      see({ before, input, options: control, decision });
      state = decision.state;
      if (scene.isSwitching && capability.canSwitchPhases) box = { ...box, phases: decision.phases };
      if (decision.setpointA === undefined) lastWriteMs = undefined;
      else if (decision.setpointA !== heldA) {
        heldA = decision.setpointA;
        lastWriteMs = nowMs;
      }
    }
  }
}

function always(law: (pass: Pass) => void): void {
  fc.assert(
    fc.property(scenes, capabilities, options, (given, capability, control) => {
      play(given, capability, control, law);
    }),
    RUNS,
  );
}

function heldBefore({ before }: Pass): HeldLink | undefined {
  return before.link?.kind === "held" ? before.link : undefined;
}

interface Sight {
  readonly houseW: number;
  readonly gridW: number;
  readonly chargeW: number;
  readonly isMeterSettled: boolean;
  readonly isSettled: boolean;
}

/** What the meter and the car say, where both say something; nonsense is nothing. */
function sightOf({ before, input, options: control }: Pass): Sight | undefined {
  const { gridPowerW, wallbox } = input.sample;
  const { chargePowerW } = wallbox;
  if (gridPowerW === undefined || chargePowerW === undefined || !Number.isFinite(gridPowerW.value))
    return undefined;
  const loopDelay = heardEcho(before.loopDelay, usableSample(input.sample), input.lastWriteMs);
  const sinceMs = (input.lastWriteMs ?? -1e12) + loopDelayMs(loopDelay, control.loopDelayMs);
  const isMeterSettled = gridPowerW.atMs >= sinceMs;
  return {
    houseW: gridPowerW.value - chargePowerW.value,
    gridW: gridPowerW.value,
    chargeW: chargePowerW.value,
    isMeterSettled,
    isSettled: isMeterSettled && chargePowerW.atMs >= sinceMs && !isAwaitingEcho(loopDelay),
  };
}

function allowedW({ decision }: Pass): number {
  return powerW(decision.setpointA ?? 0, decision.phases);
}

/** The set point is judged: the meter is not lost, and the car is allowed something. */
function isCharging({ input, decision }: Pass): boolean {
  return input.sample.meterTrust !== "lost" && (decision.setpointA ?? 0) > 0;
}

/** What the house draws beside the car on each phase that the car may be on, A: measured, or an even split. */
function housePhasesA(
  { input, options: control, decision }: Pass,
  { houseW, chargeW }: Sight,
): readonly number[] {
  const { gridPhaseCurrentsA, wallbox } = input.sample;
  const carA = chargeW / powerW(1, wallbox.capability.phases);
  if (gridPhaseCurrentsA === undefined) return [houseW / 690];
  const { phaseRotation } = control.limits;
  const isOnAll = decision.phases === 3 || phaseRotation === undefined;
  const importsA = isOnAll ? gridPhaseCurrentsA.value : [gridPhaseCurrentsA.value[phaseRotation[0]]];
  return importsA.map((importA) => importA - carA);
}

/** A boost, a plan or the lack of steering asks for current: none of them needs the meter. */
function needsNoMeter({ input, decision }: Pass): boolean {
  const { mode } = input.settings;
  if (decision.report.boost === "ongoing" || mode === "none") return true;
  return mode !== "hems" && isPlanCharging(input.plan);
}

/** Neither the machine nor a price, a boost or the lack of steering explains a current. */
function isWithoutCause({ input, decision }: Pass): boolean {
  const { mode } = input.settings;
  if (input.sample.wallbox.vehicle === "unknown" || decision.report.boost === "ongoing") return false;
  if (mode === "hems_and_spot" && isPlanCharging(input.plan)) return false;
  return (mode === "hems" || mode === "hems_and_spot") && decision.report.state !== "active";
}

describe("limits hold in every mode, state and fault", () => {
  it("the set point is a pause or a whole step within the range of the box", () => {
    always(({ input, decision: { setpointA } }) => {
      if (setpointA === undefined || setpointA === 0) return;
      const { minCurrentA, maxCurrentA, stepA } = input.sample.wallbox.capability;
      expect(setpointA).toBeGreaterThanOrEqual(minCurrentA);
      expect(setpointA).toBeLessThanOrEqual(maxCurrentA);
      expect(setpointA / stepA).toBeCloseTo(Math.round(setpointA / stepA), 6);
    });
  });

  it("never above a fixed limit, nor above the failsafe current while blind", () => {
    always(({ input, options: { limits }, decision: { setpointA = 0 } }) => {
      const { meterTrust } = input.sample;
      expect(setpointA).toBeLessThanOrEqual(limits.configuredMaxA);
      expect(setpointA).toBeLessThanOrEqual(limits.cableCurrentA ?? 99);
      expect(setpointA).toBeLessThanOrEqual(input.settings.maxCurrentA ?? 99);
      if (meterTrust === "lost") expect(setpointA).toBeLessThanOrEqual(limits.failsafeCurrentA);
    });
  });

  it("never above what the settled readings leave", () => {
    always((pass) => {
      const sight = sightOf(pass);
      if (sight?.isSettled !== true || !isCharging(pass)) return;
      const { mainFuseA, importLimitW = 1e9 } = pass.options.limits;
      const operatorW = pass.input.gridOperator?.limitW ?? 1e9;
      const { setpointA = 0 } = pass.decision;
      for (const houseA of housePhasesA(pass, sight))
        expect(houseA + setpointA).toBeLessThanOrEqual(mainFuseA + EPSILON);
      expect(sight.houseW + allowedW(pass)).toBeLessThanOrEqual(importLimitW + EPSILON);
      expect(allowedW(pass)).toBeLessThanOrEqual(operatorW + Math.max(0, -sight.houseW) + EPSILON);
    });
  });

  it("a car on one phase loads it no more above the others than the unbalance limit", () => {
    always((pass) => {
      const { unbalanceLimitA, phaseRotation } = pass.options.limits;
      const { setpointA = 0, phases } = pass.decision;
      const { gridPhaseCurrentsA, wallbox, meterTrust } = pass.input.sample;
      if (unbalanceLimitA === undefined || phases === 3) return;
      const sight = sightOf(pass);
      const isSwitching = wallbox.capability.phases === 3;
      if (gridPhaseCurrentsA === undefined || isSwitching || meterTrust === "lost") {
        expect(setpointA).toBeLessThanOrEqual(unbalanceLimitA);
        return;
      }
      if (phaseRotation === undefined || sight?.isSettled !== true || setpointA === 0) return;
      const [carPhase] = phaseRotation;
      const others = gridPhaseCurrentsA.value.filter((_importA, phase) => phase !== carPhase);
      const ownA = gridPhaseCurrentsA.value[carPhase] - sight.chargeW / 230 + setpointA;
      expect(ownA - Math.min(...others)).toBeLessThanOrEqual(unbalanceLimitA + EPSILON);
    });
  });

  it("all of the car counts against the grid operator's limit while the grid is out of sight", () => {
    always((pass) => {
      const operatorW = pass.input.gridOperator?.limitW;
      if (operatorW === undefined || sightOf(pass) !== undefined) return;
      const { meterTrust, gridPowerW } = pass.input.sample;
      if (meterTrust === "lost" || gridPowerW === undefined) {
        expect(allowedW(pass)).toBeLessThanOrEqual(operatorW + EPSILON);
      }
    });
  });

  it("a breach that is measured comes off what the car draws, and off the set point that the meter shows", () => {
    always((pass) => {
      const sight = sightOf(pass);
      const excessW = (sight?.gridW ?? 0) - (pass.options.limits.importLimitW ?? 1e9);
      if (sight === undefined || excessW <= 0 || !isCharging(pass)) return;
      expect(allowedW(pass)).toBeLessThanOrEqual(sight.chargeW - excessW + EPSILON);
      const heldA = heldBefore(pass)?.setpointA;
      if (heldA === undefined || !sight.isMeterSettled) return;
      const { phases } = pass.input.sample.wallbox.capability;
      expect(allowedW(pass)).toBeLessThanOrEqual(powerW(heldA, phases) - excessW + EPSILON);
    });
  });
});

describe("in doubt less current", () => {
  it("nothing raises while the meter is not good, readings do not fit, the box does not obey or writes are spent", () => {
    always((pass) => {
      const held = heldBefore(pass);
      const { input, decision } = pass;
      const { meterTrust, wallbox } = input.sample;
      const isInDoubt =
        meterTrust !== "good" ||
        !wallbox.isFollowing ||
        input.writesToday >= 400 ||
        sightOf(pass)?.isSettled !== true;
      if (held === undefined || !isInDoubt) return;
      const mayGoBlind = meterTrust === "lost" && wallbox.isFollowing && input.writesToday < 400;
      const blindA = mayGoBlind && needsNoMeter(pass) ? pass.options.limits.failsafeCurrentA : 0;
      expect(decision.setpointA ?? 0).toBeLessThanOrEqual(Math.max(held.setpointA, blindA));
      if (held.phases === wallbox.capability.phases) expect(decision.phases).toBe(held.phases);
    });
  });

  it("a box that was found charging gets no more than it draws, or its minimum", () => {
    always((pass) => {
      const { setpointA } = pass.decision;
      if (heldBefore(pass) !== undefined || setpointA === undefined) return;
      const { chargePowerW, capability } = pass.input.sample.wallbox;
      // Other phases are another charge: the limits alone hold for it.
      if (pass.decision.phases !== capability.phases) return;
      const drawnA = (chargePowerW?.value ?? 0) / powerW(1, capability.phases);
      expect(setpointA).toBeLessThanOrEqual(
        Math.max(drawnA + capability.stepA / 2 + EPSILON, capability.minCurrentA),
      );
    });
  });

  it("a box that is away gets no set point", () => {
    always(({ input, decision }) => {
      if (!input.sample.wallbox.isConnected) expect(decision.setpointA).toBeUndefined();
    });
  });

  it("idle and commitment charge by surplus never", () => {
    always((pass) => {
      const { setpointA = 0 } = pass.decision;
      if (setpointA === 0 || !isWithoutCause(pass)) return;
      const { meterTrust, wallbox, nowMs } = pass.input.sample;
      if (meterTrust === "lost" || wallbox.chargePowerW === undefined) {
        expect(setpointA).toBeLessThanOrEqual(pass.options.blindCurrentA);
        return;
      }
      // What is left is a charge that was found running and is judged for half a minute.
      const held = heldBefore(pass);
      if (held === undefined) return;
      expect(held.adoptingUntilMs).toBeGreaterThan(nowMs);
      expect(setpointA).toBeLessThanOrEqual(held.setpointA);
    });
  });

  it("spot charges in cheap hours only", () => {
    always(({ input, decision }) => {
      const isDear = input.settings.mode === "spot" && !isPlanCharging(input.plan);
      if (!isDear || decision.report.boost === "ongoing" || input.sample.wallbox.vehicle === "unknown")
        return;
      expect(decision.setpointA ?? 0).toBe(0);
    });
  });
});

describe("the machine within a pass", () => {
  it("keeps its proof between nothing and full", () => {
    always(({ options: control, decision }) => {
      const { state, proofWh } = controlSnapshot(decision.state).machine;
      const { startProofMs, stopProofMs, constants } = control;
      const fullWh = {
        idle: 0,
        commitment: energyWh(constants.startWeightW, startProofMs),
        active: energyWh(constants.stopWeightW, stopProofMs),
      }[state];
      expect(proofWh).toBeGreaterThanOrEqual(0);
      expect(proofWh).toBeLessThanOrEqual(fullWh);
    });
  });

  it("is active only in a mode that follows the sun", () => {
    always(({ input, decision }) => {
      if (input.settings.mode === "none" || input.settings.mode === "spot")
        expect(decision.report.state).toBe("idle");
      if (input.sample.meterTrust === "lost") expect(decision.report.state).toBe("idle");
    });
  });
});

describe("a pass is pure", () => {
  it("decides the same twice and changes nothing that it was given", () => {
    always(({ before, input, options: control, decision }) => {
      deepFreeze(before);
      deepFreeze(input);
      deepFreeze(control);
      const again = decide(before, input, control);
      expect(again.report).toEqual(decision.report);
      expect(plain(again.state)).toEqual(plain(decision.state));
    });
  });

  it("decides the same after its state has been through JSON", () => {
    fc.assert(
      fc.property(scenes, capabilities, options, fc.nat(40), (given, capability, control, cut) => {
        let count = 0;
        let twin: ControlState | undefined;
        play(given, capability, control, ({ before, input, decision }) => {
          count += 1;
          if (twin !== undefined) {
            const other = decide({ ...twin, boost: before.boost }, input, control);
            expect(other.report).toEqual(decision.report);
            twin = other.state;
          } else if (count > cut) {
            // One more pass at the same moment starts the clock, which a snapshot does not carry.
            twin = decide(restored(decision.state), input, control).state;
            const same = decide(decision.state, input, control).state;
            expect(controlSnapshot(twin)).toEqual(controlSnapshot(same));
            if (plain(same) !== plain(decision.state)) twin = undefined;
          }
        });
      }),
      RUNS,
    );
  });
});

describe("the effective band", () => {
  it("never lowers the start, never changes the stop and is never narrower than the smallest load", () => {
    fc.assert(
      fc.property(thresholds, fc.constantFrom(1_380, 1_840, 4_140, 5_520), (asked, minChargePowerW) => {
        const { effective, isWidened } = effectiveThresholds(asked, minChargePowerW);
        expect(effective.maxImportBeforeStoppingW).toBe(asked.maxImportBeforeStoppingW);
        expect(effective.minExportToStartW).toBeGreaterThanOrEqual(asked.minExportToStartW);
        expect(effective.minExportToStartW + effective.maxImportBeforeStoppingW).toBeGreaterThanOrEqual(
          minChargePowerW,
        );
        expect(isWidened).toBe(effective.minExportToStartW !== asked.minExportToStartW);
      }),
      RUNS,
    );
  });
});

function restored(state: ControlState): ControlState {
  const snapshot = JSON.parse(JSON.stringify(controlSnapshot(state)));
  const { link, chargeOnset, conditions, lastPassMs, pass } = state;
  return { ...initialControlState(DAY, snapshot), link, chargeOnset, conditions, lastPassMs, pass };
}

function plain({ machine, ...rest }: ControlState): string {
  return JSON.stringify({ ...rest, state: machine.value, context: machine.context });
}

/** Freezes everything but xstate's own definition of the machine. */
function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const [key, part] of Object.entries(value))
    if (key !== "machine" || "state" in value) deepFreeze(part);
}
