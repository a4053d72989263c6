import { describe, expect, it } from "vitest";
import { dcInputs, dcPowerW } from "../../../drivers/sunspec/dc-inputs.ts";
import { discover } from "../../../drivers/sunspec/discovery.ts";
import { INVERTERS } from "../../../drivers/sunspec/models.ts";
import { pointValue } from "../../../drivers/sunspec/points.ts";
import { fixture, sourceOf, startDevice } from "./support/device.ts";

const SMA_MODELS = [1, 11, 12, 101, 120, 121, 122, 123, 124, 126, 127, 128, 131, 132, 160, 129, 130];

/** The image of the first model `id` of a dump. */
function imageOf({ registers }: { readonly registers: readonly number[] }, id: number) {
  let start = 2;
  while (registers[start] !== id) start += 2 + (registers[start + 1] ?? 0);
  return { id, registers: registers.slice(start, start + 2 + (registers[start + 1] ?? 0)) };
}

function inverterValues(dump: ReturnType<typeof fixture>, id: number) {
  const points = INVERTERS.get(id)!;
  const image = imageOf(dump, id);
  return {
    currentA: pointValue(image, points.A),
    powerW: pointValue(image, points.W),
    frequencyHz: pointValue(image, points.Hz),
    energyWh: pointValue(image, points.WH),
  };
}

function stringPowersW(dump: ReturnType<typeof fixture>) {
  const image = imageOf(dump, 160);
  return dcInputs(image).map((input) => dcPowerW(image, input));
}

describe("a real SMA Sunny Boy", () => {
  const nothing = undefined;

  it("at its limit decodes to what its owner saw", () => {
    const dump = fixture("sma-sb36-full-power.json");
    expect(inverterValues(dump, 101)).toEqual({
      currentA: 15.1,
      powerW: 3_680,
      frequencyHz: 49.99,
      energyWh: 30_388_530,
    });
    expect(stringPowersW(dump)).toEqual([2_210, 1_600, nothing, nothing, nothing, nothing]);
  });

  it("asleep keeps its energy counter and nothing else", () => {
    const dump = fixture("sma-sb36-night.json");
    expect(inverterValues(dump, 101)).toEqual({
      currentA: nothing,
      powerW: nothing,
      frequencyHz: nothing,
      energyWh: 30_847_780,
    });
    expect(stringPowersW(dump)).toEqual(Array(6).fill(nothing));
  });

  it.each([
    ["sma-sb36-producing.json", 1_080],
    ["sma-sb36-full-power.json", 3_680],
    ["sma-sb36-night.json", 0],
  ])("%s gives %i W in one read of the inverter's own model", async (name, pvPowerW) => {
    const { unit, registers } = fixture(name);
    const device = await startDevice(registers, { unit });
    const { source } = sourceOf(device, ["pv"], { unit });
    expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW } });
    device.takeRequests();
    expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW } });
    expect(device.takeRequests().map(({ address }) => address)).toEqual([40_185]);
  });

  it("is discovered with all its models", async () => {
    const { unit, registers } = fixture("sma-sb36-full-power.json");
    const { bus } = sourceOf(await startDevice(registers, { unit }), ["pv"], { unit });
    const found = await discover(bus, unit);
    expect(found).toMatchObject({
      ok: true,
      baseAddress: 40_000,
      subDevices: [{ manufacturer: "SMA", model: "SB3.6-1AV-41" }],
    });
    expect(found.ok && found.subDevices[0]?.models.map(({ id }) => id)).toEqual(SMA_MODELS);
  });

  it("has a storage model but no battery, and says so once", async () => {
    const { unit, registers } = fixture("sma-sb36-full-power.json");
    const { source, logged } = sourceOf(await startDevice(registers, { unit }), ["pv", "battery"], { unit });
    for (let count = 0; count < 3; count++) {
      expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 3_680 } });
    }
    const channels = await source.read();
    expect(channels.ok && Object.keys(channels.channels)).toEqual(["pvPowerW"]);
    expect(logged.filter(({ missing }) => missing)).toMatchObject([
      { msg: "sunspec device lacks values", missing: ["batteryPowerW", "batterySocPct"] },
    ]);
  });
});

describe("an emulated device of the 700 series", () => {
  it("decodes its AC measurement", () => {
    const dump = fixture("emulated-der.json");
    expect(inverterValues(dump, 701)).toEqual({
      currentA: 41.1,
      powerW: 9_800,
      frequencyHz: 60.01,
      energyWh: 150,
    });
  });

  it("gives PV power and the state of charge of its storage model", async () => {
    const { registers } = fixture("emulated-der.json");
    const { source } = sourceOf(await startDevice(registers), ["pv", "battery"]);
    const reading = await source.read();
    expect(reading.ok && reading.channels).toEqual({ pvPowerW: 9_800, batterySocPct: 0 });
  });
});
