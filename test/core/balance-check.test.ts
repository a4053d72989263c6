import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterMoment,
  type BalanceInput,
  type BalanceRecord,
  balanceVerdict,
  initialBalance,
} from "../../src/core/balance-check.ts";

type Powers = Omit<BalanceInput, "nowMs">;

/** The record after so many minutes, with one moment every 10 s. */
function watched(
  minutes: number,
  powersAt: (minute: number) => Powers,
  from: BalanceRecord = initialBalance,
  startMs = 0,
) {
  let record = from;
  for (let tick = 0; tick <= minutes * 6; tick++) {
    record = afterMoment(record, {
      nowMs: startMs + tick * 10_000,
      ...powersAt(Math.max(0, Math.ceil(tick / 6) - 1)),
    });
  }
  return record;
}

/** A house with clouds: what its devices measure, with the signs as they are wired. */
function house(signs: { grid?: number; battery?: number } = {}, { hasBattery = true, chargeW = 0 } = {}) {
  return (minute: number): Powers => {
    const pvW = 3_000 + 2_500 * Math.sin(minute * 1.7);
    const loadW = 400 + 50 * (minute % 3);
    const batteryW = hasBattery ? -Math.min(1_500, Math.max(0, pvW - loadW - 1_000)) : 0;
    const gridW = loadW + chargeW - pvW - batteryW;
    return {
      gridPowerW: (signs.grid ?? 1) * gridW,
      pvPowerW: pvW,
      batteryPowerW: hasBattery ? (signs.battery ?? 1) * batteryW : undefined,
      chargePowerW: chargeW === 0 ? undefined : chargeW,
    };
  };
}

const wrong = (...roles: string[]) => ({ kind: "wrong_sign", roles });

