import { describe, expect, it } from "vitest";
import { NO_BOOST } from "../../src/core/boost.ts";
import { initialChargeState } from "../../src/core/charge-machine.ts";
import {
  type ControlOptions,
  type ControlSnapshot,
  type ControlState,
  controlSnapshot,
  type Decision,
  decide,
  initialControlState,
  type PassInput,
} from "../../src/core/decide.ts";
import type { HeldLink } from "../../src/core/link.ts";
import { NOTHING_LEARNED } from "../../src/core/loop-delay.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { SiteSample, WallboxSample } from "../../src/core/site-sample.ts";
import { NEW_FOLLOWER } from "../../src/core/surplus-follower.ts";
import type { ChargeState } from "../../src/core/tick-report.ts";
import {
  DAY,
  limitedTo,
  NOON_WALL_MS,
  NOW_MS,
  ONE_PHASE,
  OPTIONS,
  passInput,
  reading,
  SETTINGS,
  siteSample,
  THREE_PHASE,
  WIDE_LIMITS,
} from "./support/site.ts";

interface Given {
  readonly state?: ChargeState;
  readonly proofWh?: number;
  /** What has been missed: enough to act on, upward or (below zero) downward. */
  readonly missedWh?: number;
  readonly before?: Partial<ControlState>;
  readonly link?: Partial<HeldLink>;
  readonly sample?: Partial<Omit<SiteSample, "wallbox">>;
  readonly wallbox?: Partial<WallboxSample>;
  readonly settings?: Partial<Settings>;
  readonly input?: Partial<PassInput>;
  readonly options?: Partial<ControlOptions>;
}

/** A pass in the middle of a charge with 10 A of 2 800 W of surplus, a minute after the last change. */
function passOf(given: Given): Decision {
  const before: ControlState = {
    ...initialControlState(DAY),
    machine: initialChargeState({ state: given.state ?? "active", proofWh: given.proofWh ?? 0 }),
    link: {
      kind: "held",
      setpointA: 10,
      phases: 1,
      lastChangeMs: NOW_MS - 60_000,
      adoptingUntilMs: undefined,
      ...given.link,
    },
    follower: { ...NEW_FOLLOWER, missedWh: given.missedWh ?? 100 },
    lastPassMs: NOW_MS - 1_000,
    pass: 41,
    ...given.before,
  };
  const input = passInput(siteSample(given.sample, given.wallbox), {
    settings: { ...SETTINGS, ...given.settings },
    ...given.input,
  });
  return decide(before, input, { ...OPTIONS, ...given.options });
}

