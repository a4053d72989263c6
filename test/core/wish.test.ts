import { describe, expect, it } from "vitest";
import type { ChargeLaw } from "../../src/core/charge-machine.ts";
import { proofRule } from "../../src/core/proof.ts";
import type { SiteSample, VehicleState, WallboxSample } from "../../src/core/site-sample.ts";
import { type Followed, NEW_FOLLOWER } from "../../src/core/surplus-follower.ts";
import { type WishContext, wish } from "../../src/core/wish.ts";
import { sampleAdvice } from "../support/sample-advice.ts";
import { ONE_PHASE, reading, siteSample } from "./support/site.ts";

const CHEAP = sampleAdvice({ stance: "cheap" });
const DUE = sampleAdvice({ stance: "due" });
const WAIT = sampleAdvice({ stance: "wait" });
const FULFILLED = sampleAdvice({ stance: "wait", nextSlot: undefined });
const UNPRICED = sampleAdvice({ stance: "no_prices" });

const law: ChargeLaw = {
  startSurplusW: 1_500,
  stopSurplusW: 1_180,
  startRule: proofRule(36_000, { usualW: 500, floorW: 500, ceilingW: 1_000 }),
  stopRule: proofRule(72_000, { usualW: 500, floorW: 500, ceilingW: 6_000 }),
};

type Given = Partial<Omit<WishContext, "sample">> & {
  readonly wallbox?: Partial<WallboxSample>;
  readonly sample?: Partial<Omit<SiteSample, "wallbox">>;
};

function followed(currentA: number, wantedA = currentA): Followed {
  return { follower: NEW_FOLLOWER, currentA, wantedA, phases: 1 };
}

/** There is something to follow in active alone, and only where the surplus is known. */
function isFollowing(changes: Partial<WishContext>): boolean {
  return (
    (changes.state ?? "active") === "active" &&
    !("surplusPowerW" in changes && changes.surplusPowerW === undefined)
  );
}

/** Active, 10 A allowed and drawn, 2 760 W of surplus. */
function fullWish({ wallbox, sample, ...changes }: Given) {
  return wish({
    sample: siteSample(sample, wallbox),
    mode: "hems",
    boost: "off",
    state: "active",
    proofWh: 0,
    law,
    surplusPowerW: 2_760,
    plan: undefined,
    setpointA: 10,
    followed: isFollowing(changes) ? followed(12) : undefined,
    isAdopting: false,
    blindCurrentA: 0,
    ...changes,
  });
}

function wished(given: Given) {
  const { currentA, reason } = fullWish(given);
  return [currentA, reason.code, reason.text] as const;
}

describe("an obstacle", () => {
  it.each<[VehicleState, number, string]>([
    ["absent", 0, "no_vehicle"],
    ["finishing", 0, "session_ended"],
    ["faulted", 0, "wallbox_faulted"],
    ["unknown", 10, "starting_up"],
  ])("%s makes every mode pointless", (vehicle, currentA, code) => {
    for (const mode of ["none", "spot", "hems", "hems_and_spot"] as const) {
      const given = { wallbox: { vehicle }, mode, plan: CHEAP } as const;
      expect(wished(given).slice(0, 2)).toEqual([currentA, code]);
      expect(wished({ ...given, boost: "ongoing" }).slice(0, 2)).toEqual([currentA, code]);
    }
  });

  it.each<VehicleState>(["connected", "charging", "suspended_by_wallbox", "suspended_by_vehicle"])(
    "is no car that is %s",
    (vehicle) => {
      expect(wished({ wallbox: { vehicle }, mode: "none" }).slice(0, 2)).toEqual([16, "unsteered"]);
    },
  );
});

describe("a mode", () => {
  it.each<[string, Given, number, string]>([
    ["none wants all", { mode: "none" }, 16, "unsteered"],
    ["spot wants all in a cheap hour", { mode: "spot", plan: CHEAP }, 16, "cheap_slot"],
    ["spot wants all when the deadline presses", { mode: "spot", plan: DUE }, 16, "deadline_due"],
    ["spot wants nothing in a dear hour", { mode: "spot", plan: WAIT }, 0, "waiting_for_cheap_slot"],
    ["spot wants nothing when all is charged", { mode: "spot", plan: FULFILLED }, 0, "plan_fulfilled"],
    ["spot wants nothing without prices", { mode: "spot", plan: UNPRICED }, 0, "no_prices"],
    ["spot wants nothing without a plan", { mode: "spot" }, 0, "no_prices"],
    ["hems cares for no price", { plan: CHEAP }, 12, "following_surplus"],
    ["both want all in a cheap hour", { mode: "hems_and_spot", plan: CHEAP }, 16, "cheap_slot"],
    ["both want all when the deadline presses", { mode: "hems_and_spot", plan: DUE }, 16, "deadline_due"],
    ["both follow the sun in a dear hour", { mode: "hems_and_spot", plan: WAIT }, 12, "following_surplus"],
    [
      "both follow the sun without prices",
      { mode: "hems_and_spot", plan: UNPRICED },
      12,
      "following_surplus",
    ],
    ["a boost wants all in any mode", { mode: "spot", plan: WAIT, boost: "ongoing" }, 16, "boost"],
    ["an armed boost wants nothing yet", { boost: "armed" }, 12, "following_surplus"],
  ])("%s", (_case, given, currentA, code) => {
    expect(wished(given).slice(0, 2)).toEqual([currentA, code]);
  });
});

