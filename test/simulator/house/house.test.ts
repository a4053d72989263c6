import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCar } from "../../../simulator/house/car.ts";
import { type DayTrace, listShippedDays, loadShippedDay } from "../../../simulator/house/day-trace.ts";
import { createDelayedReadings } from "../../../simulator/house/delayed-readings.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import { createHomeBattery } from "../../../simulator/house/home-battery.ts";
import { createHouse, type House, type HouseReadings } from "../../../simulator/house/house.ts";

const START_MS = 5_000;
const HOUR_MS = 3_600_000;

function dayTrace(name?: string): DayTrace {
  const result = loadShippedDay(name);
  if (!result.ok) throw new Error(result.problem);
  return result.trace;
}

function constantTrace(pvW: number, loadW: number, minutes = 60): DayTrace {
  return {
    name: "constant",
    stepMs: 60_000,
    startWallMs: 1_647_669_600_000,
    pvW: new Float64Array(minutes).fill(pvW),
    loadW: new Float64Array(minutes).fill(loadW),
  };
}

/** The car draws exactly what it may, at once, so that figures are round. */
function house(trace: DayTrace, battery?: ReturnType<typeof createHomeBattery>): House {
  const eager = { offsetA: 0, startDelayMs: 0, rampUpAPerS: 1e6, rampDownAPerS: 1e6 };
  const evse = createEvse(createCar(eager), { deadTimeMs: 0 });
  const options = { trace, evse, peakW: 10_000, startMonotonicMs: START_MS };
  return createHouse(battery === undefined ? options : { ...options, battery });
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function expectBalance(readings: HouseReadings): void {
  const { gridPowerW, loadPowerW, chargePowerW, pvPowerW, batteryPowerW } = readings;
  expect(gridPowerW).toBeCloseTo(loadPowerW + chargePowerW - pvPowerW - batteryPowerW, 6);
  expect(sum(readings.gridPhasePowersW)).toBeCloseTo(gridPowerW, 6);
  for (const phase of [0, 1, 2] as const) {
    const watts = readings.gridPhaseCurrentsA[phase] * readings.voltagesV[phase];
    expect(watts).toBeCloseTo(readings.gridPhasePowersW[phase], 6);
    expect(Math.abs(readings.voltagesV[phase] - 230)).toBeLessThan(1);
  }
}

describe("a house with several wallboxes", () => {
  it("draws what all cars take, each on its phases", () => {
    const eager = { offsetA: 0, startDelayMs: 0, rampUpAPerS: 1e6, rampDownAPerS: 1e6 };
    const box = (phases: 1 | 3) => createEvse(createCar(eager), { deadTimeMs: 0, phases });
    const [first, second] = [box(3), box(1)];
    const options = { trace: constantTrace(0, 0), evse: first, moreEvses: [second] };
    const home = createHouse({ ...options, peakW: 10_000, startMonotonicMs: START_MS });
    first.allow(10);
    second.allow(16);
    home.advanceTo(START_MS + 10_000);
    const readings = home.readings();
    expect(home.evses).toEqual([first, second]);
    expect(readings.chargePowerW).toBeCloseTo(10 * 690 + 16 * 230);
    expect(readings.gridPhasePowersW[0]).toBeCloseTo(26 * 230);
    expect(readings.gridPhasePowersW[2]).toBeCloseTo(10 * 230);
    expectBalance(readings);
  });
});

describe("the balance of the house", () => {
  it("holds in every second, with and without a battery, whatever the wallbox is allowed", () => {
    const commands = fc.array(fc.tuple(fc.double({ min: 0, max: 20, noNaN: true }), fc.nat(2 * HOUR_MS)), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(commands, fc.boolean(), (list, hasBattery) => {
        const home = house(dayTrace(), hasBattery ? createHomeBattery() : undefined);
        let untilMs = START_MS + 7 * HOUR_MS;
        for (const [limitA, durationMs] of list) {
          home.advanceTo(untilMs);
          home.evse.allow(limitA);
          untilMs += durationMs;
          home.advanceTo(untilMs);
          expectBalance(home.readings());
        }
      }),
      { numRuns: 30 },
    );
  });

  it("holds over a day: what comes in goes out, to the last watt-hour", () => {
    const home = house(dayTrace("2019-07-05_lamont_broken"), createHomeBattery());
    home.advanceTo(START_MS + 9 * HOUR_MS);
    home.evse.allow(8);
    home.advanceTo(home.endMs);
    const { importWh, exportWh, pvWh, batteryChargedWh, batteryDischargedWh } = home.readings();
    const { chargedWh } = home.tallies();
    const loadWh = sum([...home.trace.loadW]) / 60;
    expect(importWh + pvWh + batteryDischargedWh).toBeCloseTo(
      loadWh + chargedWh + exportWh + batteryChargedWh,
      3,
    );
    expect(pvWh).toBeCloseTo(sum([...home.trace.pvW]) / 60, 3);
  });
});

describe("the tallies of a day", () => {
  it("split one hour of charging into sun and import that charging caused", () => {
    const home = house(constantTrace(5_000, 1_000));
    home.evse.allow(10);
    home.advanceTo(START_MS + HOUR_MS);
    const tallies = home.tallies();
    expect(tallies.chargedWh).toBeCloseTo(6_900, 3);
    expect(tallies.solarWh).toBeCloseTo(4_000, 3);
    expect(tallies.causedImportWh).toBeCloseTo(2_900, 3);
    expect(tallies.fromBatteryWh).toBeCloseTo(0, 6);
    expect(tallies.surplusWh).toBeCloseTo(4_000, 3);
    expect(tallies.peakImportW).toBeGreaterThan(2_900);
    expect(tallies.starts).toBe(1);
  });

  it("do not blame the car for what the house imports anyway", () => {
    const home = house(constantTrace(0, 2_000));
    home.evse.allow(6);
    home.advanceTo(START_MS + HOUR_MS);
    expect(home.tallies().causedImportWh).toBeCloseTo(4_140, 3);
    expect(home.readings().importWh).toBeCloseTo(6_140, 3);
  });

  it("count energy out of the home battery as neither sun nor import", () => {
    const home = house(constantTrace(0, 0), createHomeBattery({ initialSocPct: 100 }));
    home.evse.allow(6);
    home.advanceTo(START_MS + HOUR_MS);
    const tallies = home.tallies();
    expect(tallies.fromBatteryWh).toBeCloseTo(4_140, 3);
    expect(tallies.causedImportWh).toBeCloseTo(0, 6);
    expect(tallies.solarWh).toBe(0);
  });

  it("count a start for every time the car begins anew", () => {
    const home = house(constantTrace(9_000, 300));
    for (const limitA of [6, 10, 0, 6, 0, 16]) {
      home.evse.allow(limitA);
      home.advanceTo(home.nowMs + 60_000);
    }
    expect(home.tallies().starts).toBe(3);
  });

  it.each(listShippedDays())("find the surplus of $name", (day) => {
    const home = house(dayTrace(day.name));
    home.advanceTo(home.endMs);
    expect(home.tallies().surplusWh / 1_000 / day.surplus_kwh).toBeCloseTo(1, 1);
    expect(home.readings().pvWh / 1_000).toBeCloseTo(day.pv_kwh, 1);
    expect(home.tallies().chargedWh).toBe(0);
  });
});

describe("the time of the house", () => {
  it("moves in whole seconds and never back", () => {
    const home = house(constantTrace(0, 500));
    home.advanceTo(START_MS + 2_999);
    expect(home.nowMs).toBe(START_MS + 2_000);
    home.advanceTo(START_MS - 10_000);
    expect(home.nowMs).toBe(START_MS + 2_000);
    expect(home.traceWallMs).toBe(home.trace.startWallMs + 2_000);
  });

  it("comes to the same in one stride as second by second", () => {
    const stride = house(dayTrace());
    const seconds = house(dayTrace());
    for (const home of [stride, seconds]) home.evse.allow(6);
    stride.advanceTo(START_MS + HOUR_MS);
    for (let t = 0; t <= HOUR_MS; t += 250) seconds.advanceTo(START_MS + t);
    expect(seconds.readings()).toEqual(stride.readings());
  });

  it("begins the day anew at its end", () => {
    const home = house(dayTrace());
    home.advanceTo(home.endMs + 12 * HOUR_MS);
    const second = home.readings().pvPowerW;
    const again = house(dayTrace());
    again.advanceTo(START_MS + 12 * HOUR_MS);
    expect(second).toBe(again.readings().pvPowerW);
  });

  it("passes a day of seconds in well under a second", () => {
    const home = createHouse({
      trace: dayTrace(),
      evse: createEvse(createCar()),
      peakW: 10_000,
      startMonotonicMs: 0,
    });
    home.evse.allow(16);
    const beforeMs = process.cpuUsage().user / 1_000;
    home.advanceTo(home.endMs);
    expect(process.cpuUsage().user / 1_000 - beforeMs).toBeLessThan(800);
  });
});

it("two readings a second apart always differ, as those of a real meter do", () => {
  const home = house(constantTrace(0, 0));
  const seen = new Set<string>();
  for (let second = 0; second < 600; second++) {
    home.advanceTo(START_MS + second * 1_000);
    seen.add(
      home
        .readings()
        .voltagesV.map((volts) => volts.toFixed(1))
        .join(),
    );
  }
  expect(seen.size).toBeGreaterThan(500);
});

describe("a hybrid inverter at its AC limit", () => {
  const made = (options: {
    pvW: number;
    loadW: number;
    inverterAcW?: number;
    feedInLimitW?: number;
    socPct?: number;
  }) => {
    const { pvW, loadW, socPct, ...limits } = options;
    const home = createHouse({
      ...limits,
      // Steps of a second have no ripple.
      trace: { ...constantTrace(pvW, loadW), stepMs: 1_000 },
      evse: createEvse(createCar()),
      peakW: 10_000,
      startMonotonicMs: START_MS,
      ...(socPct !== undefined && { battery: createHomeBattery({ initialSocPct: socPct }) }),
    });
    home.advanceTo(START_MS + 10_000);
    const readings = home.readings();
    expectBalance(readings);
    const { pvPowerW, batteryPowerW, gridPowerW } = readings;
    return [pvPowerW, batteryPowerW, gridPowerW].map(Math.round);
  };

  it.each([
    [
      "exports no more than it can turn into AC",
      { pvW: 8_000, loadW: 1_000, inverterAcW: 5_000 },
      [5_000, 0, -4_000],
    ],
    [
      "charges its battery with the rest",
      { pvW: 8_000, loadW: 5_000, inverterAcW: 5_000, socPct: 50 },
      [8_000, -3_000, 0],
    ],
    [
      "charges its battery before it exports",
      { pvW: 8_000, loadW: 1_000, inverterAcW: 5_000, socPct: 50 },
      [8_000, -5_000, -2_000],
    ],
    [
      "lets the grid bring what is beyond it",
      { pvW: 3_000, loadW: 9_000, inverterAcW: 5_000, socPct: 50 },
      [3_000, 2_000, 4_000],
    ],
    [
      "throttles its modules where nothing may be exported",
      { pvW: 8_000, loadW: 1_000, feedInLimitW: 0 },
      [1_000, 0, 0],
    ],
    ["exports up to the limit", { pvW: 8_000, loadW: 1_000, feedInLimitW: 3_000 }, [4_000, 0, -3_000]],
    [
      "charges its battery where nothing may be exported",
      { pvW: 8_000, loadW: 1_000, feedInLimitW: 0, socPct: 50 },
      [6_000, -5_000, 0],
    ],
  ])("%s", (_, options, expected) => {
    expect(made(options)).toEqual(expected);
  });
});

describe("the home battery", () => {
  it.each([
    { socPct: 50, residualW: 2_000, batteryW: 2_000 },
    { socPct: 50, residualW: 9_000, batteryW: 5_000 },
    { socPct: 10, residualW: 2_000, batteryW: 0 },
    { socPct: 50, residualW: -2_000, batteryW: -2_000 },
    { socPct: 50, residualW: -9_000, batteryW: -5_000 },
    { socPct: 100, residualW: -2_000, batteryW: 0 },
  ])("at $socPct % answers $residualW W with $batteryW W", ({ socPct, residualW, batteryW }) => {
    const battery = createHomeBattery({ initialSocPct: socPct });
    expect(battery.advance(residualW, 1_000) + 0).toBe(batteryW);
  });

  it("loses its efficiency on the way in and on the way out", () => {
    const battery = createHomeBattery({ initialSocPct: 50, capacityWh: 10_000 });
    battery.advance(-1_000, HOUR_MS);
    expect(battery.socPct).toBeCloseTo(59.5, 6);
    battery.advance(950, HOUR_MS);
    expect(battery.socPct).toBeCloseTo(49.5, 6);
  });
});

describe("a meter that measures every 5 s and shows it 1 s later", () => {
  it.each([
    { atMs: 0, measuredMs: 0 },
    { atMs: 5_999, measuredMs: 0 },
    { atMs: 6_000, measuredMs: 5_000 },
    { atMs: 10_999, measuredMs: 5_000 },
    { atMs: 11_000, measuredMs: 10_000 },
    { atMs: 3_600_000, measuredMs: 3_595_000 },
  ])("shows at $atMs ms what was at $measuredMs ms", ({ atMs, measuredMs }) => {
    const home = house(constantTrace(1_000, 500));
    const delayed = createDelayedReadings(home, { refreshMs: 5_000, lagMs: 1_000 });
    home.advanceTo(START_MS + atMs);
    expect(delayed.visibleAt(START_MS + atMs).atMs).toBe(START_MS + measuredMs);
  });

  it("shows the same measurement until the next", () => {
    const home = house(constantTrace(1_000, 500));
    const delayed = createDelayedReadings(home, { refreshMs: 5_000, lagMs: 0 });
    home.advanceTo(START_MS + 5_000);
    const first = delayed.visibleAt(START_MS + 5_000);
    home.advanceTo(START_MS + 9_000);
    expect(delayed.visibleAt(START_MS + 9_000)).toBe(first);
  });
});
