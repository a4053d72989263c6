import { describe, expect, it } from "vitest";
import type { LimitName } from "../../src/core/limits.ts";
import { type Reason, reasons } from "../../src/core/reasons.ts";
import { instant, SLOT, sampleAdvice } from "../support/sample-advice.ts";

const SPACE = "\u00a0";

const FIGURES = {
  limits: { mainFuseA: 35, importLimitW: 22_000, unbalanceLimitA: 20, unattendedMaxA: 17.5 },
  operator: { state: "limited", limitW: 4_200, endsWallMs: undefined, endsAtClock: undefined },
} as const;

describe("a reason", () => {
  it.each<[Reason, string, string]>([
    [reasons.startingUp(), "starting_up", "Starting: waiting for the first readings of meter and wallbox."],
    [reasons.noVehicle(), "no_vehicle", "No car is plugged in."],
    [
      reasons.sessionEnded(),
      "session_ended",
      "The wallbox has ended the session: unplug the car and plug it in again.",
    ],
    [
      reasons.wallboxDisconnected(),
      "wallbox_disconnected",
      "The wallbox is not connected: it falls back to its failsafe current by itself.",
    ],
    [reasons.wallboxFaulted(), "wallbox_faulted", "The wallbox reports a fault: look at its display."],
    [
      reasons.wallboxNotModulating(),
      "wallbox_not_modulating",
      "The wallbox takes no current limit, so it cannot follow the sun.",
    ],
    [
      reasons.wallboxNotFollowing(7.25),
      "wallbox_not_following",
      "The car draws more than the 7.3 A that the wallbox was told: nothing is raised until it obeys.",
    ],
    [
      reasons.wallboxContested(9),
      "wallbox_contested",
      "Another controller changes the limit of the wallbox: 9 A are allowed, and nothing is raised until it stops. Look for a second system that steers it.",
    ],
    [
      reasons.wallboxSilent(0),
      "wallbox_silent",
      "The wallbox does not say what the car draws: charging is paused until it does.",
    ],
    [
      reasons.wallboxSilent(6),
      "wallbox_silent",
      "The wallbox does not say what the car draws: 6 A are allowed until it does.",
    ],
    [
      reasons.settling(10),
      "settling",
      "Waiting for readings that show the last change: 10 A are allowed meanwhile.",
    ],
    [
      reasons.meterSuspect(10),
      "meter_suspect",
      "The meter does not answer sensibly: holding 10 A, no increase.",
    ],
    [reasons.meterLost(0), "meter_lost", "The meter is lost: charging is paused until it is back."],
    [reasons.meterLost(6), "meter_lost", "The meter is lost: 6 A are allowed until it is back."],
    [
      reasons.waitingForSurplus(800, 1_500, 60_000),
      "waiting_for_surplus",
      `Waiting: 800 W of surplus, starts at 1${SPACE}500 W of export held for 60 s.`,
    ],
    [
      reasons.waitingForSurplus(0, 500, 1),
      "waiting_for_surplus",
      "Waiting: 0 W of surplus, starts at 500 W of export held for 1 s.",
    ],
    [
      reasons.waitingForSurplus(-12_345.6, 1_500, 60_000),
      "waiting_for_surplus",
      `Waiting: the house imports 12${SPACE}346 W, starts at 1${SPACE}500 W of export held for 60 s.`,
    ],
    [
      reasons.waitingForSurplus(-2_000, 1_500, 60_000, { kind: "comes_first", powerW: 3_000 }),
      "waiting_for_surplus",
      `Waiting: the battery comes first and charges with 3${SPACE}000 W, starts at 1${SPACE}500 W of export held for 60 s.`,
    ],
    [
      reasons.provingStop(900, 2_000, { kind: "gives", powerW: 700 }),
      "proving_stop",
      "Too little sun (the battery gives 700 W already): stops in 2 s unless it returns.",
    ],
    [
      reasons.provingStart(1_500, 23_001),
      "proving_start",
      `Starts in 24 s if the export stays above 1${SPACE}500 W.`,
    ],
    [
      reasons.provingStart(1_500, undefined),
      "proving_start",
      `About to start: waiting for the export to return to 1${SPACE}500 W.`,
    ],
    [
      reasons.followingSurplus(10, 1_234_567),
      "following_surplus",
      `Charging from surplus: 1${SPACE}234${SPACE}567 W available, 10 A allowed.`,
    ],
    [
      reasons.provingStop(-300, 12_000),
      "proving_stop",
      "Too little sun (the house imports 300 W): stops in 12 s unless it returns.",
    ],
    [
      reasons.vehicleNotCharging(6),
      "vehicle_not_charging",
      "6 A are offered, but the car takes nothing: it is full or asleep.",
    ],
    [reasons.unsteered(), "unsteered", "No steering: the car may charge as fast as the limits allow."],
    [reasons.boost(), "boost", "Boost: charging now, as fast as the limits allow."],
    [
      reasons.waitingForCheapSlot(sampleAdvice(), SLOT),
      "waiting_for_cheap_slot",
      "Waiting for a cheap hour: starts at 02:00 (8.2 ct/kWh).",
    ],
    [
      reasons.waitingForCheapSlot(sampleAdvice(), { ...SLOT, priceCtKwh: undefined }),
      "waiting_for_cheap_slot",
      "Waiting for a cheap hour: starts at 02:00.",
    ],
    [
      reasons.waitingForCheapSlot(sampleAdvice({ pricesUntil: instant("00:00") }), SLOT),
      "waiting_for_cheap_slot",
      "Waiting for a cheap hour: starts at 02:00 (8.2 ct/kWh). " +
        "No prices after 00:00 are known yet: planned with those until then.",
    ],
    [
      reasons.cheapSlot(sampleAdvice()),
      "cheap_slot",
      "Charging in a cheap hour until 04:00 (8.2 ct/kWh): 7.4 kWh are due by 07:00.",
    ],
    [
      reasons.cheapSlot(sampleAdvice({ nextSlot: undefined, missingWh: 12_000 })),
      "cheap_slot",
      "Charging in a cheap hour: 12 kWh are due by 07:00.",
    ],
    [
      reasons.deadlineDue(sampleAdvice({ shortfallWh: 99 })),
      "deadline_due",
      "Charging because 7.4 kWh are due by 07:00.",
    ],
    [
      reasons.deadlineDue(sampleAdvice({ shortfallWh: 100 })),
      "deadline_due",
      "Charging because 7.4 kWh are due by 07:00; about 0.1 kWh of it will be missing.",
    ],
    [
      reasons.planFulfilled(sampleAdvice()),
      "plan_fulfilled",
      "What is due by 07:00 has been charged: use boost for more.",
    ],
    [
      reasons.noPrices(sampleAdvice()),
      "no_prices",
      "No electricity prices are known: starts at 04:55 at the latest, because 7.4 kWh are due by 07:00.",
    ],
    [
      reasons.failsafe(6, reasons.unsteered()),
      "limited",
      "The meter is lost: 6 A are allowed until it is back. " +
        "No steering: the car may charge as fast as the limits allow.",
    ],
    [
      reasons.noPrices(undefined),
      "no_prices",
      "No electricity prices are known, so no cheap hour can be chosen: use boost to charge now.",
    ],
  ])("%o", (reason, code, text) => {
    expect(reason).toMatchObject({ code, text });
  });

  it.each<[LimitName, string]>([
    ["wallbox_rating", "the wallbox's rating"],
    ["cable", "the charging cable"],
    ["main_fuse", "the main fuse (35 A a phase)"],
    ["unbalance", "the unbalance limit (20 A between phases)"],
    ["site_import", "the import limit of the house (22\u00a0000 W)"],
    ["grid_operator", "the grid operator (4\u00a0200 W from the grid)"],
    ["configured_maximum", "the configured maximum"],
    ["user_maximum", "the user's maximum"],
    ["failsafe", "the failsafe current, because the meter is lost"],
    ["other_wallboxes", "what the other wallboxes need"],
    [
      "no_fallback",
      "what may flow unwatched (17.5 A a phase for all such wallboxes), because this one does not come down when the gateway dies",
    ],
    ["safe_mode", "safe mode, because the gateway has restarted again and again"],
  ])("names the limit %s", (limit, words) => {
    expect(reasons.limited(limit, 13.2, FIGURES)).toMatchObject({
      code: "limited",
      text: `Limited to 13.2 A by ${words}.`,
    });
    expect(reasons.limited(limit, 0, FIGURES)).toMatchObject({
      code: "limited",
      text: `Paused: ${words} leaves less than the car needs to charge.`,
    });
  });

  it("says until when the grid operator limits, and nothing of the kind for others", () => {
    const operator = { ...FIGURES.operator, endsAtClock: "18:30" };
    const text = (limit: LimitName, currentA: number) =>
      reasons.limited(limit, currentA, { ...FIGURES, operator }).text;
    expect(text("grid_operator", 6)).toBe(
      "Limited to 6 A until 18:30 by the grid operator (4\u00a0200 W from the grid).",
    );
    expect(text("grid_operator", 0)).toContain("Paused until 18:30: the grid operator (");
    expect(text("cable", 6)).toBe("Limited to 6 A by the charging cable.");
  });

  it.each(["failsafe", "init"] as const)("says in %s that the grid operator is not heard", (state) => {
    const figures = { ...FIGURES, operator: { ...FIGURES.operator, state } };
    expect(reasons.limited("grid_operator", 6, figures).text).toBe(
      "Limited to 6 A by the failsafe limit, because the grid operator is not heard (4\u00a0200 W from the grid).",
    );
  });

  it("leaves figures out that it does not know", () => {
    const limits = {
      mainFuseA: 35,
      importLimitW: undefined,
      unbalanceLimitA: undefined,
      unattendedMaxA: 17.5,
    };
    const text = (limit: LimitName) => reasons.limited(limit, 6, { limits, operator: undefined }).text;
    expect(text("site_import")).toBe("Limited to 6 A by the import limit of the house.");
    expect(text("unbalance")).toBe("Limited to 6 A by the unbalance limit.");
    expect(text("grid_operator")).toContain("by the failsafe limit, because the grid operator is not heard.");
  });
});
