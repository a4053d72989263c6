import { describe, expect, it } from "vitest";
import { createCar } from "../../../simulator/house/car.ts";
import { loadShippedDay } from "../../../simulator/house/day-trace.ts";
import { createEvse } from "../../../simulator/house/evse.ts";
import { createHomeBattery } from "../../../simulator/house/home-battery.ts";
import { createHouse, type House } from "../../../simulator/house/house.ts";
import { createInverterImage, createMeterImage } from "../../../simulator/house/sunspec-image.ts";

const HOUR_MS = 3_600_000;
const NOON_MS = 13 * HOUR_MS;
const METER = { serial: "SIM-M", sign: "import_positive" } as const;

function houseAt(atMs: number, withBattery = false): House {
  const day = loadShippedDay();
  if (!day.ok) throw new Error(day.problem);
  const evse = createEvse(createCar());
  const options = { trace: day.trace, evse, peakW: 10_000, startMonotonicMs: 0 };
  const house = createHouse(withBattery ? { ...options, battery: createHomeBattery() } : options);
  evse.allow(10);
  house.advanceTo(atMs);
  return house;
}

function inverterOf(house: House): Map<number, readonly number[]> {
  const plate = { serial: "SIM-I", peakW: 10_000, battery: house.battery?.options };
  return modelsOf(createInverterImage(plate)(house.readings()));
}

function meterOf(house: House, plate: Parameters<typeof createMeterImage>[0] = METER): readonly number[] {
  return modelsOf(createMeterImage(plate)(house.readings())).get(203)!;
}

/** An independent reader: walks the chain and keeps each model from its ID register on. */
function modelsOf(image: readonly number[]): Map<number, readonly number[]> {
  expect(image.slice(0, 2)).toEqual([0x5375, 0x6e53]);
  const models = new Map<number, readonly number[]>();
  let at = 2;
  while (image[at] !== 0xffff) {
    const length = image[at + 1]!;
    models.set(image[at]!, image.slice(at, at + 2 + length));
    at += 2 + length;
  }
  expect(image.slice(at)).toEqual([0xffff, 0]);
  return models;
}

const signed = (register: number) => (register > 0x7fff ? register - 0x10000 : register);
const acc32 = (model: readonly number[], at: number) => model[at]! * 0x10000 + model[at + 1]!;
const text = (model: readonly number[], at: number, count: number) =>
  String.fromCharCode(...model.slice(at, at + count).flatMap((word) => [word >> 8, word & 0xff])).replaceAll(
    "\0",
    "",
  );

/** Value at `at` with the scale factor at `sfAt`; offsets from the model's ID register. */
const scaledAt = (model: readonly number[], at: number, sfAt: number) =>
  signed(model[at]!) * 10 ** signed(model[sfAt]!);

describe("the chain of models", () => {
  it("has the lengths of the standard", () => {
    const lengths = [...inverterOf(houseAt(NOON_MS, true))].map(([id, model]) => [id, model.length - 2]);
    expect(lengths).toEqual([
      [1, 66],
      [103, 50],
      [120, 26],
      [124, 24],
      [160, 8 + 20 * 4],
    ]);
    expect(meterOf(houseAt(NOON_MS))[1]).toBe(105);
  });

  it("has no storage model without a battery", () => {
    expect([...inverterOf(houseAt(NOON_MS)).keys()]).toEqual([1, 103, 120, 160]);
  });

  it("says who it is", () => {
    const identity = inverterOf(houseAt(0)).get(1)!;
    expect(text(identity, 2, 16)).toBe("hems-edge");
    expect(text(identity, 18, 16)).toBe("Simulated inverter");
    expect(text(identity, 50, 16)).toBe("SIM-I");
  });

  it("holds only whole 16-bit registers", () => {
    for (const hour of [0, 8, 13, 23]) {
      const house = houseAt(hour * HOUR_MS, true);
      for (const model of [...inverterOf(house).values(), meterOf(house)]) {
        expect(model.every((word) => Number.isInteger(word) && word >= 0 && word <= 0xffff)).toBe(true);
      }
    }
  });
});

