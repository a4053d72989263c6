import { describe, expect, it } from "vitest";
import type { ChargeGoal } from "../../src/core/planner/charge-goal.ts";
import {
  choiceProblem,
  type GoalChoice,
  mergedChoice,
  sourcedGoal,
  USUAL_ARRIVAL_SOC_PCT,
} from "../../src/core/planner/goal-choice.ts";
import { WEEKDAYS } from "../../src/core/planner/local-time.ts";

const BASE: ChargeGoal = {
  days: {
    mon: { deadlineMinute: 420, targetSocPct: 80 },
    sat: { deadlineMinute: 540, targetSocPct: undefined },
  },
  energyWh: 15_000,
  battery: { capacityWh: 60_000, socPct: 40 },
};
const NO_DAYS: ChargeGoal = { days: {}, energyWh: 15_000, battery: undefined };

function chosen(choice: GoalChoice, base: ChargeGoal = BASE) {
  return sourcedGoal(base, [{ source: "local", choice }]);
}

describe("a choice over a goal", () => {
  it("leaves everything as it is where it names nothing", () => {
    expect(chosen({})).toEqual({ goal: BASE, deadlineSource: "config", aimSource: "config" });
  });

  it("gives every day its deadline and keeps the targets beneath", () => {
    const { goal, deadlineSource, aimSource } = chosen({ deadlineMinute: 360 });
    expect(Object.keys(goal.days)).toEqual([...WEEKDAYS]);
    expect(goal.days.mon).toEqual({ deadlineMinute: 360, targetSocPct: 80 });
    expect(goal.days.tue).toEqual({ deadlineMinute: 360, targetSocPct: undefined });
    expect([deadlineSource, aimSource]).toEqual(["local", "config"]);
  });

  it("names single days and takes the deadline from others", () => {
    const { goal, deadlineSource, aimSource } = chosen({
      days: { mon: { deadlineMinute: "none" }, tue: { deadlineMinute: 0, targetSocPct: 100 } },
    });
    expect(goal.days).toEqual({ tue: { deadlineMinute: 0, targetSocPct: 100 }, sat: BASE.days.sat });
    expect([deadlineSource, aimSource]).toEqual(["local", "local"]);
  });

  it("brings its zone along with each time, and leaves the zone of a time that stays", () => {
    const london = { deadlineMinute: 360, targetSocPct: 70, timeZone: "Europe/London" };
    const base: ChargeGoal = { ...BASE, days: { mon: london, tue: london } };
    const zones = (choice: GoalChoice) => {
      const { days } = chosen(choice, base).goal;
      return [days.mon?.timeZone, days.tue?.timeZone];
    };
    expect(zones({ aim: { kind: "soc", targetSocPct: 90 } })).toEqual(["Europe/London", "Europe/London"]);
    expect(zones({ deadlineMinute: 420 })).toEqual([undefined, undefined]);
    const mon = { deadlineMinute: 420, timeZone: "America/New_York" };
    expect(zones({ days: { mon } })).toEqual(["America/New_York", "Europe/London"]);
    expect(zones({ days: { mon: { deadlineMinute: 420 } } })).toEqual([undefined, "Europe/London"]);
    const kept = mergedChoice({ days: { mon } }, { aim: { kind: "soc", targetSocPct: 90 } });
    expect(kept.days).toEqual({ mon });
  });

  it("aims at an energy instead of every target", () => {
    const { goal, deadlineSource, aimSource } = chosen({ aim: { kind: "energy", energyWh: 9_000 } });
    expect(goal.energyWh).toBe(9_000);
    expect(goal.days.mon).toEqual({ deadlineMinute: 420, targetSocPct: undefined });
    expect([deadlineSource, aimSource]).toEqual(["config", "local"]);
  });

  it("aims at one state of charge on every day with a deadline", () => {
    const { goal } = chosen({ aim: { kind: "soc", targetSocPct: 90 } });
    expect(goal.days).toEqual({
      mon: { deadlineMinute: 420, targetSocPct: 90 },
      sat: { deadlineMinute: 540, targetSocPct: 90 },
    });
    expect(goal.energyWh).toBe(15_000);
  });

  it.each([
    [BASE, { socPct: 20 }, { capacityWh: 60_000, socPct: 20 }],
    [BASE, { capacityWh: 77_000 }, { capacityWh: 77_000, socPct: 40 }],
    [NO_DAYS, { capacityWh: 77_000 }, { capacityWh: 77_000, socPct: USUAL_ARRIVAL_SOC_PCT }],
    [NO_DAYS, { socPct: 20 }, undefined],
  ])("completes the battery of %j by %j", (base, battery, expected) => {
    expect(chosen({ battery }, base).goal.battery).toEqual(expected);
  });

  it("is stronger than the policy, which is stronger than the config", () => {
    const policy = {
      source: "policy",
      choice: { deadlineMinute: 300, aim: { kind: "soc", targetSocPct: 70 } },
    } as const;
    const local = { source: "local", choice: { deadlineMinute: 330 } } as const;
    const sourced = sourcedGoal(BASE, [policy, local]);
    expect(sourced.goal.days.wed).toEqual({ deadlineMinute: 330, targetSocPct: 70 });
    expect([sourced.deadlineSource, sourced.aimSource]).toEqual(["local", "policy"]);
  });
});

