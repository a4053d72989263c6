import { describe, expect, it } from "vitest";
import type { ChargeTransaction, VehicleState } from "../../src/core/site-sample.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createSessionTally } from "../../src/history/session-tally.ts";

const START_MS = Date.UTC(2026, 5, 21, 12);
const HOUR_MS = 3_600_000;

/** A car at the box `garage`; each step lasts a minute. */
function garage(store = createMemoryStateStore(), wallMs = START_MS) {
  let nowMs = wallMs;
  const tally = createSessionTally("garage", { store, wallMs });
  return {
    store,
    tally,
    minutes(
      count: number,
      vehicle: VehicleState,
      chargeW = 0,
      its: { solarW?: number; price?: number; transaction?: ChargeTransaction } = {},
    ) {
      const { solarW = chargeW, price: priceCtKwh, transaction } = its;
      for (let minute = 0; minute < count; minute++) {
        nowMs += 60_000;
        const box = { name: "garage", vehicle, chargeW, solarW, setpointA: 10, phases: 1, transaction };
        tally.add(box, { durationMs: 60_000, wallMs: nowMs, priceCtKwh });
      }
    },
  };
}

function charge(id: number, idTag: string | undefined, energyWh: number | undefined): ChargeTransaction {
  return { id, idTag, startedWallMs: START_MS, energyWh };
}

