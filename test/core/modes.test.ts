import { describe, expect, it } from "vitest";
import { NO_BOOST } from "../../src/core/boost.ts";
import { type ControlState, decide, initialControlState } from "../../src/core/decide.ts";
import type { PlanStance } from "../../src/core/planner/plan-advice.ts";
import type { BoostState, ChargingMode } from "../../src/core/settings.ts";
import type { MeterTrust, SiteSample, VehicleState } from "../../src/core/site-sample.ts";
import { powerW } from "../../src/core/units.ts";
import { sampleAdvice } from "../support/sample-advice.ts";
import { DAY, NOW_MS, ONE_PHASE, OPTIONS, passInput, reading, SETTINGS, siteSample } from "./support/site.ts";

interface Situation {
  readonly mode: ChargingMode;
  readonly vehicle?: VehicleState;
  readonly stance?: PlanStance;
  readonly boost?: BoostState;
  readonly trust?: MeterTrust;
  /** `unread`: the box is there, and has told nothing since. */
  readonly link?: "held" | "away" | "unread";
  /** The house without the car, W: import > 0. */
  readonly houseW?: number;
}

const PASS_MS = 5_000;
/** Ten minutes: every proof, pause and adoption is over. */
const PASSES = 120;

/** Pass `pass` of a situation that has come about, with a car that draws at once what it may. */
function sampleAt(given: Situation, pass: number, setpointA: number): SiteSample {
  const { vehicle = "charging", trust = "good", link = "held", houseW = -3_000 } = given;
  const nowMs = NOW_MS + pass * PASS_MS;
  const isAway = pass > 0 && link === "away";
  const drawnW = vehicle === "charging" ? powerW(setpointA, 1) : 0;
  // Ten seconds in which all is well let the box be read.
  const meterTrust = pass < 2 ? "good" : trust;
  return siteSample(
    {
      nowMs,
      meterTrust,
      gridPowerW: meterTrust === "lost" ? undefined : reading(houseW + drawnW, 0, nowMs),
    },
    {
      vehicle: isAway ? "unknown" : vehicle,
      isConnected: !isAway,
      capability: ONE_PHASE,
      chargePowerW: isAway || link === "unread" ? undefined : reading(drawnW, 0, nowMs),
    },
  );
}

/** What a car has that came to rest in a situation: set point, reason, phase for the user. */
function atRest(given: Situation): readonly [number, string, string] {
  const { mode, stance, boost = "off" } = given;
  const settings = { ...SETTINGS, mode };
  const plan = stance === undefined ? undefined : sampleAdvice({ stance });
  let state: ControlState = initialControlState(DAY);
  let last: readonly [number, string, string] = [0, "", ""];
  for (let pass = 0; pass < PASSES; pass++) {
    if (pass === 2 && boost !== "off") state = { ...state, boost: { ...NO_BOOST, state: boost } };
    const decision = decide(state, passInput(sampleAt(given, pass, last[0]), { settings, plan }), OPTIONS);
    state = decision.state;
    const { setpointA, reason, uxPhase } = decision.report;
    last = [setpointA, reason.code, uxPhase];
  }
  return last;
}

const SUN: Situation = { mode: "hems" };
const DARK: Situation = { mode: "hems", houseW: 500 };
const BOTH: Situation = { mode: "hems_and_spot", stance: "wait" };
const SPOT: Situation = { mode: "spot", stance: "wait" };
const NONE: Situation = { mode: "none" };

describe("a car that charges, with good sight", () => {
  it.each<[Situation, number, string, string]>([
    [NONE, 16, "unsteered", "off"],
    [SPOT, 0, "waiting_for_cheap_slot", "off"],
    [{ ...SPOT, stance: "cheap" }, 16, "cheap_slot", "off"],
    [{ ...SPOT, stance: "due" }, 16, "deadline_due", "off"],
    [{ ...SPOT, stance: "no_prices" }, 0, "no_prices", "off"],
    [{ mode: "spot" }, 0, "no_prices", "off"],
    [SUN, 13, "following_surplus", "active"],
    [DARK, 0, "waiting_for_surplus", "idle"],
    [{ ...SUN, stance: "cheap" }, 13, "following_surplus", "active"],
    [BOTH, 13, "following_surplus", "active"],
    [{ ...BOTH, houseW: 500 }, 0, "waiting_for_surplus", "idle"],
    [{ ...BOTH, stance: "cheap", houseW: 500 }, 16, "cheap_slot", "idle"],
    [{ ...BOTH, stance: "due" }, 16, "deadline_due", "active"],
    [{ ...BOTH, stance: "no_prices" }, 13, "following_surplus", "active"],
  ])("%j: %d A, %s, %s", (given, setpointA, code, uxPhase) => {
    expect(atRest(given)).toEqual([setpointA, code, uxPhase]);
  });
});

