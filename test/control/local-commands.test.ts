import { describe, expect, it } from "vitest";
import { createGoalKeeper } from "../../src/control/goal-keeper.ts";
import { createLocalCommands } from "../../src/control/local-commands.ts";
import { createSettingsKeeper } from "../../src/control/settings-keeper.ts";
import type { BoostState } from "../../src/core/settings.ts";
import type { VehicleState } from "../../src/core/site-sample.ts";
import type { TickReport } from "../../src/core/tick-report.ts";
import type { SettingsChange } from "../../src/ports/settings.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";
import { createFakeStore } from "./support/fakes.ts";
import { DEFAULT_SETTINGS } from "./support/rig.ts";

function setUp(report?: Partial<TickReport>, wallboxNames: readonly string[] = ["wallbox"]) {
  const settings = createSettingsKeeper(DEFAULT_SETTINGS, { store: createFakeStore(), log: silentLog });
  const queued: SettingsChange[] = [];
  const boosts: BoostState[] = [];
  const named: [BoostState, string][] = [];
  const deps = {
    settings,
    latest: () => (report === undefined ? undefined : sampleReport(report)),
    requestBoost(boost: BoostState, wallboxName: string) {
      boosts.push(boost);
      named.push([boost, wallboxName]);
    },
    wallboxNames,
    configuredMaxA: 16,
    chargePlans: new Map(wallboxNames.map((name) => [name, createGoalKeeper(GOAL, createFakeStore())])),
  };
  const changes = { queue: (change: SettingsChange) => void queued.push(change) };
  return {
    settings,
    queued,
    boosts,
    named,
    chargePlans: deps.chargePlans,
    commands: createLocalCommands({ ...deps, changes }),
    offline: createLocalCommands({ ...deps, changes: undefined }),
  };
}

const GOAL = { days: {}, energyWh: 15_000, battery: undefined };
const { wallbox } = sampleReport();

describe("a change of mode or thresholds", () => {
  it("counts from the next pass on and goes to the partner", () => {
    const { commands, settings, queued } = setUp();
    expect(commands.setMode("spot")).toEqual({ ok: true });
    expect(commands.setThresholds({ minExportToStartW: 900 })).toEqual({ ok: true });
    expect(settings.current()).toEqual({
      mode: "spot",
      thresholds: { minExportToStartW: 900, maxImportBeforeStoppingW: 200 },
      maxCurrentA: undefined,
    });
    expect(queued).toEqual([{ mode: "spot" }, { minExportToStartW: 900 }]);
  });

  it("needs no partner", () => {
    const { offline, settings } = setUp();
    expect(offline.setMode("none")).toEqual({ ok: true });
    expect(offline.setThresholds({ maxImportBeforeStoppingW: 50_000 })).toEqual({ ok: true });
    expect(settings.current()).toMatchObject({
      mode: "none",
      thresholds: { maxImportBeforeStoppingW: 50_000 },
    });
  });

  it.each([-1, 50_001, 0.5, Number.NaN])("of %d W is refused and changes nothing", (watts) => {
    const { commands, settings, queued } = setUp();
    const outcome = commands.setThresholds({ minExportToStartW: 900, maxImportBeforeStoppingW: watts });
    expect(outcome).toMatchObject({ ok: false, reason: "out_of_range" });
    expect(settings.current()).toEqual(DEFAULT_SETTINGS);
    expect(queued).toEqual([]);
  });
});

describe("a cap", () => {
  it.each([6, 16, undefined])("of %s A is taken, and is no business of the partner", (currentA) => {
    const { commands, settings, queued } = setUp();
    expect(commands.setMaxCurrent(currentA)).toEqual({ ok: true });
    expect(settings.current().maxCurrentA).toBe(currentA);
    expect(queued).toEqual([]);
  });

  it.each([5.9, 16.1, Number.NaN])("of %d A is refused", (currentA) => {
    const { commands, settings } = setUp();
    expect(commands.setMaxCurrent(currentA)).toMatchObject({ ok: false, reason: "out_of_range" });
    expect(settings.current().maxCurrentA).toBeUndefined();
  });
});

