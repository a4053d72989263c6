import { describe, expect, it } from "vitest";
import { createUpstreamLimits } from "../../../drivers/ocpp/upstream/upstream-limits.ts";
import { createMemoryStore } from "./support/memory-store.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const iso = (offsetS: number) => new Date(NOW + offsetS * 1_000).toISOString();

interface Sketch {
  readonly id?: number;
  readonly level?: number;
  readonly purpose?: string;
  readonly kind?: string;
  readonly unit?: string;
  readonly periods?: readonly (readonly [number, number])[];
  readonly schedule?: object;
  readonly more?: object;
}

function request(sketch: Sketch) {
  return {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: sketch.id ?? 1,
      stackLevel: sketch.level ?? 0,
      chargingProfilePurpose: sketch.purpose ?? "TxDefaultProfile",
      chargingProfileKind: sketch.kind ?? "Absolute",
      ...sketch.more,
      chargingSchedule: {
        startSchedule: iso(-60),
        chargingRateUnit: sketch.unit ?? "A",
        chargingSchedulePeriod: (sketch.periods ?? [[0, 10]]).map(([startPeriod, limit]) => ({
          startPeriod,
          limit,
        })),
        ...sketch.schedule,
      },
    },
  };
}

function limitOf(sketches: readonly Sketch[], context: { phases?: 1 | 3; startedWallMs?: number } = {}) {
  const limits = createUpstreamLimits("limits", createMemoryStore());
  for (const sketch of sketches) expect(limits.set(request(sketch), NOW)).toEqual({ status: "Accepted" });
  return limits.limitA({ nowWallMs: NOW, phases: 3, startedWallMs: undefined, ...context });
}

describe("the limit of another central system", () => {
  it.each<[string, readonly Sketch[], number | undefined]>([
    ["none", [], undefined],
    ["one", [{}], 10],
    ["watts over three phases", [{ unit: "W", periods: [[0, 6_900]] }], 10],
    [
      "the period of this moment",
      [
        {
          periods: [
            [0, 16],
            [59, 8],
            [61, 20],
          ],
        },
      ],
      8,
    ],
    ["one that has ended", [{ schedule: { duration: 60 } }], undefined],
    ["one that has not ended", [{ schedule: { duration: 61 } }], 10],
    ["one that has not begun", [{ schedule: { startSchedule: iso(1) } }], undefined],
    ["one that is valid no more", [{ more: { validTo: iso(0) } }], undefined],
    ["one that is not valid yet", [{ more: { validFrom: iso(1) } }], undefined],
    [
      "the highest level that is valid",
      [
        { id: 1, level: 0 },
        { id: 2, level: 1, periods: [[0, 14]] },
      ],
      14,
    ],
    [
      "the level beneath one that has ended",
      [
        { id: 1, level: 0 },
        { id: 2, level: 1, periods: [[0, 14]], schedule: { duration: 60 } },
      ],
      10,
    ],
    [
      "the smallest of all purposes",
      [
        { id: 1, periods: [[0, 14]] },
        { id: 2, purpose: "TxProfile", periods: [[0, 12]] },
        { id: 3, purpose: "ChargePointMaxProfile", periods: [[0, 16]] },
      ],
      12,
    ],
    [
      "a recurring one by its hour",
      [
        {
          kind: "Recurring",
          more: { recurrencyKind: "Daily" },
          schedule: { startSchedule: iso(-3 * 86_400 - 30) },
          periods: [
            [0, 9],
            [60, 20],
          ],
        },
      ],
      9,
    ],
    ["the one that took the place of another", [{ id: 1 }, { id: 5, periods: [[0, 7]] }], 7],
  ])("of %s", (_what, sketches, limitA) => {
    expect(limitOf(sketches)).toBe(limitA);
  });

  it("of a relative one counts from the start of the charge, else from when it was set", () => {
    const relative: Sketch = {
      kind: "Relative",
      periods: [
        [0, 6],
        [100, 12],
      ],
    };
    expect(limitOf([relative])).toBe(6);
    expect(limitOf([relative], { startedWallMs: NOW - 100_000 })).toBe(12);
  });

  it("in watts is more for one phase", () => {
    expect(limitOf([{ unit: "W", periods: [[0, 2_300]] }], { phases: 1 })).toBe(10);
  });

  it.each<[string, object]>([
    ["nothing", {}],
    ["a purpose that nobody knows", request({ purpose: "Toll" })],
    ["a kind that nobody knows", request({ kind: "Sometimes" })],
    ["a unit that nobody knows", request({ unit: "hp" })],
    ["no period", request({ periods: [] })],
    ["a limit below zero", request({ periods: [[0, -1]] })],
  ])("of %s is refused", (_what, payload) => {
    const limits = createUpstreamLimits("limits", createMemoryStore());
    expect(limits.set(payload as never, NOW)).toEqual({ status: "Rejected" });
    expect(limits.limitA({ nowWallMs: NOW, phases: 3, startedWallMs: undefined })).toBeUndefined();
  });

  it("are no more than twenty", () => {
    const limits = createUpstreamLimits("limits", createMemoryStore());
    const statuses = Array.from(
      { length: 21 },
      (_, id) => limits.set(request({ id, level: id }), NOW).status,
    );
    expect(statuses.filter((status) => status === "Accepted")).toHaveLength(20);
  });

  it("is cleared by what is asked for, and a transaction's ends with it", () => {
    const limits = createUpstreamLimits("limits", createMemoryStore());
    limits.set(request({ id: 1, periods: [[0, 14]] }), NOW);
    limits.set(request({ id: 2, purpose: "TxProfile", periods: [[0, 7]] }), NOW);
    const now = { nowWallMs: NOW, phases: 3, startedWallMs: undefined } as const;
    expect(limits.limitA(now)).toBe(7);
    limits.endTransaction();
    expect(limits.limitA(now)).toBe(14);
    expect(limits.clear({ id: 9 })).toEqual({ status: "Unknown" });
    expect(limits.clear({ chargingProfilePurpose: "TxDefaultProfile" })).toEqual({ status: "Accepted" });
    expect(limits.limitA(now)).toBeUndefined();
  });
});
