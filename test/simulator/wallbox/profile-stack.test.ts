import { describe, expect, it } from "vitest";
import type { ChargingContext } from "../../../simulator/wallbox/profile-limit.ts";
import { createProfileStack, type ProfileStackOptions } from "../../../simulator/wallbox/profile-stack.ts";
import { floorRequest, type ProfileSketch, profileRequest, T0_MS } from "./profile-requests.ts";

const MINUTE_MS = 60_000;
const idle: ChargingContext = { connectorId: 1, phases: 3, transaction: undefined };
const charging: ChargingContext = { ...idle, transaction: { id: 7, startedWallMs: T0_MS } };

function stackOf(requests: readonly unknown[], options: Partial<ProfileStackOptions> = {}) {
  const stack = createProfileStack(options);
  const answers = requests.map((request) => stack.set(request, () => ({ id: 7 })));
  const statuses = answers.map((answer) =>
    answer.kind === "result" ? (answer.payload as { status: string }).status : answer.kind,
  );
  return { stack, statuses };
}

const setpoint = (sketch: ProfileSketch = {}) =>
  profileRequest({ id: 101, level: 1, periods: [[0, 16]], ...sketch });

describe("the dead-man: what is left when nobody renews the set point", () => {
  const horizonMs = 10 * MINUTE_MS;
  const durationS = 660; // from startSchedule = T0 - 60 s
  const cases: [string, unknown[], number | undefined][] = [
    ["duration over a floor", [floorRequest(), setpoint({ durationS })], 6],
    ["validTo over a floor", [floorRequest(), setpoint({ validToMs: T0_MS + horizonMs })], 6],
    ["both over a floor", [floorRequest(), setpoint({ durationS, validToMs: T0_MS + horizonMs })], 6],
    [
      "two periods in one profile",
      [
        profileRequest({
          periods: [
            [0, 16],
            [durationS, 6],
          ],
        }),
      ],
      6,
    ],
    ["duration without a floor is unlimited", [setpoint({ durationS })], undefined],
    ["validTo without a floor is unlimited", [setpoint({ validToMs: T0_MS + horizonMs })], undefined],
    ["a floor of 0 A", [floorRequest(0), setpoint({ durationS })], 0],
    [
      "the site's maximum stays",
      [
        profileRequest({ connectorId: 0, purpose: "ChargePointMaxProfile", periods: [[0, 13]] }),
        setpoint({ durationS }),
      ],
      13,
    ],
  ];

  it.each(cases)("%s", (_name, requests, afterA) => {
    const { stack } = stackOf(requests);
    const before = requests.length === 2 && afterA === 13 ? 13 : 16;
    expect(stack.limitA(T0_MS, idle)).toBe(before);
    expect(stack.limitA(T0_MS + horizonMs - 1, idle)).toBe(before);
    expect(stack.limitA(T0_MS + horizonMs, idle)).toBe(afterA);
    expect(stack.limitA(T0_MS + 365 * 24 * 60 * MINUTE_MS, idle)).toBe(afterA);
  });

  it("whichever of duration and validTo comes first ends the profile", () => {
    const { stack } = stackOf([floorRequest(), setpoint({ durationS: 120, validToMs: T0_MS + horizonMs })]);
    expect(stack.limitA(T0_MS + MINUTE_MS - 1, idle)).toBe(16);
    expect(stack.limitA(T0_MS + MINUTE_MS, idle)).toBe(6);
  });
});

