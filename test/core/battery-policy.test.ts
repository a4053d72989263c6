import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BatteryRules,
  type BatteryStance,
  batteryOffsetW,
  batteryShare,
  NO_STANCE,
  nextBatteryStance,
  withBatteryPolicy,
} from "../../src/core/battery-policy.ts";
import type { HouseSample } from "../../src/core/site-sample.ts";
import { NOW_MS, reading, siteSample } from "./support/site.ts";

const RULES: BatteryRules = {
  policy: "soc_window",
  carFromSocPct: 70,
  batteryBelowSocPct: 50,
  maxChargeW: undefined,
  fullSocPct: 95,
  mayDischargeIntoCar: false,
  reserveSocPct: 40,
  acLimitW: undefined,
};
const CAR_FIRST: BatteryStance = { isCarFirst: true, mayDischarge: false };

interface Given {
  readonly batteryW?: number;
  readonly stance?: Partial<BatteryStance>;
  readonly rules?: Partial<BatteryRules>;
  readonly sample?: Partial<HouseSample>;
  readonly ageMs?: number;
}

function offset({ batteryW = 0, stance, rules, sample, ageMs = 0 }: Given) {
  const house = siteSample({ batteryPowerW: reading(batteryW, ageMs), ...sample });
  return batteryOffsetW(house, { ...NO_STANCE, ...stance }, { ...RULES, ...rules });
}

const soc = (pct: number | undefined) => ({ batterySocPct: pct === undefined ? undefined : reading(pct) });

describe("who comes first", () => {
  const isCarFirst = (was: boolean, pct: number | undefined, rules: Partial<BatteryRules> = {}) =>
    nextBatteryStance({ isCarFirst: was, mayDischarge: false }, siteSample(soc(pct)), { ...RULES, ...rules })
      .isCarFirst;

  it.each([
    ["the battery below the window", true, 49.9, false],
    ["whoever it was within it: the car", true, 50, true],
    ["whoever it was within it: the battery", false, 69.9, false],
    ["the car above it", false, 70, true],
    ["the battery where its state of charge is not known", true, undefined, false],
  ])("%s", (_case, was, pct, expected) => {
    expect(isCarFirst(was, pct)).toBe(expected);
  });

  it("never changes under the other policies", () => {
    expect([
      isCarFirst(false, 0, { policy: "car_first" }),
      isCarFirst(false, undefined, { policy: "car_first" }),
    ]).toEqual([true, true]);
    expect(isCarFirst(true, 100, { policy: "battery_first" })).toBe(false);
  });
});

describe("the battery may charge the car", () => {
  const may = (was: boolean, pct: number | undefined, mayDischargeIntoCar = true) =>
    nextBatteryStance({ isCarFirst: false, mayDischarge: was }, siteSample(soc(pct)), {
      ...RULES,
      mayDischargeIntoCar,
    }).mayDischarge;

  it.each([
    ["down to its reserve", true, 40, true],
    ["not below it", true, 39.9, false],
    ["again from 3 % above it", false, 43, true],
    ["and not before", false, 42.9, false],
    ["not while its state of charge is unknown", true, undefined, false],
  ])("%s", (_case, was, pct, expected) => {
    expect(may(was, pct)).toBe(expected);
  });

  it("never unless that is allowed", () => {
    expect(may(true, 100, false)).toBe(false);
  });
});