describe("a pass", () => {
  it("sets the current that the surplus gives and says why", () => {
    const { setpointA, isUrgent, report, state } = passOf({});
    expect([setpointA, isUrgent]).toEqual([12, false]);
    expect(report).toEqual({
      pass: 42,
      monotonicMs: NOW_MS,
      wallMs: NOON_WALL_MS,
      mode: "hems",
      boost: "off",
      state: "active",
      uxPhase: "active",
      setpointA: 12,
      phases: 1,
      limitedBy: undefined,
      limits: [
        { name: "wallbox_rating", maxCurrentA: 16 },
        { name: "configured_maximum", maxCurrentA: 80 },
        { name: "main_fuse", maxCurrentA: expect.any(Number) },
      ],
      userMaxA: undefined,
      gridPhaseCurrentsA: undefined,
      reason: {
        code: "following_surplus",
        text: "Charging from surplus: 2\u00a0800 W available, 12 A allowed.",
        germanText: "Lädt mit Überschuss: 2\u00a0800 W verfügbar, 12 A erlaubt.",
      },
      thresholds: { asked: SETTINGS.thresholds, effective: SETTINGS.thresholds, isWidened: false },
      powers: {
        gridPowerW: -500,
        pvPowerW: 4_000,
        batteryPowerW: undefined,
        batterySocPct: undefined,
        loadPowerW: 3_500,
        chargePowerW: 2_300,
        surplusPowerW: 2_800,
      },
      ages: { gridAgeMs: 0, pvAgeMs: 0, batteryAgeMs: undefined, chargeAgeMs: 0 },
      meterTrust: "good",
      wallbox: {
        isConnected: true,
        vehicle: "charging",
        isFollowing: true,
        writesToday: 0,
        transaction: undefined,
      },
      healthWarning: undefined,
      loopDelayMs: 12_000,
      solarEnergyTodayWh: 2_300 / 3_600,
    });
    expect(state).toMatchObject({
      link: { kind: "held", setpointA: 12, phases: 1, lastChangeMs: NOW_MS, adoptingUntilMs: undefined },
      hasChargedSincePlugIn: true,
      lastPassMs: NOW_MS,
      pass: 42,
    });
  });

  it("remembers when the set point last changed", () => {
    const { state } = passOf({ sample: { gridPowerW: reading(0) } });
    expect(state.link).toMatchObject({ setpointA: 10, lastChangeMs: NOW_MS - 60_000 });
  });

  it("tells the charge that the box keeps an account of", () => {
    const transaction = { id: 7, idTag: "CARD-1", startedWallMs: undefined, energyWh: 500 };
    expect(passOf({ wallbox: { transaction } }).report.wallbox.transaction).toEqual(transaction);
  });

  it("tells battery, ages and writes", () => {
    const sample = {
      gridPowerW: reading(-500, 400),
      pvPowerW: reading(4_000, -7),
      batteryPowerW: reading(-800, 2_000),
      batterySocPct: reading(63),
    };
    const { report } = passOf({
      sample,
      wallbox: { chargePowerW: reading(2_300, 9_000) },
      input: { writesToday: 7 },
    });
    expect(report.powers).toMatchObject({ batteryPowerW: -800, batterySocPct: 63, loadPowerW: 2_700 });
    expect(report.ages).toEqual({ gridAgeMs: 400, pvAgeMs: 0, batteryAgeMs: 2_000, chargeAgeMs: 9_000 });
    expect(report.wallbox.writesToday).toBe(7);
  });

  it.each([
    ["the grid", { gridPowerW: undefined }],
    ["the sun", { pvPowerW: undefined }],
  ])("tells no load without %s", (_case, sample) => {
    expect(passOf({ sample }).report.powers.loadPowerW).toBeUndefined();
  });

  it("drops readings that are not numbers", () => {
    const { report, setpointA } = passOf({ sample: { gridPowerW: reading(Number.NaN) } });
    expect(report.powers.gridPowerW).toBeUndefined();
    expect(setpointA).toBe(10);
  });

  it("widens a band that is too narrow for the box, by its real smallest current", () => {
    const { report } = passOf({
      link: { phases: 3 },
      wallbox: { capability: { ...THREE_PHASE, minCurrentA: 6.5 } },
      input: { wallMs: 5 },
    });
    expect(report.thresholds).toEqual({
      asked: SETTINGS.thresholds,
      effective: { minExportToStartW: 7 * 690 - 200, maxImportBeforeStoppingW: 200 },
      isWidened: true,
    });
    expect(report.healthWarning).toEqual({ code: "config_divergence", sinceWallMs: 5 });
    expect(report.phases).toBe(3);
  });
});

