import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { combinedSource } from "../../../drivers/sources/combined-source.ts";
import { invertedSource, submeterSource } from "../../../drivers/sources/shaped-sources.ts";
import type { SiteChannels, SiteSource, SourceReading } from "../../../src/ports/site-source.ts";

const SILENT: SourceReading = { ok: false, fault: { kind: "timeout", detail: "no answer" } };

function fake(channels: SiteChannels, stamp = "1") {
  const source = {
    name: "device",
    reading: { ok: true, channels, stamp } as SourceReading,
    isClosed: false,
    read: () => Promise.resolve(source.reading),
    close() {
      source.isClosed = true;
      return Promise.resolve();
    },
  };
  return source;
}

async function channelsOf(source: SiteSource): Promise<SiteChannels | undefined> {
  const reading = await source.read();
  return reading.ok ? reading.channels : undefined;
}

describe("a source turned round", () => {
  const channels = {
    gridPowerW: 500,
    gridPhaseCurrentsA: [1, -2, 0] as const,
    pvPowerW: 300,
    batteryPowerW: 0,
    batterySocPct: 50,
  };

  it("turns power and currents of the roles that are named, and leaves the rest", async () => {
    expect(await channelsOf(invertedSource(fake(channels), ["grid"]))).toEqual({
      ...channels,
      gridPowerW: -500,
      gridPhaseCurrentsA: [-1, 2, 0],
    });
    expect(await channelsOf(invertedSource(fake({ ...channels, batteryPowerW: 200 }), ["battery"]))).toEqual({
      ...channels,
      batteryPowerW: -200,
    });
    expect(await channelsOf(invertedSource(fake(channels), ["battery"]))).toEqual(channels);
  });

  it("invents nothing, and hands faults and the end on", async () => {
    const source = fake({ batterySocPct: 50 });
    const inverted = invertedSource(source, ["grid", "battery"]);
    expect(await channelsOf(inverted)).toEqual({ batterySocPct: 50 });
    source.reading = SILENT;
    expect(await inverted.read()).toEqual(SILENT);
    await inverted.close();
    expect(source.isClosed).toBe(true);
  });
});

describe("a plain meter elsewhere in the house", () => {
  it("counts PV whatever its sign, and a charging battery as below zero", async () => {
    expect(await channelsOf(submeterSource(fake({ gridPowerW: -2_000 }), "pv"))).toEqual({ pvPowerW: 2_000 });
    expect(await channelsOf(submeterSource(fake({ gridPowerW: 700 }), "battery"))).toEqual({
      batteryPowerW: -700,
    });
    expect(await channelsOf(submeterSource(fake({}), "pv"))).toEqual({});
  });
});

describe("several units of one device", () => {
  function rig() {
    const meter = fake({ gridPowerW: -500 }, "m");
    const inverter = fake({ pvPowerW: 3_000 }, "i");
    const logged: { msg: string }[] = [];
    const log = pino({ base: null }, { write: (line: string) => logged.push(JSON.parse(line)) });
    return { meter, inverter, logged, source: combinedSource("gen24", [meter, inverter], log) };
  }

  it("are one reading with all channels, which changes when any of them does", async () => {
    const { source, inverter } = rig();
    const channels = { gridPowerW: -500, pvPowerW: 3_000 };
    expect(await source.read()).toEqual({ ok: true, channels, stamp: "m.i" });
    inverter.reading = { ok: true, channels: {}, stamp: "j" };
    expect(await source.read()).toMatchObject({ stamp: "m.j" });
  });

  it("are lost with the first, and tell of another's loss and return once", async () => {
    const { source, meter, inverter, logged } = rig();
    inverter.reading = SILENT;
    for (let count = 0; count < 3; count++) expect(await channelsOf(source)).toEqual({ gridPowerW: -500 });
    expect(logged.map(({ msg }) => msg)).toEqual(["part of the device does not answer"]);
    inverter.reading = { ok: true, channels: {}, stamp: "i" };
    await source.read();
    await source.read();
    expect(logged.map(({ msg }) => msg).at(-1)).toBe("part of the device answers again");
    expect(logged).toHaveLength(2);
    meter.reading = SILENT;
    expect(await source.read()).toEqual(SILENT);
  });

  it("end together", async () => {
    const { source, meter, inverter } = rig();
    await source.close();
    expect([meter.isClosed, inverter.isClosed]).toEqual([true, true]);
  });
});
