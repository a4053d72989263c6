import { describe, expect, it } from "vitest";
import { f32, i16, string, u16 } from "../../../simulator/modbus/registers.ts";
import { common, END, MARKER, model, sourceOf, startDevice } from "./support/device.ts";

const METER_AT = 40_070;

/** Three-phase meter with integers; powers and currents as registers, scale factors 0 and -1. */
function meter({ powerW = 0, phasesW = [0, 0, 0], phasesDeciA = [0, 0, 0], powerScale = 0 } = {}, id = 203) {
  return model(id, 105, {
    3: phasesDeciA.flatMap(i16),
    6: i16(-1),
    18: i16(powerW),
    19: phasesW.flatMap(i16),
    22: i16(powerScale),
  });
}

function floatMeter(powerW: number, id = 213) {
  return model(id, 124, {
    4: [1, 2, 3].flatMap(f32),
    28: f32(powerW),
    30: [-1, 1, -1].flatMap(f32),
  });
}

function inverter(powerW: number | undefined, state = 4, id = 103) {
  const power = powerW === undefined ? [0x8000] : i16(powerW);
  return model(id, 50, { 14: power, 15: i16(0), 38: u16(state) });
}

/** Multiple-MPPT extension; a name with "StCha" or "StDisCha" is storage. */
function mppt(inputs: readonly { readonly name: string; readonly powerW: number | undefined }[], scale = 0) {
  const values: Record<number, number[]> = { 4: i16(scale), 8: u16(inputs.length) };
  for (const [index, { name, powerW }] of inputs.entries()) {
    values[10 + 20 * index + 1] = string(name, 8);
    values[10 + 20 * index + 11] = powerW === undefined ? [0xffff] : u16(powerW);
  }
  return model(160, 8 + 20 * inputs.length, values);
}

const storage = (soc: number) => model(124, 24, { 8: u16(soc), 22: i16(-2) });
const battery = (powerW: number, socDeci: number) =>
  model(802, 62, { 11: u16(socDeci), 47: i16(powerW), 56: i16(-1), 63: i16(0) });

function chain(...models: readonly number[][]): number[] {
  return [...MARKER, ...common("Maker"), ...models.flat(), ...END];
}

async function channelsOf(
  registers: readonly number[],
  roles: Parameters<typeof sourceOf>[1],
  options: Parameters<typeof sourceOf>[2] = {},
) {
  const reading = await sourceOf(await startDevice(registers), roles, options).source.read();
  return reading.ok ? reading.channels : reading.fault;
}