describe("stacking", () => {
  it("the highest level wins, whether it allows more or less", () => {
    const { stack } = stackOf([floorRequest(10), setpoint({ periods: [[0, 7]] })]);
    expect(stack.limitA(T0_MS, idle)).toBe(7);
    expect(stackOf([floorRequest(6), setpoint()]).stack.limitA(T0_MS, idle)).toBe(16);
  });

  it("an expired level makes room for the next lower one, not for the lowest", () => {
    const { stack } = stackOf([
      floorRequest(),
      setpoint({ periods: [[0, 9]] }),
      profileRequest({ level: 2, periods: [[0, 14]], durationS: 120 }),
    ]);
    expect(stack.limitA(T0_MS, idle)).toBe(14);
    expect(stack.limitA(T0_MS + MINUTE_MS, idle)).toBe(9);
  });

  it("a profile that has not begun leaves the lower level in force", () => {
    const { stack } = stackOf([floorRequest(), setpoint({ startMs: T0_MS + MINUTE_MS })]);
    expect(stack.limitA(T0_MS, idle)).toBe(6);
    expect(stack.limitA(T0_MS + MINUTE_MS, idle)).toBe(16);
    const later = stackOf([floorRequest(), setpoint({ validFromMs: T0_MS + MINUTE_MS })]).stack;
    expect(later.limitA(T0_MS + MINUTE_MS - 1, idle)).toBe(6);
    expect(later.limitA(T0_MS + MINUTE_MS, idle)).toBe(16);
  });

  it("a TxProfile overrules the TxDefaultProfile within its transaction only", () => {
    const { stack } = stackOf([
      profileRequest({ id: 1, level: 5, periods: [[0, 8]] }),
      profileRequest({ id: 2, purpose: "TxProfile", transactionId: 7, periods: [[0, 14]] }),
    ]);
    expect(stack.limitA(T0_MS, charging)).toBe(14);
    expect(stack.limitA(T0_MS, idle)).toBe(8);
    expect(stack.limitA(T0_MS, { ...charging, transaction: { id: 8, startedWallMs: T0_MS } })).toBe(8);
    stack.endTransaction(1);
    expect(stack.limitA(T0_MS, charging)).toBe(8);
  });

  it("the smallest of the purposes holds", () => {
    const { stack } = stackOf([
      profileRequest({ id: 1, connectorId: 0, purpose: "ChargePointMaxProfile", periods: [[0, 12]] }),
      profileRequest({ id: 2, periods: [[0, 16]] }),
    ]);
    expect(stack.limitA(T0_MS, idle)).toBe(12);
  });

  it("a default for all connectors gives way to one for this connector at the same level", () => {
    const general = profileRequest({ id: 1, connectorId: 0, periods: [[0, 8]] });
    const own = profileRequest({ id: 2, connectorId: 1, periods: [[0, 11]] });
    expect(stackOf([general, own]).stack.limitA(T0_MS, idle)).toBe(11);
    expect(stackOf([own, general]).stack.limitA(T0_MS, idle)).toBe(11);
    expect(stackOf([general]).stack.limitA(T0_MS, idle)).toBe(8);
  });

  it("the same id, or the same purpose and level, replaces", () => {
    const { stack } = stackOf([
      profileRequest({ id: 1, level: 1, periods: [[0, 8]] }),
      profileRequest({ id: 1, level: 2, periods: [[0, 9]] }),
      profileRequest({ id: 3, level: 2, periods: [[0, 10]] }),
    ]);
    expect(stack.profiles.map(({ profile }) => profile.chargingProfileId)).toEqual([3]);
  });
});

describe("kinds and units", () => {
  it("a relative schedule runs from the start of the transaction", () => {
    const { stack } = stackOf([
      profileRequest({
        kind: "Relative",
        periods: [
          [0, 16],
          [60, 8],
        ],
      }),
    ]);
    expect(stack.limitA(T0_MS + 59_999, charging)).toBe(16);
    expect(stack.limitA(T0_MS + 60_000, charging)).toBe(8);
    expect(stack.limitA(T0_MS + 60_000, idle)).toBe(16);
  });

  it.each([
    ["Daily", 24],
    ["Weekly", 168],
  ])("a %s schedule comes back after %i h", (recurrency, hours) => {
    const periods = [[0, 16]] as const;
    const { stack } = stackOf([
      floorRequest(),
      setpoint({ kind: "Recurring", recurrency, durationS: 3_600, periods, startMs: T0_MS }),
    ]);
    const cycleMs = hours * 60 * MINUTE_MS;
    expect(stack.limitA(T0_MS - 1, idle)).toBe(6);
    expect(stack.limitA(T0_MS + 59 * MINUTE_MS, idle)).toBe(16);
    expect(stack.limitA(T0_MS + 60 * MINUTE_MS, idle)).toBe(6);
    expect(stack.limitA(T0_MS + 3 * cycleMs - 1, idle)).toBe(6);
    expect(stack.limitA(T0_MS + 3 * cycleMs, idle)).toBe(16);
    expect(stack.nextChangeMs(T0_MS + 2 * 60 * MINUTE_MS, idle)).toBe(T0_MS + cycleMs);
  });

  it("watts are shared by the phases the period names, three when it names none, never more than there are", () => {
    const limitA = (phases: 1 | 3, named?: number) =>
      stackOf([profileRequest({ unit: "W", periods: [[0, 6_900, named]] })]).stack.limitA(T0_MS, {
        ...idle,
        phases,
      });
    expect(limitA(3)).toBeCloseTo(10);
    expect(limitA(3, 1)).toBeCloseTo(30);
    expect(limitA(1)).toBeCloseTo(30);
  });
});