describe("charging as fast as the limits allow", () => {
  it.each<Given>([
    { mode: "none" },
    { mode: "spot", plan: CHEAP },
    { mode: "spot", plan: DUE },
    { boost: "ongoing" },
  ])("wants three phases where the box can change them: %o", (given) => {
    expect(fullWish(given).phases).toBeUndefined();
    const wallbox = { capability: { ...ONE_PHASE, canSwitchPhases: true } };
    expect(fullWish({ ...given, wallbox })).toMatchObject({ currentA: 16, phases: 3 });
  });
});

describe("surplus charging", () => {
  const dark = { surplusPowerW: undefined } as const;
  const suspect = { meterTrust: "suspect" } as const;

  it.each<[string, Given, number, string]>([
    [
      "needs a box that takes a limit",
      { wallbox: { capability: { ...ONE_PHASE, isModulating: false } } },
      0,
      "wallbox_not_modulating",
    ],
    ["pauses blind", { ...dark, sample: { meterTrust: "lost" } }, 0, "meter_lost"],
    [
      "may keep the blind current",
      { ...dark, sample: { meterTrust: "lost" }, blindCurrentA: 6 },
      6,
      "meter_lost",
    ],
    [
      "raises to no blind current",
      { ...dark, sample: { meterTrust: "lost" }, blindCurrentA: 6, setpointA: 0 },
      0,
      "meter_lost",
    ],
    ["pauses when the box is silent", { ...dark, wallbox: { chargePowerW: undefined } }, 0, "wallbox_silent"],
    [
      "may keep the blind current when the box is silent",
      { ...dark, wallbox: { chargePowerW: undefined }, blindCurrentA: 6 },
      6,
      "wallbox_silent",
    ],
    ["holds while readings do not fit", dark, 10, "settling"],
    ["holds under suspicion", { ...dark, sample: suspect }, 10, "meter_suspect"],
    ["holds a charge found running", { ...dark, state: "idle", isAdopting: true }, 10, "settling"],
    [
      "holds a charge found running under suspicion",
      { ...dark, state: "idle", isAdopting: true, sample: suspect },
      10,
      "meter_suspect",
    ],
    ["holds nothing in idle", { ...dark, state: "idle" }, 0, "settling"],
    [
      "holds nothing in commitment under suspicion",
      { ...dark, state: "commitment", sample: suspect },
      0,
      "meter_suspect",
    ],
    ["wants nothing in idle", { state: "idle" }, 0, "waiting_for_surplus"],
    [
      "wants nothing in idle although it adopts",
      { state: "idle", isAdopting: true },
      0,
      "waiting_for_surplus",
    ],
    ["wants nothing in commitment", { state: "commitment" }, 0, "proving_start"],
    ["follows the sun", {}, 12, "following_surplus"],
    [
      "stays at the minimum while a stop is proved",
      { surplusPowerW: 1_179, followed: followed(6) },
      6,
      "proving_stop",
    ],
    [
      "stays at the minimum at the stop",
      { surplusPowerW: 1_180, followed: followed(6) },
      6,
      "following_surplus",
    ],
  ])("%s", (_case, given, currentA, code) => {
    expect(wished(given).slice(0, 2)).toEqual([currentA, code]);
  });

  it("asks for all that the surplus would give, and tells what is allowed of it", () => {
    const { currentA, reason } = fullWish({ followed: followed(10, 13) });
    expect(currentA).toBe(13);
    expect(reason.text).toContain("10 A allowed");
  });

  it("follows with the phases that the surplus is worth", () => {
    const three = { ...followed(6), phases: 3 } as const;
    expect(fullWish({ followed: three })).toMatchObject({ currentA: 6, phases: 3 });
    expect(fullWish({ state: "idle" }).phases).toBeUndefined();
  });

  it("says when a start or stop is due", () => {
    expect(wished({ state: "idle" })[2]).toContain("held for 36 s");
    expect(wished({ state: "commitment", proofWh: 2.5, surplusPowerW: 1_500 })[2]).toContain(
      "Starts in 18 s",
    );
    expect(wished({ state: "commitment", surplusPowerW: 1_499 })[2]).toContain("About to start");
    expect(wished({ proofWh: 5, surplusPowerW: 1_000 })[2]).toContain("stops in 36 s");
  });

  it.each<[string, Given, number]>([
    ["is offered no more than it leaves", {}, 10],
    ["is offered less when the sun gives less", { followed: followed(8) }, 8],
    ["is offered what the sun gives after a pause", { setpointA: 0 }, 12],
  ])("a car that takes nothing %s", (_case, given, currentA) => {
    const asleep = { vehicle: "suspended_by_vehicle", chargePowerW: reading(0) } as const;
    expect(wished({ ...given, wallbox: asleep }).slice(0, 2)).toEqual([currentA, "vehicle_not_charging"]);
  });
});
