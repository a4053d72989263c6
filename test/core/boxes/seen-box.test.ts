import { describe, expect, it } from "vitest";
import { type BoxPass, NEW_STANDING } from "../../../src/core/boxes/box-pass.ts";
import { powerRangeW, seenBox } from "../../../src/core/boxes/seen-box.ts";
import { initialControlState } from "../../../src/core/decide.ts";
import type { Settings } from "../../../src/core/settings.ts";
import type { WallboxSample } from "../../../src/core/site-sample.ts";
import { sampleAdvice } from "../../support/sample-advice.ts";
import {
  DAY,
  NOW_MS,
  OPTIONS,
  reading,
  SETTINGS,
  siteSample,
  THREE_PHASE,
  wallboxSample,
} from "../support/site.ts";

const HELD = {
  kind: "held",
  setpointA: 10,
  phases: 3,
  lastChangeMs: NOW_MS - 300_000,
  adoptingUntilMs: undefined,
} as const;

function seen(
  wallbox: Partial<WallboxSample>,
  changes: Partial<BoxPass> = {},
  settings: Settings = SETTINGS,
) {
  const { wallbox: _wallbox, ...house } = siteSample();
  const box: BoxPass = {
    options: { name: "garage", priority: 1, control: OPTIONS, expiryMs: 600_000 },
    state: { control: { ...initialControlState(DAY), link: HELD }, standing: NEW_STANDING },
    wallbox: wallboxSample({ capability: THREE_PHASE, ...wallbox }),
    plan: undefined,
    lastWriteMs: undefined,
    writesToday: 0,
    ...changes,
  };
  return seenBox(box, house, settings);
}

describe("what the others see of a box", () => {
  it("counts the phases that the car charges on, and all while it draws nothing or does not tell them apart", () => {
    const onOne = { chargePowerW: reading(2_300), phaseCurrentsA: reading([10, 0, 0] as const) };
    expect(seen(onOne)).toMatchObject({ phases: 1, drawnA: 10, drawnW: 2_300 });
    const resting = { chargePowerW: reading(0), phaseCurrentsA: reading([0, 0, 0] as const) };
    expect(seen(resting)).toMatchObject({ phases: 3, drawnA: 0 });
    expect(seen({ chargePowerW: reading(6_900) })).toMatchObject({ phases: 3, drawnA: 10 });
  });

  it("counts a car that is not heard of any more on the phases that it was seen to use", () => {
    const standing = { ...NEW_STANDING, drawnW: reading(2_300), phases: 1 };
    const state = { control: { ...initialControlState(DAY), link: HELD }, standing };
    expect(seen({ chargePowerW: undefined }, { state })).toMatchObject({ phases: 1, drawnA: 10 });
    expect(seen({ chargePowerW: reading(6_900) }, { state })).toMatchObject({ phases: 3, drawnA: 10 });
  });

  it("takes a car that is not heard of any more to draw what it drew, as far as its box may still give it", () => {
    const link = { kind: "unread", sinceMs: NOW_MS - 600_000 } as const;
    const standing = { ...NEW_STANDING, drawnW: reading(11_040, 600_000), mayDrawA: 16, phases: 3 };
    const lost = { isConnected: false, chargePowerW: undefined };
    const lostFor = (agoMs: number) => {
      const control = { ...initialControlState(DAY), link: { ...link, sinceMs: NOW_MS - agoMs } };
      return seen(lost, { state: { control, standing } });
    };
    expect(lostFor(599_999)).toMatchObject({ drawnA: 16, mayDrawA: 16 });
    expect(lostFor(600_000)).toMatchObject({ drawnA: 6, mayDrawA: 6 });
  });

  it("leaves what a plan charges out of the sun's, and what waits for the sun in", () => {
    const settings = { ...SETTINGS, mode: "hems_and_spot" } as const;
    expect(seen({}, { plan: sampleAdvice({ stance: "cheap" }) }, settings).isFollowingSun).toBe(false);
    expect(seen({}, { plan: sampleAdvice({ stance: "wait" }) }, settings).isFollowingSun).toBe(true);
    expect(seen({}, {}, { ...SETTINGS, mode: "none" }).isFollowingSun).toBe(false);
    expect(seen({ vehicle: "absent" }).isFollowingSun).toBe(false);
  });

  it("is waited for a minute beyond the loop delay, and no longer obeys when it still says nothing", () => {
    const late = reading(2_300, 20_000);
    const writtenAgo = (agoMs: number) => seen({ chargePowerW: late }, { lastWriteMs: NOW_MS - agoMs });
    expect(writtenAgo(15_000)).toMatchObject({ isSettled: false, isSettling: true, isObeying: true });
    const silent = seen({ chargePowerW: undefined }, { lastWriteMs: NOW_MS - 72_000 });
    expect(silent).toMatchObject({ isSettled: false, isSettling: false, isObeying: false });
  });

  it.each([
    ["three phases", { ...THREE_PHASE }, 4_140, 22_080],
    ["one phase or three", { ...THREE_PHASE, canSwitchPhases: true }, 1_380, 22_080],
    [
      "one phase now, three if told",
      { ...THREE_PHASE, phases: 1, canSwitchPhases: true } as const,
      1_380,
      22_080,
    ],
    ["a minimum above its maximum", { ...THREE_PHASE, maxCurrentA: 6, minCurrentA: 8 }, 5_520, 5_520],
  ])("may charge on %s from its least power to its most", (_case, capability, leastW, mostW) => {
    expect(powerRangeW(seen({ capability }))).toEqual({ leastW, mostW });
  });
});