describe("discovery", () => {
  it.each([40_000, 0, 50_000])("finds a map at %i", async (start) => {
    const device = await startDevice(chain(meter({ powerW: 700 })), { start });
    const { source } = sourceOf(device, ["grid"]);
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 700 } });
  });

  it("trusts the length that it reads: a common model of 65 registers moves the rest", async () => {
    const registers = [...MARKER, ...common("Maker", 65), ...meter({ powerW: 5 }), ...END];
    expect(await channelsOf(registers, ["grid"])).toMatchObject({ gridPowerW: 5 });
  });

  it.each([
    ["exception 2", []],
    ["id 0", [0, 10]],
    ["length 0", [203, 0]],
  ])("stops at a chain that ends with %s", async (_, end) => {
    const registers = [...MARKER, ...common("Maker"), ...meter({ powerW: 9 }), ...end];
    expect(await channelsOf(registers, ["grid"])).toMatchObject({ gridPowerW: 9 });
  });

  it("stops at the end of the address space and after a hundred models", async () => {
    const far = await startDevice(chain(meter({ powerW: 1 })).slice(0, -2), { start: 50_000 });
    far.load(50_000 + chain(meter()).length - 2, [64_000, 65_000]);
    expect(await sourceOf(far, ["grid"]).source.read()).toMatchObject({
      ok: true,
      channels: { gridPowerW: 1 },
    });
    const endless = await startDevice(chain(meter({ powerW: 2 })).slice(0, -2));
    endless.load(40_000 + chain(meter()).length - 2, Array(1_000).fill(1));
    expect(await sourceOf(endless, ["grid"]).source.read()).toMatchObject({
      ok: true,
      channels: { gridPowerW: 2 },
    });
    expect(endless.takeRequests().length).toBeLessThan(250);
  });

  it("says what is wrong with a device that is not SunSpec, is away behind its gateway, or refuses", async () => {
    const device = await startDevice([1, 2, 3, 4]);
    const { source } = sourceOf(device, ["grid"]);
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "protocol" } });
    expect(device.takeRequests().map(({ address }) => address)).toEqual([40_000, 0, 50_000]);
    const { source: absent } = sourceOf(device, ["grid"], { unit: 7 });
    expect(await absent.read()).toMatchObject({ ok: false, fault: { kind: "unreachable" } });
    device.intercept = () => ({ exception: 6 });
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "refused", code: 6 } });
  });

  it("finds the meter of a sub-device behind an inverter", async () => {
    const registers = chain(inverter(2_000), common("Meter maker"), meter({ powerW: -300 }));
    expect(await channelsOf(registers, ["grid", "pv"])).toMatchObject({ gridPowerW: -300, pvPowerW: 2_000 });
  });

  it("tells what it found and what is missing, once", async () => {
    const device = await startDevice(chain(inverter(100)));
    const { source, logged, clock } = sourceOf(device, ["grid", "pv"]);
    for (let count = 0; count < 3; count++) await source.read();
    device.intercept = () => ({ exception: 4 });
    await source.read();
    await clock.advance(601_000);
    device.intercept = () => undefined;
    await source.read();
    expect(logged).toMatchObject([
      { msg: "sunspec device found", devices: [{ manufacturer: "Maker", models: [1, 103] }] },
      { msg: "sunspec device lacks values", missing: ["gridPowerW"] },
    ]);
  });

  it("is a fault where no model serves any role, and is repeated after half a minute, not with each read", async () => {
    const device = await startDevice(chain(inverter(100)));
    const { source, clock } = sourceOf(device, ["grid"]);
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "protocol" } });
    device.takeRequests();
    await source.read();
    expect(device.takeRequests()).toEqual([]);
    device.load(METER_AT, [...meter({ powerW: 3 }), ...END]);
    await clock.advance(30_000);
    expect(await source.read()).toMatchObject({ ok: false });
    await clock.advance(1);
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 3 } });
  });

  it("is repeated where it did not find the meter, which another unit's start may delay", async () => {
    const device = await startDevice(chain(inverter(100)));
    const { source, clock } = sourceOf(device, ["grid", "pv"]);
    expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 100 } });
    device.load(40_000, chain(inverter(100), common("Meter maker"), meter({ powerW: 7 })));
    device.takeRequests();
    await clock.advance(30_000);
    await source.read();
    expect(device.takeRequests()).toHaveLength(1);
    await clock.advance(1);
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 7, pvPowerW: 100 } });
  });

  it("is repeated seldom for another role, and one that fails leaves what is known", async () => {
    const device = await startDevice(chain(inverter(100)));
    const { source, clock } = sourceOf(device, ["pv", "battery"]);
    await source.read();
    device.load(40_000, chain(inverter(100), battery(-300, 640)));
    await clock.advance(600_000);
    expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 100 } });
    device.intercept = ({ address }) => (address === 40_000 ? { exception: 4 } : undefined);
    await clock.advance(1);
    expect(await source.read()).toMatchObject({ ok: true, channels: { pvPowerW: 100 } });
    device.intercept = () => undefined;
    await clock.advance(600_001);
    expect(await source.read()).toMatchObject({ ok: true, channels: { batteryPowerW: -300 } });
  });

  it("is made again when a model's header is not at its place any more", async () => {
    const device = await startDevice(chain(meter({ powerW: 10 })));
    const { source } = sourceOf(device, ["grid"]);
    await source.read();
    device.load(METER_AT, [...inverter(50), ...meter({ powerW: 20 }), ...END]);
    expect(await source.read()).toMatchObject({ ok: false, fault: { kind: "protocol" } });
    expect(await source.read()).toMatchObject({ ok: true, channels: { gridPowerW: 20 } });
  });

  it("is made again after the device was away for long, and not after a short absence", async () => {
    const device = await startDevice(chain(meter()));
    const { source, clock } = sourceOf(device, ["grid"]);
    await source.read();
    for (const [awayMs, isAgain] of [
      [60_000, false],
      [601_000, true],
    ] as const) {
      device.intercept = () => ({ exception: 11 });
      await source.read();
      device.intercept = () => undefined;
      await clock.advance(awayMs);
      device.takeRequests();
      expect(await source.read()).toMatchObject({ ok: true });
      expect(device.takeRequests().some(({ address }) => address === 40_000)).toBe(isAgain);
    }
  });
});