describe("readings that do not fit together", () => {
  it.each([
    ["a meter from before the last change", { gridPowerW: reading(900, 1) }, {}],
    ["a car from before the last change", {}, { chargePowerW: reading(1_400, 1) }],
  ])("hold the current: %s", (_case, sample, wallbox) => {
    const given = { sample, wallbox, missedWh: -100, input: { lastWriteMs: NOW_MS - 12_000 } };
    expect(passOf(given).setpointA).toBe(10);
    expect(passOf({ ...given, input: { lastWriteMs: NOW_MS - 12_001 } }).setpointA).not.toBe(10);
  });

  it("are told apart by how long each takes to show a change, once that has been learned", () => {
    const echoesMs = [9_000, 8_000, 11_000, 12_000, 8_000, 9_000, 12_000, 12_000];
    const shown = (lastWriteMs: number, chargeAgeMs: number) =>
      passOf({
        before: { loopDelay: { ...NOTHING_LEARNED, echoesMs } },
        input: { lastWriteMs: NOW_MS - lastWriteMs },
        wallbox: { chargePowerW: reading(2_300, chargeAgeMs) },
      }).report.reason.code;
    expect(shown(12_000, 4_000)).toBe("following_surplus");
    expect(shown(12_000, 4_001)).toBe("settling");
    expect(shown(11_999, 0)).toBe("settling");
  });

  it("take no car that has just begun to charge for missing sun", () => {
    const begun = (agoMs: number, setpointA = 10) =>
      passOf({
        before: { chargeOnset: { kind: "seen", atMs: NOW_MS - agoMs } },
        missedWh: -100,
        link: { setpointA },
        sample: { gridPowerW: reading(9_000) },
        wallbox: { chargePowerW: reading(0) },
      });
    expect(begun(4_999)).toMatchObject({ setpointA: 10, report: { reason: { code: "settling" } } });
    expect(begun(5_000)).toMatchObject({ setpointA: 6, report: { reason: { code: "proving_stop" } } });
    expect(begun(4_999, 0).report.reason.code).toBe("proving_stop");
  });

  it("are those since the pass that saw the car begin", () => {
    const connected = passOf({ wallbox: { vehicle: "connected" } }).state;
    expect(connected.chargeOnset).toEqual({ kind: "not_charging" });
    expect(passOf({ before: connected }).state.chargeOnset).toEqual({ kind: "seen", atMs: NOW_MS });
    expect(initialControlState(DAY).chargeOnset).toEqual({ kind: "found_running" });
  });

  it("prove neither start nor stop", () => {
    const input = { lastWriteMs: NOW_MS };
    expect(passOf({ state: "commitment", proofWh: 3, input }).report.state).toBe("commitment");
    const dark = { sample: { gridPowerW: reading(9_000) } };
    const { state } = passOf({ ...dark, input });
    expect(controlSnapshot(state).machine.proofWh).toBe(0);
  });
});

describe("proofs", () => {
  it("take the configured time at 500 W for a start and 750 W for a stop, less where the case is clear and more where it is not", () => {
    const waiting = passOf({ state: "idle", sample: { gridPowerW: reading(1_000) } });
    expect(waiting.report.reason.text).toContain("held for 60 s");
    const starting = passOf({ state: "commitment", sample: { gridPowerW: reading(-9_000) } });
    expect(starting.report.reason.text).toContain("Starts in 30 s");
    const ending = passOf({ sample: { gridPowerW: reading(20_000) } });
    expect(ending.report.reason.text).toContain("stops in 23 s");
    const usually = passOf({ sample: { gridPowerW: reading(2_300 - 430) } });
    expect(usually.report.reason.text).toContain("stops in 180 s");
    const slowly = passOf({ sample: { gridPowerW: reading(1_121) } });
    expect(slowly.report.reason.text).toContain("stops in 300 s");
  });
});

describe("surplus charging is out of the question", () => {
  it.each<[string, Given]>([
    ["without steering", { settings: { mode: "none" } }],
    ["by prices alone", { settings: { mode: "spot" } }],
    ["with the meter lost", { sample: { meterTrust: "lost" } }],
    ["at a box that takes no limit", { wallbox: { capability: { ...ONE_PHASE, isModulating: false } } }],
    ["without a car", { wallbox: { vehicle: "absent" } }],
    ["after the session", { wallbox: { vehicle: "finishing" } }],
    ["at a faulted box", { wallbox: { vehicle: "faulted" } }],
    ["when the box does not say what the car draws", { wallbox: { chargePowerW: undefined } }],
  ])("%s", (_case, given) => {
    expect(passOf(given).report.state).toBe("idle");
  });

  it.each<[string, Given]>([
    ["with prices too", { settings: { mode: "hems_and_spot" } }],
    ["under suspicion", { sample: { meterTrust: "suspect" } }],
    ["with a box that does not know its car", { wallbox: { vehicle: "unknown" } }],
  ])("but not %s", (_case, given) => {
    expect(passOf(given).report.state).toBe("active");
  });

  it("when the box has been away for two minutes", () => {
    const away = (sinceMs: number): Given => ({
      wallbox: { isConnected: false },
      before: { link: { kind: "unread", sinceMs } },
    });
    expect(passOf(away(NOW_MS - 119_999)).report.state).toBe("active");
    expect(passOf(away(NOW_MS - 120_000)).report.state).toBe("idle");
  });
});