describe("a session", () => {
  it("lasts from plug-in to unplugging, pauses included", () => {
    const { tally, minutes } = garage();
    minutes(5, "absent");
    minutes(10, "connected");
    minutes(60, "charging", 6_000, { solarW: 4_000, price: 30 });
    minutes(20, "suspended_by_wallbox");
    minutes(30, "charging", 2_000, { price: 30 });
    expect(tally.running()).toMatchObject({
      startMs: START_MS + 6 * 60_000,
      endMs: undefined,
      maxPowerW: 6_000,
    });
    expect(tally.takeFinished()).toEqual([]);
    minutes(10, "finishing");
    minutes(1, "absent");
    expect(tally.running()).toBeUndefined();
    const [session, ...more] = tally.takeFinished();
    expect(more).toEqual([]);
    expect(session).toMatchObject({
      wallbox: "garage",
      startMs: START_MS + 6 * 60_000,
      endMs: START_MS + 135 * 60_000,
      chargingS: 5_400,
      maxPowerW: 6_000,
      costCt: 60,
    });
    expect(session?.energyWh).toBeCloseTo(7_000, 6);
    expect(session?.solarWh).toBeCloseTo(5_000, 6);
    expect(session?.gridWh).toBeCloseTo(2_000, 6);
  });

  it("has the card that began it, and what the box's own register says of all its transactions", () => {
    const { tally, minutes } = garage();
    minutes(1, "connected");
    minutes(30, "charging", 6_000, { transaction: charge(7, undefined, undefined) });
    minutes(30, "charging", 6_000, { transaction: charge(7, "CARD-1", 6_050) });
    minutes(30, "finishing");
    minutes(30, "charging", 6_000, { transaction: charge(8, undefined, 1_000) });
    minutes(30, "charging", 6_000, { transaction: charge(8, "CARD-1", 6_060) });
    expect(tally.running()).toMatchObject({ idTag: "CARD-1", registerWh: 12_110 });
    minutes(1, "absent");
    expect(tally.takeFinished()).toMatchObject([{ idTag: "CARD-1", registerWh: 12_110 }]);
  });

  it("is another one as soon as another card charges", () => {
    const { tally, minutes } = garage();
    minutes(60, "charging", 6_000, { transaction: charge(7, "CARD-1", 6_000) });
    minutes(60, "charging", 3_000, { transaction: charge(8, "CARD-2", 3_000) });
    minutes(1, "absent");
    expect(tally.takeFinished()).toMatchObject([
      { idTag: "CARD-1", registerWh: 6_000, endMs: START_MS + HOUR_MS },
      { idTag: "CARD-2", registerWh: 3_000, startMs: START_MS + HOUR_MS + 60_000 },
    ]);
  });

  /** An hour at 6 kW, a kill, 20 minutes without a gateway, and the minutes since: `registerWh` is what the box says then. */
  function afterAKill(registerWh: number, id = 7) {
    const before = garage();
    for (let minute = 1; minute <= 60; minute++) {
      before.minutes(1, "charging", 6_000, { price: 30, transaction: charge(7, undefined, minute * 100) });
    }
    const after = garage(before.store, START_MS + 80 * 60_000);
    after.minutes(1, "charging", 6_000, { price: 30, transaction: charge(id, undefined, undefined) });
    after.minutes(1, "charging", 6_000, { price: 30, transaction: charge(id, undefined, registerWh) });
    after.minutes(1, "charging", 6_000, { price: 30, transaction: charge(id, undefined, registerWh + 100) });
    return after.tally.running();
  }

  it("counts what the box gave the car while the gateway was dead, once, as grid at the price of now", () => {
    const session = afterAKill(8_200);
    expect(session).toMatchObject({ registerWh: 8_300, costCt: 60 });
    expect(session?.energyWh).toBeCloseTo(8_300, 6);
    expect(session?.solarWh).toBeCloseTo(6_300, 6);
    expect(session?.gridWh).toBeCloseTo(2_000, 6);
  });

  it.each([
    ["fell", 5_000, 7],
    ["grew faster than any wallbox charges", 6_200 + 20_000, 7],
    ["counts another charge", 8_200, 8],
  ])("counts nothing of that when the register %s", (_what, registerWh, id) => {
    expect(afterAKill(registerWh, id)?.energyWh).toBeCloseTo(6_300, 6);
  });

  it("keeps card and register over a restart", () => {
    const { store, minutes } = garage();
    minutes(60, "charging", 6_000, { transaction: charge(7, "CARD-1", 6_000) });
    const after = garage(store, START_MS + HOUR_MS);
    after.minutes(10, "charging", 6_000, { transaction: charge(8, undefined, 500) });
    // It was saved within the minute.
    expect(after.tally.running()).toMatchObject({ idTag: "CARD-1", registerWh: 6_500 });
  });

  it("knows neither where the box keeps no account", () => {
    const { tally, minutes } = garage();
    minutes(60, "charging", 6_000);
    expect(tally.running()).toMatchObject({ idTag: undefined, registerWh: undefined });
  });

  it("has no cost when some of its price was not known", () => {
    const { tally, minutes } = garage();
    minutes(60, "charging", 6_000, { solarW: 0, price: 30 });
    minutes(1, "charging", 6_000, { solarW: 0 });
    minutes(1, "absent");
    expect(tally.takeFinished()[0]).toMatchObject({ costCt: undefined });
  });

  it("goes on while the box says nothing, and does not begin by that", () => {
    const { tally, minutes } = garage();
    minutes(10, "unknown", 3_000);
    expect(tally.running()).toBeUndefined();
    minutes(10, "charging", 3_000);
    minutes(10, "unknown");
    minutes(10, "charging", 3_000);
    minutes(1, "absent");
    expect(tally.takeFinished()).toHaveLength(1);
  });

  it("that brought nothing is no session", () => {
    const { tally, minutes } = garage();
    minutes(60, "connected");
    expect(tally.running()).toBeUndefined();
    minutes(1, "absent");
    expect(tally.takeFinished()).toEqual([]);
  });

  it("goes on after a restart, having lost at most a minute", () => {
    const { store, minutes } = garage();
    minutes(60, "charging", 6_000);
    const after = garage(store, START_MS + HOUR_MS + 30_000);
    expect(after.tally.running()?.energyWh).toBeGreaterThanOrEqual(5_900);
    after.minutes(10, "charging", 6_000);
    after.minutes(1, "absent");
    const [session] = after.tally.takeFinished();
    expect(session?.startMs).toBe(START_MS + 60_000);
    expect(session?.energyWh).toBeGreaterThanOrEqual(6_900);
    expect(garage(store, START_MS + 2 * HOUR_MS).tally.running()).toBeUndefined();
  });

  it("is over after a night without the gateway: it may be another car", () => {
    const { store, minutes } = garage();
    minutes(60, "charging", 6_000);
    const after = garage(store, START_MS + 8 * HOUR_MS);
    expect(after.tally.takeFinished()).toMatchObject([{ endMs: START_MS + HOUR_MS }]);
    expect(after.tally.running()).toBeUndefined();
  });

  it.each([["text"], [{ wallbox: "garage" }], [{ wallbox: 1, startMs: 2 }]])(
    "stored as %j is none",
    (stored) => {
      const store = createMemoryStateStore();
      store.put("session/garage", stored);
      expect(garage(store).tally.running()).toBeUndefined();
    },
  );
});
