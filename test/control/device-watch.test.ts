import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createCommissioning } from "../../src/control/commissioning.ts";
import { watchSource } from "../../src/control/device-watch.ts";
import type { SiteChannels } from "../../src/ports/site-source.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { createFakeSource, SILENT } from "./support/fakes.ts";

function watched(channels: SiteChannels, roles: readonly ("grid" | "pv" | "battery")[]) {
  const clock = createManualClock();
  const device = createFakeSource(clock, () => channels);
  const { source, health } = watchSource(device, { roles, pollMs: 1_000 }, clock);
  async function readings(count: number) {
    for (let index = 0; index < count; index++) {
      await clock.advance(1_000);
      await source.read();
    }
    return health();
  }
  return { device, source, readings };
}

describe("a watched device", () => {
  it("is online with the powers of all its roles, and an inverter asleep is", async () => {
    const { readings } = watched({ gridPowerW: 1, pvPowerW: 0 }, ["grid", "pv"]);
    expect(await readings(2)).toMatchObject({ state: "online", lastGoodMs: 3_000 });
  });

  it("is degraded without one of them, and names it", async () => {
    const { readings } = watched({ gridPowerW: 1 }, ["grid", "battery"]);
    expect(await readings(1)).toMatchObject({ state: "degraded", problem: "no value for batteryPowerW" });
  });

  it("gives nothing when all are missing, however often it answers", async () => {
    const { readings } = watched({}, ["pv"]);
    expect(await readings(31)).toMatchObject({ state: "offline", lastGoodMs: undefined });
  });

  it("goes offline when it is silent, and its readings stay what they are", async () => {
    const { readings, device, source } = watched({ gridPowerW: 1 }, ["grid"]);
    await readings(1);
    device.fault = SILENT;
    expect(await readings(1)).toMatchObject({ state: "degraded", failures: 1 });
    expect(await readings(30)).toMatchObject({ state: "offline" });
    expect(await source.read()).toEqual({ ok: false, fault: SILENT });
  });
});

describe("the check of the balance", () => {
  const DEVICES = [
    { name: "hybrid", roles: ["grid", "pv"], invert: [] },
    { name: "cellar", roles: ["battery"], invert: ["battery"] },
  ];

  function rig(gridPowerW: number, batteryPowerW: number) {
    const logged: { msg: string; advice?: string[] }[] = [];
    const log = pino({ base: null }, { write: (line: string) => logged.push(JSON.parse(line)) });
    const commissioning = createCommissioning(DEVICES, { log });
    const sample = sampleReport();
    for (let second = 0; second <= 900; second += 10) {
      commissioning.report({
        ...sample,
        monotonicMs: second * 1_000,
        powers: { ...sample.powers, gridPowerW, batteryPowerW, pvPowerW: 0, chargePowerW: 0 },
      });
    }
    return { commissioning, logged };
  }

  it("says once which device to turn round", () => {
    const { commissioning, logged } = rig(-400, 0);
    const advice = ["the grid power of hybrid has the wrong sign: give it invert: [grid]"];
    expect(commissioning.verdict()).toEqual({ kind: "wrong_sign", roles: ["grid"] });
    expect(commissioning.advice()).toEqual(advice);
    expect(logged).toMatchObject([{ msg: "powers of the house do not add up", advice }]);
  });

  it("takes a turned sign back where the config has turned it", () => {
    const { commissioning } = rig(5, -600);
    expect(commissioning.advice()).toEqual([
      "the battery power of cellar has the wrong sign: remove battery from its invert",
    ]);
  });

  it("is content once, and advises nothing", () => {
    const { commissioning, logged } = rig(400, 0);
    expect(commissioning.verdict()).toEqual({ kind: "plausible" });
    expect(commissioning.advice()).toEqual([]);
    expect(logged.map(({ msg }) => msg)).toEqual(["powers of the house add up"]);
  });
});
