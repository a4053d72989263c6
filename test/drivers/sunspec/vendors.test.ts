import { describe, expect, it } from "vitest";
import { common, type Device, END, MARKER, model, sourceOf, startDevice } from "./support/device.ts";

/** Words 16 to 20 of a SolarEdge meter's model 203 as its owner posted them: W, WphA, WphB, WphC, W_SF. */
const EXPORTED_W = [0xffa5, 0x0408, 0xff85, 0xfc18, 0];
const BATTERY = { power: 0xe174, soc: 0xe184 };

function floatLowFirst(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint16(2), view.getUint16(0)];
}

/** An inverter with 2000 W of AC power and a meter behind it, as SolarEdge chains them. */
async function solarEdge(acW = 2_000): Promise<Device> {
  return startDevice([
    ...MARKER,
    ...common("SolarEdge", 65),
    ...model(103, 50, { 14: [acW & 0xffff], 15: [0], 38: [4] }),
    ...common("SolarEdge", 65),
    ...model(203, 105, { 18: EXPORTED_W }),
    ...END,
  ]);
}

function addBattery(device: Device, chargeW: number, socPct: number): void {
  device.load(BATTERY.power, floatLowFirst(chargeW));
  device.load(BATTERY.power + 2, Array(14).fill(0));
  device.load(BATTERY.soc, floatLowFirst(socPct));
}

async function channelsOf(device: Device, roles: readonly ("grid" | "pv" | "battery")[]) {
  const { source } = sourceOf(device, roles, { gridSign: "of the maker" });
  const reading = await source.read();
  if (!reading.ok) throw new Error(reading.fault.detail);
  return reading.channels;
}

describe("a SolarEdge system", () => {
  it("counts export as positive, and the driver turns it without a setting", async () => {
    expect(await channelsOf(await solarEdge(), ["grid"])).toMatchObject({ gridPowerW: 91 });
  });

  it("without a battery gives its AC power as PV", async () => {
    expect(await channelsOf(await solarEdge(), ["grid", "pv", "battery"])).toEqual({
      gridPowerW: 91,
      pvPowerW: 2_000,
    });
  });

  it("whose battery registers hold the emptiest float has none either", async () => {
    const device = await solarEdge();
    addBattery(device, -3.4028234663852886e38, -3.4028234663852886e38);
    expect(await channelsOf(device, ["pv", "battery"])).toEqual({ pvPowerW: 2_000 });
  });

  it("has its battery in registers of its own, and its AC power carries it", async () => {
    const device = await solarEdge();
    addBattery(device, 1_500, 64.5);
    expect(await channelsOf(device, ["grid", "pv", "battery"])).toEqual({
      gridPowerW: 91,
      pvPowerW: 3_500,
      batteryPowerW: -1_500,
      batterySocPct: 64.5,
    });
    expect(await channelsOf(device, ["pv"])).toEqual({ pvPowerW: 3_500 });
  });

  it("that charges from the grid makes no sun of it", async () => {
    const device = await solarEdge(-1_490);
    addBattery(device, 1_500, 64.5);
    expect(await channelsOf(device, ["pv", "battery"])).toMatchObject({
      pvPowerW: 10,
      batteryPowerW: -1_500,
    });
  });

  it("is not guessed at while its battery does not answer", async () => {
    const device = await solarEdge();
    addBattery(device, 1_500, 64.5);
    device.intercept = ({ address }) => (address === BATTERY.power ? { exception: 6 } : undefined);
    expect(await channelsOf(device, ["grid", "pv", "battery"])).toEqual({ gridPowerW: 91 });
  });
});

describe("another maker's meter", () => {
  it("counts import as positive unless the config says otherwise", async () => {
    const device = await startDevice([
      ...MARKER,
      ...common("Fronius"),
      ...model(203, 105, { 18: EXPORTED_W }),
      ...END,
    ]);
    expect(await channelsOf(device, ["grid"])).toMatchObject({ gridPowerW: -91 });
    const { source } = sourceOf(device, ["grid"], { gridSign: "export_positive" });
    expect(await source.read()).toMatchObject({ channels: { gridPowerW: 91 } });
  });
});