describe("the inverter", () => {
  it.each([8.5, 10, 13, 17])("shows at %d h what the roof gives", (hour) => {
    const house = houseAt(hour * HOUR_MS);
    const { pvPowerW, voltagesV, frequencyHz, pvWh } = house.readings();
    const model = inverterOf(house).get(103)!;
    expect(Math.abs(scaledAt(model, 14, 15) - pvPowerW)).toBeLessThanOrEqual(0.5);
    expect(scaledAt(model, 10, 13)).toBeCloseTo(voltagesV[0], 0);
    expect(scaledAt(model, 16, 17)).toBeCloseTo(frequencyHz, 1);
    expect(scaledAt(model, 3, 6) * voltagesV[0]).toBeCloseTo(pvPowerW / 3, -1);
    expect(model[38]).toBe(4);
    expect(Math.abs(acc32(model, 24) - 21_345_678 - pvWh)).toBeLessThan(1);
  });

  it("changes its power's scale factor over the day, as real ones do", () => {
    expect(inverterOf(houseAt(7.75 * HOUR_MS)).get(103)![15]).not.toBe(
      inverterOf(houseAt(NOON_MS)).get(103)![15],
    );
  });

  it("sleeps at night: everything but energy and state is 'not implemented'", () => {
    const models = inverterOf(houseAt(2 * HOUR_MS));
    const inverter = models.get(103)!;
    expect(inverter[14]).toBe(0x8000);
    expect(inverter[15]).toBe(0x8000);
    for (const at of [2, 3, 4, 5, 10, 16]) expect(inverter[at]).toBe(0xffff);
    expect(acc32(inverter, 24)).toBe(21_345_678);
    expect(inverter[38]).toBe(2);
    for (const start of [10, 30]) {
      expect(models.get(160)!.slice(start + 9, start + 12)).toEqual([0xffff, 0xffff, 0xffff]);
    }
  });

  it("feeds two strings whose power makes up the AC power and its losses", () => {
    const house = houseAt(NOON_MS);
    const strings = inverterOf(house).get(160)!;
    expect(strings[8]).toBe(2);
    const dcW = scaledAt(strings, 10 + 11, 4) + scaledAt(strings, 30 + 11, 4);
    expect(dcW).toBeCloseTo(house.readings().pvPowerW / 0.97, -1);
  });

  it("names its rating", () => {
    expect(scaledAt(inverterOf(houseAt(0)).get(120)!, 3, 4)).toBe(10_000);
  });
});

describe("the inverter with a battery", () => {
  it("stays awake at night and shows charge, discharge and state of charge", () => {
    const house = houseAt(600_000, true);
    const { batteryPowerW, batterySocPct } = house.readings();
    expect(batteryPowerW).toBeGreaterThan(0);
    const models = inverterOf(house);
    expect(scaledAt(models.get(103)!, 14, 15)).toBeCloseTo(batteryPowerW, -1);
    const modules = models.get(160)!;
    expect([text(modules, 51, 8), text(modules, 71, 8)]).toEqual(["StCha 3", "StDisCha 4"]);
    expect(scaledAt(modules, 50 + 11, 4)).toBe(0);
    expect(scaledAt(modules, 70 + 11, 4)).toBeCloseTo(batteryPowerW, -1);
    const storage = models.get(124)!;
    expect(scaledAt(storage, 8, 22)).toBeCloseTo(batterySocPct!, 2);
    expect(storage[11]).toBe(3);
    expect(models.get(120)![2]).toBe(82);
  });

  it("tells by its state what the battery does", () => {
    const readings = houseAt(0, true).readings();
    const plate = { serial: "x", peakW: 10_000, battery: createHomeBattery().options };
    const state = (batteryPowerW: number, batterySocPct: number) =>
      modelsOf(createInverterImage(plate)({ ...readings, batteryPowerW, batterySocPct })).get(124)![11];
    expect([state(-500, 50), state(500, 50), state(0, 100), state(0, 50)]).toEqual([4, 3, 5, 6]);
  });
});

describe("the meter", () => {
  it.each([2, 13, 18])("shows at %d h power, phases, voltages and energy of the connection", (hour) => {
    const house = houseAt(hour * HOUR_MS);
    const readings = house.readings();
    const meter = meterOf(house);
    expect(Math.abs(scaledAt(meter, 18, 22) - readings.gridPowerW)).toBeLessThanOrEqual(0.5);
    for (const phase of [0, 1, 2] as const) {
      const watts = readings.gridPhasePowersW[phase];
      expect(Math.abs(scaledAt(meter, 19 + phase, 22) - watts)).toBeLessThanOrEqual(0.5);
      expect(scaledAt(meter, 3 + phase, 6)).toBeCloseTo(Math.abs(readings.gridPhaseCurrentsA[phase]), 1);
      expect(scaledAt(meter, 8 + phase, 15)).toBeCloseTo(readings.voltagesV[phase], 0);
    }
    expect(Math.abs(acc32(meter, 38) - 12_345_678 - readings.exportWh)).toBeLessThan(1);
    expect(Math.abs(acc32(meter, 46) - 7_654_321 - readings.importWh)).toBeLessThan(1);
  });

  it("counts export as positive where asked, as SolarEdge does", () => {
    const house = houseAt(NOON_MS);
    const turned = meterOf(house, { ...METER, sign: "export_positive" });
    expect(scaledAt(turned, 18, 22)).toBe(-scaledAt(meterOf(house), 18, 22));
    expect(scaledAt(turned, 19, 22)).toBe(-scaledAt(meterOf(house), 19, 22));
  });

  it("fits 100 kW into its registers by another scale factor", () => {
    const readings = {
      ...houseAt(0).readings(),
      gridPowerW: 100_000,
      gridPhasePowersW: [4e4, 3e4, 3e4] as const,
    };
    const meter = modelsOf(createMeterImage(METER)(readings)).get(203)!;
    expect(scaledAt(meter, 18, 22)).toBe(100_000);
  });
});