describe("grid", () => {
  it("is one read with signed phase currents", async () => {
    const registers = chain(meter({ powerW: 909, phasesW: [1_032, -123, 0], phasesDeciA: [47, 8, 46] }));
    const device = await startDevice(registers);
    const { source } = sourceOf(device, ["grid"]);
    await source.read();
    device.takeRequests();
    expect(await source.read()).toMatchObject({
      ok: true,
      channels: { gridPowerW: 909, gridPhaseCurrentsA: [4.7, -0.8, 4.6] },
    });
    expect(device.takeRequests()).toHaveLength(1);
  });

  it("turns the sign of a meter that counts export as positive", async () => {
    const registers = chain(meter({ powerW: -91, phasesW: [1_032, -123, -1_000], phasesDeciA: [47, 8, 46] }));
    expect(await channelsOf(registers, ["grid"], { gridSign: "export_positive" })).toEqual({
      gridPowerW: 91,
      gridPhaseCurrentsA: [-4.7, 0.8, 4.6],
    });
  });

  it("knows currents whatever sign the meter gives them, and takes them for import without a phase power", async () => {
    const registers = chain(meter({ powerW: 0, phasesW: [50, -50, -32_768], phasesDeciA: [-10, -20, -30] }));
    expect(await channelsOf(registers, ["grid"])).toMatchObject({ gridPhaseCurrentsA: [1, -2, 3] });
  });

  it("gives no phase currents when one of three is not implemented", async () => {
    const registers = chain(meter({ powerW: 5, phasesDeciA: [10, 20, -32_768] }));
    expect(await channelsOf(registers, ["grid"])).toEqual({ gridPowerW: 5 });
  });

  it("counts only the first phase of a single-phase meter", async () => {
    const registers = chain(
      meter({ powerW: 230, phasesW: [230, 0, 0], phasesDeciA: [10, -32_768, -32_768] }, 201),
    );
    expect(await channelsOf(registers, ["grid"])).toEqual({ gridPowerW: 230, gridPhaseCurrentsA: [1, 0, 0] });
  });

  it("reads meters with floats, and prefers integers where both are there", async () => {
    expect(await channelsOf(chain(floatMeter(-12.5)), ["grid"])).toEqual({
      gridPowerW: -12.5,
      gridPhaseCurrentsA: [-1, 2, -3],
    });
    const both = chain(floatMeter(1), meter({ powerW: 2 }));
    expect(await channelsOf(both, ["grid"])).toMatchObject({ gridPowerW: 2 });
  });

  it.each([NaN, Number.POSITIVE_INFINITY])("is absent when a float meter says %d", async (powerW) => {
    expect(await channelsOf(chain(floatMeter(powerW)), ["grid"])).not.toHaveProperty("gridPowerW");
  });

  it("follows a scale factor that changes between two reads", async () => {
    const device = await startDevice(chain(meter({ powerW: 1_234 })));
    const { source } = sourceOf(device, ["grid"]);
    const powers: unknown[] = [];
    for (const scale of [0, -1, 1, -2, 0x7fff, -11, -0x8000]) {
      device.load(METER_AT, meter({ powerW: 1_234, powerScale: scale }));
      const reading = await source.read();
      powers.push(reading.ok && reading.channels.gridPowerW);
    }
    expect(powers).toEqual([1_234, 123.4, 12_340, 12.34, undefined, undefined, undefined]);
  });
});

describe("pv", () => {
  it.each([
    ["sleeping", undefined, 2, 0],
    ["off", undefined, 1, 0],
    ["marking even its state as not implemented", undefined, 0xffff, 0],
    ["feeding in without telling how much", undefined, 4, undefined],
    ["drawing standby power", -8, 8, 0],
    ["producing", 4_200, 5, 4_200],
  ])("of an inverter that is %s", async (_, powerW, state, pvPowerW) => {
    expect(await channelsOf(chain(inverter(powerW, state)), ["pv"])).toEqual(
      pvPowerW === undefined ? {} : { pvPowerW },
    );
  });

  it("is absent, not 0, when the scale factor is unusable", async () => {
    const registers = chain(model(103, 50, { 14: i16(100), 38: u16(2) }));
    expect(await channelsOf(registers, ["pv"])).toEqual({});
  });

  it("reads inverters with floats", async () => {
    const registers = chain(model(113, 60, { 22: f32(3_210.5), 48: u16(4) }));
    expect(await channelsOf(registers, ["pv"])).toEqual({ pvPowerW: 3_210.5 });
  });

  it("of an inverter without a battery is its AC power, also where it tells its strings", async () => {
    const strings = mppt([
      { name: "String 1", powerW: 2_000 },
      { name: "String 2", powerW: 2_100 },
    ]);
    expect(await channelsOf(chain(inverter(3_980), strings), ["pv"])).toEqual({ pvPowerW: 3_980 });
  });

  it("of a hybrid without told strings is its AC power without the battery's", async () => {
    expect(await channelsOf(chain(inverter(3_000), battery(1_000, 555)), ["pv", "battery"])).toEqual({
      pvPowerW: 2_000,
      batteryPowerW: 1_000,
      batterySocPct: 55.5,
    });
  });
});