describe("what is refused", () => {
  const cases: [string, unknown, string][] = [
    ["a level above the maximum", profileRequest({ level: 9 }), "Rejected"],
    [
      "too many periods",
      profileRequest({ periods: Array.from({ length: 25 }, (_, i) => [i * 60, 6] as const) }),
      "Rejected",
    ],
    ["a connector that is not there", profileRequest({ connectorId: 2 }), "Rejected"],
    [
      "ChargePointMaxProfile on a connector",
      profileRequest({ purpose: "ChargePointMaxProfile" }),
      "Rejected",
    ],
    [
      "TxProfile on connector 0",
      profileRequest({ connectorId: 0, purpose: "TxProfile", transactionId: 7 }),
      "Rejected",
    ],
    [
      "TxProfile of another transaction",
      profileRequest({ purpose: "TxProfile", transactionId: 8 }),
      "Rejected",
    ],
    ["TxProfile without a transaction", profileRequest({ purpose: "TxProfile" }), "Rejected"],
    [
      "Absolute without a start",
      {
        ...profileRequest({ kind: "Relative" }),
        csChargingProfiles: {
          ...profileRequest({ kind: "Relative" }).csChargingProfiles,
          chargingProfileKind: "Absolute",
        },
      },
      "Rejected",
    ],
    ["Recurring without its kind", profileRequest({ kind: "Recurring" }), "Rejected"],
    ["a first period that is not at 0", profileRequest({ periods: [[10, 6]] }), "Rejected"],
    [
      "periods out of order",
      profileRequest({
        periods: [
          [0, 6],
          [60, 7],
          [30, 8],
        ],
      }),
      "Rejected",
    ],
    ["a negative limit", profileRequest({ periods: [[0, -1]] }), "error"],
    ["two decimals", profileRequest({ periods: [[0, 6.25]] }), "error"],
    ["no period", profileRequest({ periods: [] }), "error"],
    ["an unknown purpose", profileRequest({ purpose: "MaxProfile" }), "error"],
    ["a field that 1.6 does not have", { ...profileRequest(), evseId: 1 }, "error"],
    ["nothing", null, "error"],
  ];

  it.each(cases)("%s", (_name, request, expected) => {
    const { stack, statuses } = stackOf([request]);
    expect(statuses).toEqual([expected]);
    expect(stack.profiles).toEqual([]);
  });

  it("names the fault as OCPP-J does", () => {
    const codeOf = (request: unknown) => {
      const answer = createProfileStack().set(request, () => undefined);
      return answer.kind === "error" ? answer.code : answer.kind;
    };
    expect(codeOf({ ...profileRequest(), connectorId: "1" })).toBe("TypeConstraintViolation");
    expect(codeOf({ ...profileRequest(), evseId: 1 })).toBe("FormationViolation");
    expect(codeOf(profileRequest({ periods: [] }))).toBe("OccurenceConstraintViolation");
    expect(codeOf(profileRequest({ periods: [[0, -1]] }))).toBe("PropertyConstraintViolation");
  });

  it("one profile more than fits, but a replacement always fits", () => {
    const levels = [0, 1, 2].map((level) => profileRequest({ level }));
    const { statuses } = stackOf([...levels, profileRequest({ id: 999, level: 2 })], { maxProfiles: 2 });
    expect(statuses).toEqual(["Accepted", "Accepted", "Rejected", "Rejected"]);
    const replaced = stackOf([...levels.slice(0, 2), profileRequest({ id: 999, level: 1 })], {
      maxProfiles: 2,
    });
    expect(replaced.statuses).toEqual(["Accepted", "Accepted", "Accepted"]);
  });

  it("amperes on a box that knows watts only", () => {
    const { statuses } = stackOf([profileRequest(), profileRequest({ unit: "W" })], { units: ["W"] });
    expect(statuses).toEqual(["Rejected", "Accepted"]);
  });
});

