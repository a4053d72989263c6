import { describe, expect, it } from "vitest";
import { createSunRecord } from "../../src/control/sun-record.ts";
import { createLocalTime } from "../../src/core/planner/local-time.ts";
import { SLOTS_PER_DAY } from "../../src/core/planner/sun-expectation.ts";
import { createFakeStore } from "./support/fakes.ts";
import { createSpotRig, HOUR_MS, hourly, wall } from "./support/spot-rig.ts";

const FOUR_IN_THE_MORNING = "2024-06-18T02:00:00Z";
const DEAR_THEN_CHEAP = [30, 20, 30, 30];

/** A store in which the last ten days all had 4 kW of surplus from 5 to 7 h. */
function sunnyStore() {
  const store = createFakeStore();
  const { dayNumber } = createLocalTime("Europe/Vienna").momentAt(wall(FOUR_IN_THE_MORNING));
  for (let ago = 1; ago <= 10; ago++) {
    const day = dayNumber - ago;
    const powersW = Array.from({ length: SLOTS_PER_DAY }, (_, slot) => (slot >= 20 && slot < 28 ? 3_680 : 0));
    store.put(`sun/${day % 15}`, { dayNumber: day, powersW });
  }
  return store;
}

function rigWith(store = createFakeStore()) {
  const prices = hourly(wall(FOUR_IN_THE_MORNING), DEAR_THEN_CHEAP);
  return createSpotRig({ start: FOUR_IN_THE_MORNING, mode: "hems_and_spot", prices, store, energyWh: 3_680 });
}

describe("mode hems_and_spot", () => {
  it("buys the cheapest hour when nothing is known of the sun", async () => {
    const rig = rigWith();
    await rig.clock.advance(1.5 * HOUR_MS);
    expect(rig.reports.at(-1)).toMatchObject({ setpointA: 16, reason: { code: "cheap_slot" } });
    await rig.stop();
  });

  it("leaves to the sun what it is expected to bring", async () => {
    const rig = rigWith(sunnyStore());
    await rig.clock.advance(HOUR_MS / 2);
    expect(rig.planner.advice()).toMatchObject({ kind: "sun_only", stance: "wait" });
    rig.houseW = -4_000;
    await rig.clock.advance(1.5 * HOUR_MS);
    expect(rig.runs()[0]?.[0]).toBeGreaterThan(0.5);
    expect(rig.reports.some(({ reason }) => reason.code === "following_surplus")).toBe(true);
    expect(rig.reports.some(({ reason }) => reason.code === "cheap_slot")).toBe(false);
    await rig.stop();
  });

  it("still keeps the deadline when the expected sun stays away", async () => {
    const rig = rigWith(sunnyStore());
    await rig.clock.advance(3 * HOUR_MS);
    expect(rig.deliveredWh()).toBeGreaterThanOrEqual(3_680);
    await rig.stop();
  });
});

describe("the record of the sun", () => {
  it("is of the surplus that the car could use, quarter by quarter, and outlives a restart", async () => {
    const rig = rigWith();
    rig.houseW = -3_000;
    await rig.clock.advance(HOUR_MS + 60_000);
    await rig.stop();
    const local = createLocalTime("Europe/Vienna");
    const [day] = createSunRecord({ store: rig.store, local }).days();
    expect(
      day?.powersW.slice(16, 20).map((powerW) => powerW !== undefined && Math.abs(powerW - 3_000) < 100),
    ).toEqual([true, true, true, true]);
    expect(day?.powersW.slice(0, 16).every((powerW) => powerW === undefined)).toBe(true);
  });
});