describe("a hybrid inverter with storage inputs", () => {
  const hybrid = (chargeW: number | undefined, dischargeW: number | undefined, scale = 0) =>
    chain(
      inverter(5_000),
      mppt(
        [
          { name: "MPPT 1", powerW: 2_600 },
          { name: "MPPT 2", powerW: undefined },
          { name: "StCha 3", powerW: chargeW },
          { name: "StDisCha 4", powerW: dischargeW },
        ],
        scale,
      ),
      storage(6_850),
    );

  it.each([
    ["charges", 900, 0, -900],
    ["discharges", undefined, 1_100, 1_100],
    ["rests", 0, 0, 0],
  ])("that %s", async (_, chargeW, dischargeW, batteryPowerW) => {
    expect(await channelsOf(hybrid(chargeW, dischargeW), ["pv", "battery"])).toEqual({
      pvPowerW: 2_600,
      batteryPowerW: batteryPowerW + 0,
      batterySocPct: 68.5,
    });
  });

  it("gives neither where the inputs have no usable scale factor", async () => {
    expect(await channelsOf(hybrid(900, 0, -32_768), ["pv", "battery"])).toEqual({ batterySocPct: 68.5 });
  });

  it("is one read for strings, battery and state of charge", async () => {
    const device = await startDevice(hybrid(900, 0));
    const { source } = sourceOf(device, ["pv", "battery"]);
    await source.read();
    device.takeRequests();
    await source.read();
    expect(device.takeRequests()).toHaveLength(1);
  });

  it.each([
    ["the addresses", 2],
    ["the length", 3],
  ])("is read model by model once it refuses %s of a read across models", async (_, exception) => {
    const device = await startDevice(hybrid(900, 0));
    device.intercept = ({ address, count }) => (address === 40_122 && count > 90 ? { exception } : undefined);
    const { source } = sourceOf(device, ["pv", "battery"]);
    const expected = { ok: true, channels: { pvPowerW: 2_600, batteryPowerW: -900, batterySocPct: 68.5 } };
    expect(await source.read()).toMatchObject(expected);
    device.takeRequests();
    expect(await source.read()).toMatchObject(expected);
    expect(device.takeRequests()).toHaveLength(2);
  });
});

describe("values of several models", () => {
  it.each([
    ["next to each other", [], 1],
    ["far from each other", [model(120, 26, {})], 2],
  ] as const)("take as few reads as pay for themselves, with models %s", async (_, between, readCount) => {
    const device = await startDevice(chain(inverter(5_000), ...between, storage(6_850)));
    const { source } = sourceOf(device, ["pv", "battery"]);
    await source.read();
    device.takeRequests();
    expect(await source.read()).toMatchObject({ channels: { pvPowerW: 5_000, batterySocPct: 68.5 } });
    expect(device.takeRequests()).toHaveLength(readCount);
  });
});

describe("a battery's state of charge", () => {
  it.each([
    [1_001, undefined],
    [1_000, 100],
    [0xffff, undefined],
  ])("of %i tenths of a percent", async (socDeci, batterySocPct) => {
    const channels = await channelsOf(chain(battery(0, socDeci)), ["battery"]);
    expect(channels).toEqual({ batteryPowerW: 0, ...(batterySocPct === undefined ? {} : { batterySocPct }) });
  });
});

describe("a stamp", () => {
  it("stays while nothing changes and changes with any register that was read", async () => {
    const device = await startDevice(chain(meter({ powerW: 1 })));
    const { source } = sourceOf(device, ["grid"]);
    const stamp = async () => {
      const reading = await source.read();
      return reading.ok ? reading.stamp : undefined;
    };
    const first = await stamp();
    expect(first).toBeTypeOf("string");
    expect(await stamp()).toBe(first);
    device.registers.set(METER_AT + 10, 2_301);
    expect(await stamp()).not.toBe(first);
  });
});