describe("a later choice", () => {
  const EARLIER: GoalChoice = {
    deadlineMinute: 400,
    days: { sun: { deadlineMinute: 600, targetSocPct: 60 } },
    aim: { kind: "energy", energyWh: 5_000 },
    battery: { socPct: 20 },
  };

  it("keeps what it does not name", () => {
    expect(mergedChoice(EARLIER, {})).toEqual(EARLIER);
    expect(mergedChoice({}, EARLIER)).toEqual(EARLIER);
  });

  it("replaces the deadlines of all days", () => {
    expect(mergedChoice(EARLIER, { deadlineMinute: 420 })).toEqual({
      ...EARLIER,
      deadlineMinute: 420,
      days: undefined,
    });
    const days = { mon: { deadlineMinute: 1 } };
    expect(mergedChoice(EARLIER, { days })).toEqual({ ...EARLIER, deadlineMinute: undefined, days });
  });

  it("replaces the amount, targets of single days included", () => {
    const aim = { kind: "energy", energyWh: 8_000 } as const;
    expect(mergedChoice(EARLIER, { aim })).toEqual({
      ...EARLIER,
      aim,
      days: { sun: { deadlineMinute: 600 } },
    });
    expect(mergedChoice({}, { aim }).days).toBeUndefined();
    const days = { mon: { deadlineMinute: 1, targetSocPct: 90 } };
    expect(mergedChoice(EARLIER, { days }).aim).toBeUndefined();
    expect(mergedChoice(EARLIER, { days, aim })).toMatchObject({ days, aim });
  });

  it("replaces the parts of the battery that it names", () => {
    expect(mergedChoice(EARLIER, { battery: { capacityWh: 50_000 } }).battery).toEqual({
      capacityWh: 50_000,
      socPct: 20,
    });
  });
});

describe("a choice that cannot be carried out", () => {
  const SOC: GoalChoice = { aim: { kind: "soc", targetSocPct: 80 } };
  const SOC_ON_MONDAY: GoalChoice = { days: { mon: { deadlineMinute: 420, targetSocPct: 80 } } };

  it.each<[ChargeGoal, GoalChoice, string | undefined]>([
    [BASE, SOC, undefined],
    [BASE, SOC_ON_MONDAY, undefined],
    [{ ...BASE, battery: undefined }, SOC, "battery_unknown"],
    [{ ...BASE, battery: undefined }, SOC_ON_MONDAY, "battery_unknown"],
    [{ ...BASE, battery: undefined }, { aim: { kind: "energy", energyWh: 1 } }, undefined],
    [{ ...BASE, battery: undefined }, { ...SOC, battery: { capacityWh: 40_000 } }, undefined],
    [{ ...BASE, days: {} }, SOC, "deadline_missing"],
    [{ ...BASE, days: {} }, { ...SOC, deadlineMinute: 420 }, undefined],
    [NO_DAYS, { deadlineMinute: 420 }, undefined],
  ])("over %j: %j is refused as %s", (beneath, choice, reason) => {
    expect(choiceProblem(beneath, choice)?.reason).toBe(reason);
  });

  it("says what to do", () => {
    expect(choiceProblem(NO_DAYS, SOC)?.detail).toContain("car_battery_kwh");
    expect(choiceProblem({ ...BASE, days: {} }, SOC)?.detail).toContain("give one, or an energy");
  });
});