describe("a box that has not been read", () => {
  it("gets no set point and is told as such", () => {
    const away = passOf({ wallbox: { isConnected: false } });
    expect(away.setpointA).toBeUndefined();
    expect(away.isUrgent).toBe(false);
    expect(away.report).toMatchObject({
      setpointA: 0,
      limitedBy: undefined,
      reason: { code: "wallbox_disconnected" },
      healthWarning: { code: "wallbox_disconnected" },
    });
    const silent = passOf({
      before: { link: { kind: "unread", sinceMs: NOW_MS } },
      wallbox: { chargePowerW: undefined, isFollowing: false },
    });
    expect(silent.report.reason.code).toBe("starting_up");
    expect(silent.report.healthWarning).toBeUndefined();
  });

  it("does not count what it drew before", () => {
    const away = passOf({ wallbox: { isConnected: false } });
    expect(away.report.solarEnergyTodayWh).toBe(0);
  });

  /** A charge that was found running this long ago. */
  const foundAgo = (agoMs: number) => ({
    adoptedMs: NOW_MS - agoMs,
    adoptingUntilMs: NOW_MS - agoMs + OPTIONS.loopDelayMs + 30_000,
  });

  it("is adopted with what it does, and a charge that the sun bears goes on", () => {
    const found = passOf({ state: "idle", before: { link: undefined } });
    expect([found.setpointA, found.report.state]).toEqual([10, "idle"]);
    expect(found.state.link).toMatchObject(foundAgo(0));
    const shown = passOf({ state: "idle", link: foundAgo(OPTIONS.loopDelayMs), missedWh: 0 });
    expect([shown.setpointA, shown.report.state]).toEqual([10, "active"]);
    expect(shown.state.link).toMatchObject({ adoptingUntilMs: undefined });
  });

  it.each([
    ["the box was found", { link: foundAgo(OPTIONS.loopDelayMs - 1) }],
    [
      "it was written to after that",
      { link: foundAgo(20_000), input: { lastWriteMs: NOW_MS - OPTIONS.loopDelayMs + 1 } },
    ],
    [
      "it was found after that",
      { link: foundAgo(OPTIONS.loopDelayMs - 1), input: { lastWriteMs: NOW_MS - 20_000 } },
    ],
  ])("is held while what it was told last may not show yet, since %s", (_case, given: Given) => {
    const { setpointA, report } = passOf({ state: "idle", ...given });
    expect([setpointA, report.state]).toEqual([10, "idle"]);
  });

  it("takes from the grid no more than the operator allows while it is not known what it was told", () => {
    const limited: Given = {
      settings: { mode: "none" },
      input: { gridOperator: limitedTo(1_840) },
      sample: { gridPowerW: reading(200) },
    };
    expect(passOf({ ...limited, before: { link: undefined } }).setpointA).toBe(8);
    expect(passOf({ ...limited, link: foundAgo(OPTIONS.loopDelayMs) }).setpointA).toBe(16);
  });

  it("takes what the meter does not show yet for no sun under the operator's limit", () => {
    const limited: Given = {
      settings: { mode: "none" },
      input: { gridOperator: limitedTo(2_300) },
      sample: { gridPowerW: reading(200) },
    };
    const risen = (agoMs: number) =>
      passOf({ ...limited, before: { carRise: { fromW: 2_300, atMs: NOW_MS - agoMs } } }).setpointA;
    expect([risen(OPTIONS.loopDelayMs - 1), risen(OPTIONS.loopDelayMs)]).toEqual([10, 16]);
    const begun = passOf({ ...limited, before: { carRise: { fromW: 0, atMs: undefined } } });
    expect(begun.setpointA).toBe(10);
  });

  it("is held while the surplus is not known yet, and no longer than 30 s after it had time to show", () => {
    const suspect: Given = { state: "idle", sample: { meterTrust: "suspect" } };
    const adopted = passOf({ ...suspect, before: { link: undefined } });
    expect(adopted.setpointA).toBe(10);
    expect(passOf({ ...suspect, link: { adoptingUntilMs: NOW_MS + 1 } }).setpointA).toBe(10);
    expect(passOf({ ...suspect, link: { adoptingUntilMs: NOW_MS } }).setpointA).toBe(0);
  });

  it("ends a charge that the sun does not bear", () => {
    const dark: Given = {
      state: "idle",
      link: foundAgo(OPTIONS.loopDelayMs),
      sample: { gridPowerW: reading(2_000) },
    };
    expect(passOf(dark).setpointA).toBe(0);
  });
});

