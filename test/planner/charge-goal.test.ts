import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoUtc, parseIsoMs } from "../../src/core/iso-time.ts";
import { type ChargeGoal, goalDays, missingWh, nextDeadline } from "../../src/core/planner/charge-goal.ts";
import { createLocalTime, isTimeZone, minuteOfDay, weekdayOf } from "../../src/core/planner/local-time.ts";

const vienna = createLocalTime("Europe/Vienna");
const ms = (text: string) => parseIsoMs(text) ?? Number.NaN;

function goal(changes: Partial<ChargeGoal>): ChargeGoal {
  return { days: {}, energyWh: 15_000, battery: undefined, ...changes };
}

describe("the next deadline", () => {
  const weekdays = goalDays({
    mon: { charge_deadline: "07:00", charge_percentage: 80 },
    sun: { charge_deadline: "02:30" },
    sat: { charge_deadline: "half past nine" },
  });

  it.each([
    ["2024-01-14T20:00:00Z", "2024-01-15T06:00:00.000Z", 80],
    ["2024-01-15T05:59:59Z", "2024-01-15T06:00:00.000Z", 80],
    ["2024-01-15T06:00:00Z", "2024-01-21T01:30:00.000Z", undefined],
    // Clocks go from 2 to 3 h: half past two is never shown.
    ["2024-03-30T12:00:00Z", "2024-03-31T00:30:00.000Z", undefined],
    // Clocks go from 3 to 2 h: half past two is shown twice.
    ["2024-10-26T12:00:00Z", "2024-10-27T00:30:00.000Z", undefined],
    ["2024-07-14T12:00:00Z", "2024-07-15T05:00:00.000Z", 80],
  ])("after %s is %s", (now, deadline, targetSocPct) => {
    const next = nextDeadline(goal({ days: weekdays }), ms(now), vienna);
    expect(next).toEqual({ wallMs: ms(deadline), targetSocPct });
  });

  it("is a week away at the only one of the week", () => {
    const days = goalDays({ mon: { charge_deadline: "07:00" } });
    const next = nextDeadline(goal({ days }), ms("2024-01-15T06:00:00Z"), vienna);
    expect(next?.wallMs).toBe(ms("2024-01-22T06:00:00Z"));
  });

  it.each([
    // Seven in London is eight in Vienna; over New York's Sunday it is Monday in Vienna already.
    ["2024-01-14T20:00:00Z", "Europe/London", "2024-01-15T07:00:00.000Z"],
    ["2024-07-14T20:00:00Z", "Europe/London", "2024-07-15T06:00:00.000Z"],
    ["2024-01-15T08:00:00Z", "America/New_York", "2024-01-15T12:00:00.000Z"],
    // Two weeks a year New York keeps summer time alone.
    ["2024-03-18T00:00:00Z", "America/New_York", "2024-03-18T11:00:00.000Z"],
    ["2024-01-14T20:00:00Z", "Pacific/Auckland", "2024-01-21T18:00:00.000Z"],
  ])("after %s at seven on Mondays in %s is %s", (now, timeZone, deadline) => {
    const days = goalDays({ mon: { charge_deadline: "07:00", timeZone } });
    expect(nextDeadline(goal({ days }), ms(now), vienna)?.wallMs).toBe(ms(deadline));
  });

  it("is the earliest of all zones, whichever day is named first", () => {
    const near = { charge_deadline: "09:00", charge_percentage: 1 };
    const far = { charge_deadline: "07:00", timeZone: "America/New_York", charge_percentage: 2 };
    const next = (mon: typeof near, tue: typeof near, now: string) =>
      nextDeadline(goal({ days: goalDays({ mon, tue }) }), ms(now), vienna)?.targetSocPct;
    expect(next(near, far, "2024-01-15T00:00:00Z")).toBe(1);
    expect(next(near, far, "2024-01-15T09:00:00Z")).toBe(2);
    expect(next(far, near, "2024-01-15T00:00:00Z")).toBe(2);
    expect(next(far, near, "2024-01-15T13:00:00Z")).toBe(1);
  });

  it("is not there when no day has one", () => {
    expect(nextDeadline(goal({}), 0, vienna)).toBeUndefined();
  });
});

describe("the missing energy", () => {
  it.each([
    [goal({}), undefined, 5_000, 10_000],
    [goal({}), 80, 5_000, 10_000],
    [goal({}), undefined, 16_000, 0],
    [goal({ battery: { capacityWh: 60_000, socPct: 50 } }), 80, 0, 20_000],
    [goal({ battery: { capacityWh: 60_000, socPct: 50 } }), undefined, 0, 15_000],
    [goal({ battery: { capacityWh: 60_000, socPct: 90 } }), 80, 0, 0],
  ])("of %j with target %s %% after %d Wh is %d Wh", (given, targetSocPct, deliveredWh, expected) => {
    expect(missingWh(given, targetSocPct, deliveredWh)).toBeCloseTo(expected, 6);
  });
});

describe("local time", () => {
  it.each([
    ["Europe/Vienna", true],
    ["UTC", true],
    ["CET", true],
    ["Mars/Olympus", false],
    ["+01:00", false],
    ["", false],
  ])("knows %s as a zone: %s", (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });

  it("leads back to the same moment, in every zone and on every day of two years", () => {
    const zones = fc.constantFrom(
      "Europe/Vienna",
      "America/St_Johns",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "UTC",
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 2 * 365 * 1_440 }), (zone, minutes) => {
        const local = createLocalTime(zone);
        const wallMs = ms("2024-01-01T00:00:00Z") + minutes * 60_000;
        const moment = local.momentAt(wallMs);
        expect(local.momentAt(local.wallMsAt(moment))).toEqual(moment);
        expect(local.wallMsAt(moment)).toBeLessThanOrEqual(wallMs);
      }),
    );
  });

  it("takes the clocks of years that have more than four digits to show UTC", () => {
    const lastMs = ms("9999-12-31T12:00:00Z");
    expect(vienna.momentAt(lastMs).minute).toBe(13 * 60);
    expect(vienna.momentAt(lastMs + 86_400_000).minute).toBe(12 * 60);
  });

  it("is found on the day of a change too, once clocks have gone back", () => {
    const { dayNumber } = vienna.momentAt(ms("2024-10-27T12:00:00Z"));
    expect(vienna.wallMsAt({ dayNumber, minute: 720 })).toBe(ms("2024-10-27T11:00:00Z"));
  });

  it("knows weekdays before and after 1970", () => {
    const dayOf = (text: string) => weekdayOf(createLocalTime("UTC").momentAt(ms(text)).dayNumber);
    expect(["1969-12-31T12:00Z", "1970-01-01T00:00Z", "2026-11-22T23:59Z"].map(dayOf)).toEqual([
      "wed",
      "thu",
      "sun",
    ]);
    expect(isoUtc(vienna.wallMsAt({ dayNumber: 0, minute: 60 }))).toBe("1970-01-01T00:00:00.000Z");
  });

  it.each([
    ["00:00", 0],
    ["23:59", 1_439],
    ["24:00", undefined],
    ["7:00", undefined],
    ["107:00", undefined],
    ["07:000", undefined],
    ["", undefined],
  ])("reads %s as minute %s", (text, minute) => {
    expect(minuteOfDay(text)).toBe(minute);
  });
});