describe("the balance of a house", () => {
  it.each([
    ["with its signs right", house(), { kind: "plausible" }],
    ["without a battery", house({}, { hasBattery: false }), { kind: "plausible" }],
    ["with a car that charges", house({}, { chargeW: 4_000 }), { kind: "plausible" }],
    ["with the grid turned round", house({ grid: -1 }), wrong("grid")],
    ["with the grid turned round and no battery", house({ grid: -1 }, { hasBattery: false }), wrong("grid")],
    ["with the battery turned round", house({ battery: -1 }), wrong("battery")],
    ["with both turned round", house({ grid: -1, battery: -1 }), wrong("grid", "battery")],
  ])("%s is found out within 20 minutes of clouds", (_, powers, verdict) => {
    expect(balanceVerdict(watched(20, powers))).toEqual(verdict);
  });

  it("at night knows a house that seems to make power after five minutes, and not before", () => {
    const night = () => ({
      gridPowerW: -400,
      pvPowerW: 0,
      batteryPowerW: undefined,
      chargePowerW: undefined,
    });
    expect(balanceVerdict(watched(4, night))).toEqual({ kind: "checking" });
    expect(balanceVerdict(watched(5, night))).toEqual(wrong("grid"));
  });

  it("blames the battery alone when it feeds the house and the grid rests", () => {
    const evening = () => ({ gridPowerW: 5, pvPowerW: 0, batteryPowerW: -600, chargePowerW: undefined });
    expect(balanceVerdict(watched(6, evening))).toEqual(wrong("battery"));
  });

  it("needs ten quiet windows to be content", () => {
    const still = () => ({ gridPowerW: 300, pvPowerW: 0, batteryPowerW: 0, chargePowerW: 0 });
    expect(balanceVerdict(watched(9, still))).toEqual({ kind: "checking" });
    expect(balanceVerdict(watched(10, still))).toEqual({ kind: "plausible" });
  });

  it.each([
    ["tolerates", -150, "plausible"],
    ["does not tolerate", -159, "wrong_sign"],
  ])("%s a house of %i W", (_, gridPowerW, kind) => {
    const powers = () => ({ gridPowerW, pvPowerW: 0, batteryPowerW: 0, chargePowerW: 0 });
    expect(balanceVerdict(watched(12, powers)).kind).toBe(kind);
  });

  it.each([
    ["counts the car", { gridPowerW: 3_000, chargePowerW: 4_000 }, 1],
    ["forgives the meter of a car that draws much", { gridPowerW: 3_000, chargePowerW: 3_400 }, 0],
    ["forgives the meter of a battery that gives much", { gridPowerW: -3_300, batteryPowerW: 3_000 }, 0],
    ["forgives what is just as much as it forgives", { gridPowerW: 1, chargePowerW: 159 }, 0],
  ])("%s", (_, powers, negatives) => {
    const all = { pvPowerW: 0, batteryPowerW: 0, chargePowerW: 0, ...powers };
    const [present] = watched(1, () => all).guesses;
    expect(present?.negatives).toBe(negatives);
  });

  it("finds that a house that stands still does not move", () => {
    const still = () => ({ gridPowerW: 300, pvPowerW: 0, batteryPowerW: 0, chargePowerW: 0 });
    expect(watched(5, still).guesses[0]?.variationW).toBe(0);
  });

  it("counts half of what it knows when it has watched for 120 windows", () => {
    const guesses = initialBalance.guesses.map((guess) => ({ ...guess, variationW: 800, negatives: 5 }));
    const still = () => ({ gridPowerW: 300, pvPowerW: 0, batteryPowerW: 0, chargePowerW: 0 });
    const counted = (windows: number) => {
      const record = watched(1, still, { ...initialBalance, windows, guesses });
      return [record.windows, record.guesses[0]?.variationW, record.guesses[0]?.negatives];
    };
    expect([counted(119), counted(120)]).toEqual([
      [120, 800, 5],
      [61, 400, 2],
    ]);
  });

  it("forgives more where much flows", () => {
    const powers = (gridPowerW: number) => () => ({
      gridPowerW,
      pvPowerW: 6_000,
      batteryPowerW: 0,
      chargePowerW: 0,
    });
    expect(balanceVerdict(watched(12, powers(-6_700))).kind).toBe("plausible");
    expect(balanceVerdict(watched(12, powers(-6_900))).kind).not.toBe("plausible");
  });

  it("is not content after a window in which the house made power", () => {
    const powers = (minute: number) => ({
      gridPowerW: minute === 4 ? -500 : 300,
      pvPowerW: 0,
      batteryPowerW: 0,
      chargePowerW: 0,
    });
    expect(balanceVerdict(watched(12, powers))).toEqual({ kind: "checking" });
  });

  it("learns nothing from moments without grid or PV power", () => {
    expect(
      watched(20, () => ({ gridPowerW: undefined, pvPowerW: 1, batteryPowerW: 1, chargePowerW: 1 })),
    ).toEqual(initialBalance);
    expect(
      watched(20, () => ({ gridPowerW: 1, pvPowerW: undefined, batteryPowerW: 1, chargePowerW: 1 })),
    ).toEqual(initialBalance);
  });

  it("forgets, so that a clamp that was turned is believed within hours", () => {
    const day = watched(119, house({ grid: -1 }));
    expect(balanceVerdict(day)).toEqual(wrong("grid"));
    const later = watched(600, house(), day, 200 * 60_000);
    expect(balanceVerdict(later)).toEqual({ kind: "plausible" });
    expect(later.windows).toBeLessThanOrEqual(121);
  });

  it.each([
    ["prefers the guess that never makes power", [5, 10_000], [2, 100], [0, 4_000], wrong("battery")],
    ["then the one that moves least", [5, 10_000], [0, 4_000], [0, 100], wrong("battery")],
    ["and of near ones the one with fewer turned signs", [5, 10_000], [0, 1_000], [0, 950], wrong("grid")],
    ["of which a tenth is the farthest", [5, 10_000], [0, 1_000], [0, 900], wrong("grid")],
    ["three windows that make power are enough", [3, 0], [0, 0], [9, 0], wrong("grid")],
    ["two are not", [2, 0], [0, 0], [9, 0], { kind: "checking" }],
    [
      "nor is less movement where more windows make power",
      [1, 4_000],
      [2, 100],
      [9, 0],
      { kind: "checking" },
    ],
    ["3 kW of movement count", [1, 3_000], [1, 1_000], [9, 0], wrong("grid")],
    ["less does not", [1, 2_999], [1, 1_000], [9, 0], { kind: "checking" }],
    ["less than half of it is clearly less", [1, 4_000], [1, 1_999], [9, 0], wrong("grid")],
    ["half of it is not", [1, 4_000], [1, 2_000], [9, 0], { kind: "checking" }],
  ])("%s", (_, present, grid, battery, verdict) => {
    const figures = [present, grid, battery, [9, 20_000]] as const;
    const guesses = initialBalance.guesses.map((guess, index) => {
      const [negatives = 0, variationW = 0] = figures[index] ?? [];
      return { ...guess, negatives, variationW };
    });
    expect(balanceVerdict({ ...initialBalance, windows: 20, guesses })).toEqual(verdict);
  });

  it("says nothing of a record without guesses", () => {
    expect(balanceVerdict({ ...initialBalance, windows: 50, guesses: [] })).toEqual({ kind: "checking" });
  });

  it("never calls a sign wrong in a house that is wired right", () => {
    const moment = fc.record({
      pvW: fc.integer({ min: 0, max: 12_000 }),
      loadW: fc.integer({ min: 50, max: 8_000 }),
      batteryW: fc.integer({ min: -5_000, max: 5_000 }),
    });
    fc.assert(
      fc.property(fc.array(moment, { minLength: 30, maxLength: 30 }), (moments) => {
        const record = watched(29, (minute) => {
          const { pvW, loadW, batteryW } = moments[minute] ?? { pvW: 0, loadW: 0, batteryW: 0 };
          return {
            pvPowerW: pvW,
            batteryPowerW: batteryW,
            gridPowerW: loadW - pvW - batteryW,
            chargePowerW: 0,
          };
        });
        const verdict = balanceVerdict(record);
        if (verdict.kind === "wrong_sign") expect(verdict).toBe("a house may be odd, but not wrong");
      }),
      { numRuns: 200 },
    );
  });
});