describe("ClearChargingProfile", () => {
  const all = [
    profileRequest({ id: 1, level: 0 }),
    profileRequest({ id: 2, level: 1 }),
    profileRequest({ id: 3, level: 0, connectorId: 0, purpose: "ChargePointMaxProfile" }),
  ];
  const cases: [string, unknown, string, number[]][] = [
    ["no filter clears everything", {}, "Accepted", []],
    ["no payload clears everything", null, "Accepted", []],
    ["by id", { id: 2 }, "Accepted", [1, 3]],
    ["by connector", { connectorId: 1 }, "Accepted", [3]],
    ["by purpose", { chargingProfilePurpose: "ChargePointMaxProfile" }, "Accepted", [1, 2]],
    ["by level", { stackLevel: 0 }, "Accepted", [2]],
    ["by level and connector", { stackLevel: 0, connectorId: 1 }, "Accepted", [2, 3]],
    ["an id that is not there", { id: 9 }, "Unknown", [1, 2, 3]],
    ["filters that never match together", { id: 2, stackLevel: 0 }, "Unknown", [1, 2, 3]],
  ];

  it.each(cases)("%s", (_name, request, status, left) => {
    const { stack } = stackOf(all);
    expect(stack.clear(request)).toEqual({ kind: "result", payload: { status } });
    expect(stack.profiles.map(({ profile }) => profile.chargingProfileId)).toEqual(left);
  });

  it("clearing is no floor: nothing limits afterwards", () => {
    const { stack } = stackOf([floorRequest(), setpoint()]);
    stack.clear({});
    expect(stack.limitA(T0_MS, idle)).toBeUndefined();
  });
});

describe("GetCompositeSchedule", () => {
  const { stack } = stackOf([
    floorRequest(),
    setpoint({
      durationS: 360,
      periods: [
        [0, 16],
        [180, 12],
      ],
    }),
  ]);

  it("lists every change within the time asked for", () => {
    const answer = stack.composite({ connectorId: 1, duration: 600 }, T0_MS, idle, 32);
    expect(answer).toEqual({
      kind: "result",
      payload: {
        status: "Accepted",
        connectorId: 1,
        scheduleStart: "2022-03-19T06:00:00.000Z",
        chargingSchedule: {
          duration: 600,
          startSchedule: "2022-03-19T06:00:00.000Z",
          chargingRateUnit: "A",
          chargingSchedulePeriod: [
            { startPeriod: 0, limit: 16 },
            { startPeriod: 120, limit: 12 },
            { startPeriod: 300, limit: 6 },
          ],
        },
      },
    });
  });

  it("answers in watts on request, and names the rating where nothing limits", () => {
    const free = createProfileStack().composite(
      { connectorId: 0, duration: 60, chargingRateUnit: "W" },
      T0_MS,
      idle,
      16,
    );
    expect(free).toMatchObject({
      payload: { chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_040 }] } },
    });
  });

  it("refuses other connectors and nonsense", () => {
    expect(stack.composite({ connectorId: 2, duration: 60 }, T0_MS, idle, 16)).toMatchObject({
      payload: { status: "Rejected" },
    });
    expect(stack.composite({ duration: -1 }, T0_MS, idle, 16).kind).toBe("error");
  });
});

describe("the next change", () => {
  it("is when the limit differs, not when a profile merely turns", () => {
    const { stack } = stackOf([
      floorRequest(),
      setpoint({
        durationS: 660,
        periods: [
          [0, 16],
          [120, 16],
        ],
      }),
    ]);
    expect(stack.nextChangeMs(T0_MS, idle)).toBe(T0_MS + 600_000);
    expect(stack.nextChangeMs(T0_MS + 600_000, idle)).toBeUndefined();
  });

  it("is found behind many turns of a hidden recurring profile", () => {
    const { stack } = stackOf([
      profileRequest({
        id: 1,
        kind: "Recurring",
        recurrency: "Daily",
        startMs: T0_MS,
        periods: [
          [0, 10],
          [7_200, 12],
        ],
      }),
      profileRequest({
        id: 2,
        connectorId: 0,
        purpose: "ChargePointMaxProfile",
        periods: [
          [0, 6],
          [30 * 86_400, 11],
        ],
      }),
    ]);
    expect(stack.nextChangeMs(T0_MS, idle)).toBe(T0_MS - 60_000 + 30 * 86_400_000);
  });
});

describe("flash", () => {
  it("gives back what was installed", () => {
    const { stack } = stackOf([
      floorRequest(),
      setpoint({ durationS: 660, validFromMs: T0_MS - 1_000, validToMs: T0_MS + 600_000 }),
      profileRequest({
        id: 7,
        level: 3,
        kind: "Recurring",
        recurrency: "Weekly",
        unit: "W",
        periods: [[0, 4_140, 3]],
      }),
    ]);
    const restored = createProfileStack();
    restored.restore(stack.snapshot());
    expect(restored.profiles).toEqual(stack.profiles);
  });

  it("survives damage", () => {
    const stack = createProfileStack();
    for (const damaged of ["", "{}", "null", "[null,1,{}]", '[{"connectorId":1}]']) {
      stack.restore(damaged);
      expect(stack.profiles).toEqual([]);
    }
    stack.restore(`[7,${JSON.stringify(floorRequest())}]`);
    expect(stack.profiles).toHaveLength(1);
  });
});
