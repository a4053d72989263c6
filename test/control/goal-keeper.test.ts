import { describe, expect, it } from "vitest";
import { createGoalKeeper } from "../../src/control/goal-keeper.ts";
import type { GoalChoice } from "../../src/core/planner/goal-choice.ts";
import { createFakeStore } from "./support/fakes.ts";

const DEFAULTS = {
  days: { mon: { deadlineMinute: 300, targetSocPct: undefined } },
  energyWh: 15_000,
  battery: { capacityWh: 60_000, socPct: 50 },
};
const POLICY = {
  mon: { charge_deadline: "06:00", charge_percentage: 80 },
  sat: { charge_deadline: "09:00" },
};

describe("the keeper of goals", () => {
  it("puts the policy over the config, and what it leaves out has no deadline", () => {
    const keeper = createGoalKeeper(
      { ...DEFAULTS, days: { ...DEFAULTS.days, tue: { deadlineMinute: 1, targetSocPct: undefined } } },
      createFakeStore(),
    );
    keeper.applyPolicy(POLICY);
    expect(keeper.goal()).toEqual({
      goal: {
        ...DEFAULTS,
        days: {
          mon: { deadlineMinute: 360, targetSocPct: 80 },
          sat: { deadlineMinute: 540, targetSocPct: undefined },
        },
      },
      deadlineSource: "policy",
      aimSource: "policy",
    });
    keeper.applyPolicy(undefined);
    expect(keeper.goal()).toMatchObject({ deadlineSource: "config" });
  });

  it("puts the local choice over both, whichever came last", () => {
    const keeper = createGoalKeeper(DEFAULTS, createFakeStore());
    keeper.choose({ deadlineMinute: 420 });
    keeper.applyPolicy(POLICY);
    expect(keeper.goal().goal.days).toMatchObject({
      mon: { deadlineMinute: 420, targetSocPct: 80 },
      tue: { deadlineMinute: 420 },
      sat: { deadlineMinute: 420 },
    });
    expect(keeper.goal()).toMatchObject({ deadlineSource: "local", aimSource: "policy" });
    keeper.clear();
    expect(keeper.goal()).toMatchObject({ deadlineSource: "policy", aimSource: "policy" });
  });

  it("keeps the zone of the policy over a restart, and forgets one that nobody knows", () => {
    const store = createFakeStore();
    const timeZone = "Europe/London";
    createGoalKeeper(DEFAULTS, store).applyPolicy({ mon: { ...POLICY.mon, timeZone } });
    const again = createGoalKeeper(DEFAULTS, store);
    expect(again.goal().goal.days).toEqual({ mon: { deadlineMinute: 360, targetSocPct: 80, timeZone } });
    store.put("charge_policy", { days: { mon: { deadlineMinute: 360, timeZone: "Mars/Olympus" } } });
    expect(createGoalKeeper(DEFAULTS, store).goal().goal.days.mon?.timeZone).toBeUndefined();
  });

  it("gives the same goal until something changes, and writes nothing for a policy that is known", () => {
    const store = createFakeStore();
    const keeper = createGoalKeeper(DEFAULTS, store);
    keeper.applyPolicy(POLICY);
    const goal = keeper.goal();
    keeper.applyPolicy({ ...POLICY });
    expect(keeper.goal()).toBe(goal);
    expect(store.puts).toEqual(["charge_policy"]);
  });

  it("changes nothing by a choice that it refuses", () => {
    const store = createFakeStore();
    const keeper = createGoalKeeper({ ...DEFAULTS, battery: undefined }, store);
    expect(keeper.choose({ aim: { kind: "soc", targetSocPct: 80 } })).toMatchObject({
      reason: "battery_unknown",
    });
    expect(keeper.goal()).toMatchObject({ aimSource: "config" });
    expect(store.puts).toEqual([]);
  });

  it.each<GoalChoice>([
    { deadlineMinute: 420 },
    { days: { sun: { deadlineMinute: "none" }, mon: { deadlineMinute: 0, targetSocPct: 100 } } },
    { aim: { kind: "energy", energyWh: 9_000 } },
    { aim: { kind: "soc", targetSocPct: 90 }, battery: { socPct: 10 } },
    { battery: { capacityWh: 40_000 } },
  ])("knows %j after a restart", (choice) => {
    const store = createFakeStore();
    const before = createGoalKeeper(DEFAULTS, store);
    before.applyPolicy(POLICY);
    before.choose(choice);
    expect(createGoalKeeper(DEFAULTS, store).goal()).toEqual(before.goal());
  });

  it.each([
    7,
    null,
    "x",
    { deadlineMinute: 1_440, days: 3, aim: 1, battery: 1 },
    { deadlineMinute: -1, aim: { kind: "energy", energyWh: -1 }, battery: { capacityWh: "60" } },
    { aim: { kind: "soc", targetSocPct: 101 }, battery: { socPct: Number.NaN } },
    { aim: { kind: "other", energyWh: 5 } },
  ])("takes nothing from a store that holds %j", (stored) => {
    const store = createFakeStore();
    store.put("charge_goal", stored);
    expect(createGoalKeeper(DEFAULTS, store).goal().goal).toEqual(DEFAULTS);
  });

  it("leaves out a stored day that makes no sense", () => {
    const store = createFakeStore();
    store.put("charge_goal", {
      days: { mon: { deadlineMinute: "07:00" }, tue: { deadlineMinute: 60, targetSocPct: 200 } },
    });
    expect(createGoalKeeper(DEFAULTS, store).goal().goal.days).toEqual({
      mon: DEFAULTS.days.mon,
      tue: { deadlineMinute: 60, targetSocPct: undefined },
    });
  });
});
