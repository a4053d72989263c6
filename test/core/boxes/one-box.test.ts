import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BoxState, NEW_STANDING } from "../../../src/core/boxes/box-pass.ts";
import { decide, initialControlState } from "../../../src/core/decide.ts";
import { decideSite } from "../../../src/core/site-decision.ts";
import { capabilities, options, sceneInput, sceneSample, scenes } from "../support/arbitraries.ts";
import { createBoxHouse } from "../support/box-house.ts";
import { DAY, NOW_MS, ONE_PHASE } from "../support/site.ts";

describe("a house with one box", () => {
  it("decides exactly as if there were no others", () => {
    fc.assert(
      fc.property(scenes, capabilities, options, (given, capability, control) => {
        let state: BoxState = { control: initialControlState(DAY), standing: NEW_STANDING };
        let nowMs = NOW_MS;
        for (const scene of given) {
          nowMs += scene.everyMs;
          const sample = sceneSample(scene, capability, { nowMs, setpointA: 10, carPhase: 0 });
          const input = sceneInput(scene, sample, undefined);
          const alone = decide(state.control, input, control);
          const { wallbox, ...house } = sample;
          const { plan, lastWriteMs, writesToday, sample: _sample, ...pass } = input;
          const boxOptions = { name: "garage", priority: 1, control, expiryMs: 600_000 };
          const { decisions, report } = decideSite({ ...pass, house }, [
            { options: boxOptions, state, wallbox, plan, lastWriteMs, writesToday },
          ]);
          const { setpointA, phases, isUrgent } = alone;
          expect(decisions).toMatchObject([{ setpointA, phases, isUrgent }]);
          expect(report).toMatchObject(alone.report);
          state = decisions[0]?.state ?? state;
          expect(state.control.link).toEqual(alone.state.link);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("charges as it would beside a box without a car", () => {
    const garage = { name: "garage", capability: ONE_PHASE };
    const alone = createBoxHouse({ boxes: [garage] });
    const beside = createBoxHouse({ boxes: [garage, { name: "yard", capability: ONE_PHASE }] });
    beside.box("yard").vehicle = "absent";
    for (const houseW of [-3_000, -1_600, -4_000, 500, -2_500]) {
      alone.houseW = houseW;
      beside.houseW = houseW;
      for (let minute = 0; minute < 10; minute++) {
        alone.run(60);
        beside.run(60);
        expect(beside.reportOf("garage").setpointA).toBe(alone.reportOf("garage").setpointA);
      }
    }
  });
});