describe("limits in a pass", () => {
  it("bind in every mode, are named and are urgent when they force the current down", () => {
    // The exporting house leaves the car 10 / 3 A more than the fuse on each phase.
    const fuse = {
      options: { limits: { ...WIDE_LIMITS, mainFuseA: 8 } },
      sample: { gridPowerW: reading(0) },
    };
    const unsteered = passOf({ ...fuse, settings: { mode: "none" } });
    expect(unsteered).toMatchObject({ setpointA: 11, isUrgent: false, report: { limitedBy: "main_fuse" } });
    expect(passOf(fuse)).toMatchObject({ setpointA: 10, report: { limitedBy: undefined } });
    const tight = { ...fuse, options: { limits: { ...WIDE_LIMITS, configuredMaxA: 8 } } };
    const { setpointA, isUrgent, report } = passOf(tight);
    expect([setpointA, isUrgent, report.limitedBy]).toEqual([8, true, "configured_maximum"]);
    expect(report.reason.code).toBe("limited");
  });

  it("are named until the readings show what they did", () => {
    const reduced: Given = { settings: { mode: "none" }, input: { gridOperator: limitedTo(1_380) } };
    const first = passOf({ ...reduced, sample: { gridPowerW: reading(2_300) } });
    expect([first.setpointA, first.report.limitedBy]).toEqual([6, "grid_operator"]);
    expect(first.state.link).toMatchObject({ limitedBy: "grid_operator" });
    const held: Given = {
      link: { setpointA: 6, limitedBy: "grid_operator" },
      settings: { mode: "none" },
      sample: { gridPowerW: reading(1_380) },
      wallbox: { chargePowerW: reading(1_380) },
    };
    const settling = { ...held, input: { gridOperator: limitedTo(1_380), lastWriteMs: NOW_MS } };
    const { setpointA, isUrgent, report } = passOf(settling);
    expect([setpointA, isUrgent, report.limitedBy]).toEqual([6, false, "grid_operator"]);
    expect(report.reason.text).toContain("by the grid operator");
    expect(passOf(held)).toMatchObject({ setpointA: 16, report: { limitedBy: undefined } });
    const unlimited = { ...settling, link: { setpointA: 6 } };
    expect(passOf(unlimited)).toMatchObject({ setpointA: 6, report: { limitedBy: undefined } });
    const paused = { ...settling, settings: { mode: "spot" as const } };
    expect(passOf(paused)).toMatchObject({ setpointA: 0, report: { limitedBy: undefined } });
  });

  it("take the user's maximum", () => {
    const { setpointA, report } = passOf({ settings: { maxCurrentA: 7 } });
    expect([setpointA, report.limitedBy]).toEqual([7, "user_maximum"]);
  });

  it("are not urgent where the wish is already lower", () => {
    const given: Given = {
      missedWh: -100,
      sample: { gridPowerW: reading(900) },
      options: { limits: { ...WIDE_LIMITS, configuredMaxA: 8 } },
    };
    expect(passOf(given)).toMatchObject({ setpointA: 6, isUrgent: false, report: { limitedBy: undefined } });
  });

  it("are not urgent where they only stay", () => {
    const given: Given = {
      link: { setpointA: 8 },
      options: { limits: { ...WIDE_LIMITS, configuredMaxA: 8 } },
    };
    expect(passOf({ ...given, settings: { mode: "none" } })).toMatchObject({
      setpointA: 8,
      isUrgent: false,
      report: { limitedBy: "configured_maximum" },
    });
  });

  it("act although the last change is on its way", () => {
    const given: Given = {
      input: { lastWriteMs: NOW_MS },
      options: { limits: { ...WIDE_LIMITS, configuredMaxA: 8 } },
    };
    expect(passOf(given)).toMatchObject({
      setpointA: 8,
      isUrgent: true,
      report: { limitedBy: "configured_maximum" },
    });
  });

  it("are named where the sun would give more than the configured maximum", () => {
    const capped = { limits: { ...WIDE_LIMITS, configuredMaxA: 11 } };
    const { report, setpointA, isUrgent } = passOf({ options: capped });
    expect([setpointA, isUrgent, report.limitedBy]).toEqual([11, false, "configured_maximum"]);
    expect(report.reason.text).toBe("Limited to 11 A by the configured maximum.");
    const enough = passOf({ options: capped, sample: { gridPowerW: reading(-200) } });
    expect(enough).toMatchObject({ setpointA: 11, report: { limitedBy: undefined } });
  });

  it("are named while they hold the current, not while something else does", () => {
    const capped = { limits: { ...WIDE_LIMITS, configuredMaxA: 13 } };
    const boosted: Given = { settings: { mode: "none" }, options: capped };
    expect(passOf(boosted).report.limitedBy).toBe("configured_maximum");
    const paused = passOf({ ...boosted, link: { setpointA: 0, lastChangeMs: NOW_MS - 59_999 } });
    expect(paused).toMatchObject({
      setpointA: 0,
      report: { limitedBy: undefined, reason: { code: "unsteered" } },
    });
  });

  it("name what binds a held current although the wish is lower still", () => {
    const given: Given = {
      link: { setpointA: 16 },
      sample: { gridPowerW: reading(2_300) },
      wallbox: { chargePowerW: reading(3_680, 1) },
      input: { lastWriteMs: NOW_MS - 12_000 },
      options: { limits: { ...WIDE_LIMITS, configuredMaxA: 13 } },
    };
    expect(passOf({ ...given, link: { setpointA: 13 } }).report.limitedBy).toBeUndefined();
    expect(passOf(given)).toMatchObject({ setpointA: 13, report: { limitedBy: "configured_maximum" } });
  });

  it("explain a blind gateway less than the loss itself", () => {
    const blind: Given = { sample: { meterTrust: "lost" }, options: { blindCurrentA: 10 } };
    expect(passOf(blind)).toMatchObject({
      setpointA: 6,
      report: { limitedBy: "failsafe", reason: { code: "meter_lost" } },
    });
  });

  it("use the meter as soon as it shows the set point, before the wallbox does", () => {
    const given: Given = {
      sample: { gridPhaseCurrentsA: reading([20, 0, 0] as const) },
      wallbox: { chargePowerW: reading(2_990, 20_000) },
      options: { limits: { ...WIDE_LIMITS, mainFuseA: 18 } },
    };
    expect(passOf({ ...given, input: { lastWriteMs: NOW_MS - 12_000 } }).setpointA).toBe(8);
    expect(passOf({ ...given, input: { lastWriteMs: NOW_MS - 11_999 } }).setpointA).toBe(10);
  });
});