describe("a boost", () => {
  it("starts at once with a car", () => {
    const { commands, boosts } = setUp({});
    expect(commands.startBoost()).toEqual({ ok: true });
    expect(boosts).toEqual(["ongoing"]);
  });

  it("is armed without one", () => {
    const { commands, boosts } = setUp({ wallbox: { ...wallbox, vehicle: "absent" } });
    expect(commands.startBoost()).toEqual({ ok: true });
    expect(boosts).toEqual(["armed"]);
  });

  it.each<[string, string, Partial<TickReport> | undefined]>([
    ["before the first pass", "no_active_session", undefined],
    ["while one goes on", "already_charging", { boost: "ongoing" }],
    ["for a full car", "fully_charged", { wallbox: { ...wallbox, vehicle: "suspended_by_vehicle" } }],
  ])("is refused %s", (_case, reason, report) => {
    const { commands, boosts } = setUp(report);
    expect(commands.startBoost()).toMatchObject({ ok: false, reason });
    expect(boosts).toEqual([]);
  });

  it("may wake a car that is offered nothing", () => {
    const { commands } = setUp({ setpointA: 0, wallbox: { ...wallbox, vehicle: "suspended_by_vehicle" } });
    expect(commands.startBoost()).toEqual({ ok: true });
  });

  it("can be cancelled at any time", () => {
    const { commands, boosts } = setUp();
    expect(commands.cancelBoost()).toEqual({ ok: true });
    expect(boosts).toEqual(["off"]);
  });
});

describe("a boost with two boxes", () => {
  const [box] = sampleReport().wallboxes;
  if (box === undefined) throw new Error("there is a box");
  const house = (garage: VehicleState, yard: VehicleState) =>
    setUp(
      {
        wallboxes: [
          { ...box, name: "garage", wallbox: { ...box.wallbox, vehicle: garage } },
          { ...box, name: "yard", wallbox: { ...box.wallbox, vehicle: yard } },
        ],
      },
      ["garage", "yard"],
    );

  it("goes to the box that is named, or else to the only one with a car", () => {
    const { commands, named } = house("absent", "connected");
    expect(commands.startBoost("garage")).toEqual({ ok: true });
    expect(commands.startBoost()).toEqual({ ok: true });
    expect(named).toEqual([
      ["armed", "garage"],
      ["ongoing", "yard"],
    ]);
  });

  it.each<[VehicleState, VehicleState]>([
    ["connected", "charging"],
    ["absent", "absent"],
  ])("asks which box while their cars are %s and %s", (garage, yard) => {
    const { commands, named } = house(garage, yard);
    expect(commands.startBoost()).toMatchObject({ ok: false, reason: "wallbox_needed" });
    expect(named).toEqual([]);
  });

  it("is cancelled at the box that is named, or at all", () => {
    const { commands, named } = house("charging", "charging");
    expect(commands.cancelBoost("yard")).toEqual({ ok: true });
    expect(commands.cancelBoost()).toEqual({ ok: true });
    expect(named.map(([, name]) => name)).toEqual(["yard", "garage", "yard"]);
  });

  it("names the boxes to one who asks for another", () => {
    const { commands } = house("charging", "charging");
    const refusal = { ok: false, reason: "unknown_wallbox", detail: expect.stringContaining("garage, yard") };
    expect(commands.startBoost("cellar")).toEqual(refusal);
    expect(commands.cancelBoost("cellar")).toEqual(refusal);
  });
});

describe("a charge plan", () => {
  const choice = { aim: { kind: "energy", energyWh: 20_000 } } as const;

  function energies(chargePlans: ReturnType<typeof setUp>["chargePlans"]) {
    return [...chargePlans.values()].map((keeper) => keeper.goal().goal.energyWh);
  }

  it("is chosen at the box that is named, or at every one, and taken back", () => {
    const { commands, chargePlans } = setUp({}, ["garage", "yard"]);
    expect(commands.setChargePlan(choice, "yard")).toEqual({ ok: true });
    expect(energies(chargePlans)).toEqual([15_000, 20_000]);
    expect(commands.setChargePlan(choice)).toEqual({ ok: true });
    expect(energies(chargePlans)).toEqual([20_000, 20_000]);
    expect(commands.setChargePlan(undefined, "garage")).toEqual({ ok: true });
    expect(energies(chargePlans)).toEqual([15_000, 20_000]);
  });

  it("is refused with the reason", () => {
    const { commands } = setUp({}, ["garage"]);
    const soc = { aim: { kind: "soc", targetSocPct: 80 } } as const;
    expect(commands.setChargePlan(soc)).toMatchObject({ ok: false, reason: "battery_unknown" });
    expect(commands.setChargePlan(choice, "yard")).toMatchObject({ ok: false, reason: "unknown_wallbox" });
  });
});