const EVERY_MODE: readonly Situation[] = [
  NONE,
  SPOT,
  { ...SPOT, stance: "cheap" },
  { ...SPOT, stance: "due" },
  { ...SPOT, stance: "no_prices" },
  SUN,
  DARK,
  BOTH,
  { ...BOTH, stance: "cheap" },
  { ...BOTH, stance: "due" },
];
const EVERY_TRUST: readonly MeterTrust[] = ["good", "suspect", "lost"];

describe.each(EVERY_TRUST)("whatever the mode, with a meter that is %s", (trust) => {
  it.each<[VehicleState, string]>([
    ["absent", "no_vehicle"],
    ["finishing", "session_ended"],
    ["faulted", "wallbox_faulted"],
  ])("a car that is %s gets nothing: %s", (vehicle, code) => {
    for (const given of EVERY_MODE) {
      for (const boost of ["off", "armed"] as const) {
        expect(atRest({ ...given, vehicle, trust, boost }).slice(0, 2)).toEqual([0, code]);
      }
    }
  });

  it("a box that is away or has told nothing gets nothing", () => {
    for (const given of EVERY_MODE) {
      for (const boost of ["off", "armed", "ongoing"] as const) {
        expect(atRest({ ...given, trust, boost, link: "away" }).slice(0, 2)).toEqual([
          0,
          "wallbox_disconnected",
        ]);
        expect(atRest({ ...given, trust, boost, link: "unread" }).slice(0, 2)).toEqual([0, "starting_up"]);
      }
    }
  });

  it("a boost goes before every mode, as far as the meter allows", () => {
    for (const given of EVERY_MODE) {
      const expected = {
        good: [16, "boost"],
        suspect: [0, "meter_suspect"],
        lost: [6, "limited"],
      }[trust];
      expect(atRest({ ...given, houseW: 500, trust, boost: "ongoing" }).slice(0, 2)).toEqual(expected);
    }
  });

  it("an armed boost begins with a car that is there", () => {
    const [setpointA] = atRest({ ...SPOT, vehicle: "connected", trust, boost: "armed" });
    expect(setpointA).toBe({ good: 16, suspect: 0, lost: 6 }[trust]);
  });
});

describe("a car that takes nothing", () => {
  it.each<[VehicleState, Situation, number, string]>([
    ["connected", NONE, 16, "unsteered"],
    ["connected", { ...SPOT, stance: "cheap" }, 16, "cheap_slot"],
    ["connected", SUN, 13, "following_surplus"],
    ["suspended_by_wallbox", SUN, 13, "following_surplus"],
    ["suspended_by_vehicle", NONE, 16, "unsteered"],
    ["suspended_by_vehicle", { ...SPOT, stance: "due" }, 16, "deadline_due"],
    ["suspended_by_vehicle", SPOT, 0, "waiting_for_cheap_slot"],
    ["suspended_by_vehicle", SUN, 13, "vehicle_not_charging"],
    ["suspended_by_vehicle", DARK, 0, "waiting_for_surplus"],
  ])("because it is %s, %j: %d A, %s", (vehicle, given, setpointA, code) => {
    expect(atRest({ ...given, vehicle }).slice(0, 2)).toEqual([setpointA, code]);
  });
});

describe("without good sight", () => {
  it.each<[Situation, number, string]>([
    [NONE, 0, "meter_suspect"],
    [SPOT, 0, "waiting_for_cheap_slot"],
    [{ ...SPOT, stance: "cheap" }, 0, "meter_suspect"],
    [{ ...SPOT, stance: "due" }, 0, "meter_suspect"],
    [{ ...SPOT, stance: "no_prices" }, 0, "no_prices"],
    [SUN, 0, "meter_suspect"],
    [BOTH, 0, "meter_suspect"],
    [{ ...BOTH, stance: "cheap" }, 0, "meter_suspect"],
  ])("under suspicion nothing begins, %j: %d A, %s", (given, setpointA, code) => {
    expect(atRest({ ...given, trust: "suspect" }).slice(0, 2)).toEqual([setpointA, code]);
  });

  it.each<[Situation, number, string, string]>([
    [NONE, 6, "limited", "off"],
    [SPOT, 0, "waiting_for_cheap_slot", "off"],
    [{ ...SPOT, stance: "cheap" }, 6, "limited", "off"],
    [{ ...SPOT, stance: "due" }, 6, "limited", "off"],
    [{ ...SPOT, stance: "no_prices" }, 0, "no_prices", "off"],
    [SUN, 0, "meter_lost", "unavailable"],
    [BOTH, 0, "meter_lost", "unavailable"],
    [{ ...BOTH, stance: "cheap" }, 6, "limited", "unavailable"],
    [{ ...BOTH, stance: "due" }, 6, "limited", "unavailable"],
  ])("blind only what needs no meter goes on, %j: %d A, %s, %s", (given, setpointA, code, uxPhase) => {
    expect(atRest({ ...given, trust: "lost" })).toEqual([setpointA, code, uxPhase]);
  });
});