describe("a blind gateway that may go on", () => {
  it.each<[string, Given]>([
    ["without its meter", { sample: { meterTrust: "lost", gridPowerW: undefined } }],
    ["without the car's power", { wallbox: { chargePowerW: undefined } }],
  ])("goes down to the blind current at once %s", (_case, given) => {
    const options = { blindCurrentA: 7, limits: { ...WIDE_LIMITS, failsafeCurrentA: 9 } };
    expect(passOf({ ...given, options, input: { lastWriteMs: NOW_MS } }).setpointA).toBe(7);
  });
});

describe("phases in a pass", () => {
  const both = { ...ONE_PHASE, canSwitchPhases: true };
  const regret = { follower: { ...NEW_FOLLOWER, switchDay: DAY, phaseGainW: 10_000 } };
  const rich: Given = {
    before: regret,
    link: { setpointA: 16, lastChangeMs: NOW_MS - 60_000 },
    sample: { gridPowerW: reading(-3_220) },
    wallbox: { capability: both, chargePowerW: reading(3_680) },
  };

  it("change with the current that fits them, whatever changed last", () => {
    const { setpointA, phases, report, state } = passOf(rich);
    expect([setpointA, phases, report.phases]).toEqual([10, 3, 3]);
    expect(state.link).toMatchObject({ setpointA: 10, phases: 3, lastChangeMs: NOW_MS });
    expect(state.follower).toMatchObject({ switchesToday: 1, lastSwitchMs: NOW_MS });
    const poor: Given = {
      ...rich,
      link: { setpointA: 6, phases: 3, lastChangeMs: NOW_MS },
      sample: { gridPowerW: reading(1_840) },
      wallbox: { capability: { ...both, phases: 3 }, chargePowerW: reading(4_140) },
    };
    expect(passOf(poor)).toMatchObject({ setpointA: 10, phases: 1 });
  });

  it("are a change even where the current stays the same", () => {
    const { state } = passOf({ ...rich, link: { setpointA: 10 } });
    expect(state.link).toMatchObject({ setpointA: 10, phases: 3, lastChangeMs: NOW_MS });
  });

  it.each<[string, Given]>([
    ["at a box that does not follow", { wallbox: { ...rich.wallbox, isFollowing: false } }],
    ["beyond the day's writes", { input: { writesToday: 400 } }],
    ["while readings do not fit", { input: { lastWriteMs: NOW_MS } }],
    ["under suspicion", { sample: { ...rich.sample, meterTrust: "suspect" } }],
    ["at a box that cannot", { wallbox: { ...rich.wallbox, capability: ONE_PHASE } }],
  ])("do not change %s", (_case, given) => {
    expect(passOf({ ...rich, ...given })).toMatchObject({
      phases: 1,
      state: { follower: { switchesToday: 0 } },
    });
  });

  it("count for what the configured maximum leaves of them", () => {
    const capped: Given = { ...rich, options: { limits: { ...WIDE_LIMITS, configuredMaxA: 6 } } };
    const { state } = passOf({ ...capped, before: {}, link: { setpointA: 6 } });
    // 4 140 W on three phases against 1 380 W on one.
    expect(state.follower.phaseGainW).toBeCloseTo(2_760 / 300, 9);
  });

  it("end a pause like any start: it has to be long enough", () => {
    const paused = (sinceMs: number) =>
      passOf({ ...rich, link: { setpointA: 0, lastChangeMs: NOW_MS - sinceMs } });
    expect(paused(59_999)).toMatchObject({ setpointA: 0 });
    expect(paused(60_000)).toMatchObject({ setpointA: 10, phases: 3 });
  });

  it("under way let nothing be judged", () => {
    const switching: Given = {
      ...rich,
      before: {},
      link: { setpointA: 10, phases: 3, lastChangeMs: NOW_MS - 5_000 },
    };
    const { setpointA, phases, report } = passOf(switching);
    expect([setpointA, phases, report.reason.code]).toEqual([10, 3, "settling"]);
  });

  it("need the smallest band: one phase is what can be switched on", () => {
    const wallbox = { capability: { ...both, phases: 3 as const } };
    expect(passOf({ wallbox, link: { phases: 3 } }).report.thresholds.isWidened).toBe(false);
  });

  it("are three for a boost, and forgotten misses are forgotten", () => {
    const { phases, state } = passOf({ ...rich, before: { boost: { state: "ongoing", hasDrawn: true } } });
    expect(phases).toBe(3);
    expect(state.follower.missedWh).toBe(0);
    const waiting = passOf({ state: "idle", missedWh: 1.5 });
    expect(waiting.state.follower.missedWh).toBe(0);
    const away = passOf({ missedWh: 1.5, wallbox: { isConnected: false } });
    expect(away.state.follower.missedWh).toBe(0);
    expect(away.phases).toBe(1);
  });
});