describe("what the battery adds to the surplus", () => {
  it.each<[string, Given, number]>([
    ["what it charges, where the car comes first", { batteryW: -3_000, stance: CAR_FIRST }, 3_000],
    ["nothing of it, where the battery does", { batteryW: -3_000 }, 0],
    ["less by what it discharges", { batteryW: 2_000 }, -2_000],
    ["less by what it discharges, where the car comes first", { batteryW: 2_000, stance: CAR_FIRST }, -2_000],
    ["nothing at rest", { batteryW: 0, stance: CAR_FIRST }, 0],
    ["nothing while it may charge the car", { batteryW: 2_000, stance: { mayDischarge: true } }, 0],
    [
      "what it charges although it may charge the car",
      { batteryW: -900, stance: { isCarFirst: true, mayDischarge: true } },
      900,
    ],
    ["less by what it still wants", wanting({ batteryW: -3_000 }), -2_000],
    ["nothing when it has what it wants", wanting({ batteryW: -5_500 }), 0],
    ["less by all of it while it discharges", wanting({ batteryW: 1_000 }), -6_000],
    ["less by all of it with an unknown state of charge", wanting({ sample: soc(undefined) }), -5_000],
    ["half of it in the middle of its taper", wanting({ sample: soc(90) }), -2_500],
    ["all of it until the taper begins", wanting({ sample: soc(85) }), -5_000],
    ["nothing when it is full", wanting({ sample: soc(95) }), 0],
    ["nothing beyond that", wanting({ sample: soc(100) }), 0],
    ["nothing of that where the car comes first", wanting({ batteryW: -1_000, stance: CAR_FIRST }), 1_000],
  ])("%s", (_case, given, offsetW) => {
    expect(offset(given)).toEqual({ value: offsetW + 0, atMs: NOW_MS });
  });

  it.each<[string, Given, number]>([
    ["all of its charging below the inverter's limit", hybrid(6_000, -3_000), 3_000],
    ["only what the inverter can still give", hybrid(12_000, -3_000), 1_000],
    ["nothing at the inverter's limit", hybrid(13_000, -3_000), 0],
    ["nothing beyond it", hybrid(13_400, -3_000), 0],
    ["nothing without the sun's reading", { ...hybrid(0, -3_000), sample: { pvPowerW: undefined } }, 0],
    [
      "all with a sun's reading of 15 s",
      { ...hybrid(0, -3_000), sample: { pvPowerW: reading(0, 15_000) } },
      3_000,
    ],
    ["nothing with an older one", { ...hybrid(0, -3_000), sample: { pvPowerW: reading(0, 15_001) } }, 0],
  ])("behind a hybrid inverter of 10 kW: %s", (_case, given, offsetW) => {
    expect(offset(given)?.value).toBe(offsetW);
  });

  it("is what a reading of up to 15 s ago says, as old as that is", () => {
    const given = { batteryW: -3_000, stance: CAR_FIRST };
    expect(offset({ ...given, ageMs: 15_000 })).toEqual({ value: 3_000, atMs: NOW_MS - 15_000 });
    expect(offset({ ...given, ageMs: 15_001 })).toEqual({ value: 0, atMs: NOW_MS });
    expect(offset({ batteryW: 2_000, ageMs: 60_000 })).toEqual({ value: -2_000, atMs: NOW_MS });
  });

  it("is not known without the battery's power", () => {
    const house = siteSample();
    expect(batteryOffsetW(house, CAR_FIRST, RULES)).toBeUndefined();
    expect(withBatteryPolicy(house, CAR_FIRST, RULES).batteryOffsetW).toBeUndefined();
  });

  it("stands in the house's sample", () => {
    const house = siteSample({ batteryPowerW: reading(-700) });
    expect(withBatteryPolicy(house, CAR_FIRST, RULES)).toEqual({ ...house, batteryOffsetW: reading(700) });
  });

  it("never makes more of a battery than it charges, and never counts its discharge unless that is allowed", () => {
    const anyRules = fc.record({
      policy: fc.constantFrom("car_first", "battery_first", "soc_window"),
      maxChargeW: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
      mayDischargeIntoCar: fc.boolean(),
      acLimitW: fc.option(fc.integer({ min: 500, max: 20_000 }), { nil: undefined }),
    });
    const watts = fc.integer({ min: -10_000, max: 10_000 });
    const pct = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined });
    fc.assert(
      fc.property(
        anyRules,
        watts,
        pct,
        fc.nat(20_000),
        fc.nat(60_000),
        (changes, batteryW, socPct, pvW, ageMs) => {
          const rules = { ...RULES, ...changes };
          const house = siteSample({
            batteryPowerW: reading(batteryW, ageMs),
            pvPowerW: reading(pvW),
            ...soc(socPct),
          });
          const stance = nextBatteryStance(NO_STANCE, house, rules);
          const offsetW = batteryOffsetW(house, stance, rules)?.value ?? Number.NaN;
          expect(offsetW).toBeLessThanOrEqual(Math.max(0, -batteryW));
          if (!rules.mayDischargeIntoCar)
            expect(offsetW).toBeLessThanOrEqual(-Math.max(0, batteryW) + Math.max(0, -batteryW));
          if (ageMs > 15_000) expect(offsetW).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});

describe("what keeps surplus from the car", () => {
  const share = (batteryW: number | undefined, offsetW: number | undefined) =>
    batteryShare(
      siteSample({
        batteryPowerW: batteryW === undefined ? undefined : reading(batteryW),
        batteryOffsetW: offsetW === undefined ? undefined : reading(offsetW),
      }),
    );

  it.each<[string, number, number, ReturnType<typeof share>]>([
    ["a battery that comes first", -3_000, 0, { kind: "comes_first", powerW: 3_000 }],
    ["a battery that comes first and wants more", -100, -4_900, { kind: "comes_first", powerW: 100 }],
    ["a battery that the inverter cannot give up for", -3_000, 2_900, { kind: "comes_first", powerW: 3_000 }],
    ["a battery that gives", 2_000, -2_000, { kind: "gives", powerW: 2_000 }],
    ["not one that gives all that it charges", -3_000, 3_000, undefined],
    ["not one that gives nearly all of it", -3_000, 2_901, undefined],
    ["not one that may charge the car", 2_000, 0, undefined],
    ["not one at rest", -99, -5_000, undefined],
    ["not one at rest the other way", 99, -99, undefined],
  ])("is %s", (_case, batteryW, offsetW, expected) => {
    expect(share(batteryW, offsetW)).toEqual(expected);
  });

  it("is nothing without battery or policy", () => {
    expect([share(undefined, -1_000), share(-1_000, undefined)]).toEqual([undefined, undefined]);
  });
});

function wanting(given: Given): Given {
  return { rules: { maxChargeW: 5_000 }, sample: soc(60), ...given };
}

function hybrid(pvW: number, batteryW: number): Given {
  return { batteryW, stance: CAR_FIRST, rules: { acLimitW: 10_000 }, sample: { pvPowerW: reading(pvW) } };
}