describe("pace in a pass", () => {
  it("raises nothing beyond the day's writes", () => {
    expect(passOf({ input: { writesToday: 399 } }).setpointA).toBe(12);
    expect(passOf({ input: { writesToday: 400 } }).setpointA).toBe(10);
  });

  it("raises nothing while another controller changes the limit of the box, and says so", () => {
    const { setpointA, report } = passOf({ wallbox: { isContested: true } });
    expect([setpointA, report.reason.code]).toEqual([10, "wallbox_contested"]);
  });

  it("raises nothing while the box does not follow, and says so", () => {
    const { setpointA, report } = passOf({ wallbox: { isFollowing: false } });
    expect([setpointA, report.reason.code]).toEqual([10, "wallbox_not_following"]);
  });

  it("raises not twice in a row", () => {
    expect(passOf({ link: { lastChangeMs: NOW_MS - 999 } }).setpointA).toBe(10);
  });
});

describe("what lasts", () => {
  it("the boost, once the pass has judged it", () => {
    const { state, report, setpointA } = passOf({
      state: "idle",
      before: { boost: { state: "armed", hasDrawn: false } },
    });
    expect([state.boost, report.boost, setpointA]).toEqual([
      { state: "ongoing", hasDrawn: false },
      "ongoing",
      16,
    ]);
  });

  it("that the car has charged since it was plugged in", () => {
    const idle: Given = { state: "idle", sample: { gridPowerW: reading(5_000) } };
    const charged = { hasChargedSincePlugIn: true };
    expect(passOf(idle).report.uxPhase).toBe("idle");
    expect(passOf({ ...idle, before: charged }).report.uxPhase).toBe("paused");
    expect(passOf({ ...idle, before: charged, wallbox: { vehicle: "absent" } }).report.uxPhase).toBe("idle");
    expect(passOf({ ...idle, before: charged, wallbox: { isConnected: false } }).report.uxPhase).toBe(
      "paused",
    );
  });

  it("the day's solar energy, which the first pass cannot know the time of", () => {
    const solar = { day: DAY, energyWh: 500 };
    expect(passOf({ before: { solar } }).report.solarEnergyTodayWh).toBeCloseTo(500 + 2_300 / 3_600, 9);
    expect(passOf({ before: { solar, lastPassMs: undefined } }).report.solarEnergyTodayWh).toBe(500);
    expect(passOf({ before: { solar }, input: { day: "2022-03-20" } }).report.solarEnergyTodayWh).toBeCloseTo(
      2_300 / 3_600,
      9,
    );
  });

  it("when a warning began", () => {
    const conditions = { wallbox_disconnected: 7 };
    const away = passOf({ before: { conditions }, wallbox: { isConnected: false } });
    expect(away.report.healthWarning).toEqual({ code: "wallbox_disconnected", sinceWallMs: 7 });
    const lost = passOf({ input: { meterLostForMs: 1 } });
    expect(lost.report.healthWarning?.code).toBe("inverter_data_stale");
  });
});

describe("a restart", () => {
  it("begins with nothing", () => {
    const state = initialControlState(DAY);
    expect(controlSnapshot(state)).toEqual({
      machine: { state: "idle", proofWh: 0 },
      boost: NO_BOOST,
      hasChargedSincePlugIn: false,
      solar: { day: DAY, energyWh: 0 },
      echoesMs: [],
    });
    expect(state).toMatchObject({ link: undefined, conditions: {}, lastPassMs: undefined, pass: 0 });
  });

  it("takes up what was stored", () => {
    const snapshot: ControlSnapshot = {
      machine: { state: "active", proofWh: 3 },
      boost: { state: "armed", hasDrawn: false },
      hasChargedSincePlugIn: true,
      solar: { day: "2022-03-18", energyWh: 400 },
      echoesMs: [8_000, 31_000],
    };
    expect(controlSnapshot(initialControlState(DAY, snapshot))).toEqual(snapshot);
  });
});
