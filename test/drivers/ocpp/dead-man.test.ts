import { afterEach, describe, expect, it } from "vitest";
import type { Quirks } from "../../../simulator/wallbox/quirks.ts";
import {
  createSimulatedSite,
  type SimulatedSite,
  type SimulatedSiteOptions,
} from "./support/simulated-site.ts";
import { profiles } from "./support/test-site.ts";

let site: SimulatedSite;
afterEach(() => site.close());

async function charging(options: SimulatedSiteOptions = {}, currentA = 12): Promise<SimulatedSite> {
  site = await createSimulatedSite(options);
  site.ask(currentA);
  site.box.plugInCar();
  await site.until(
    () => site.hardware.phaseCurrentsA[0] === currentA && site.wallbox.card().deadMan.isProven,
  );
  await site.pass(20);
  return site;
}

async function selfTested(options: SimulatedSiteOptions = {}) {
  await charging(options);
  expect(site.wallbox.startSelfTest()).toMatchObject({ ok: true });
  await site.until(() => site.wallbox.card().deadMan.selfTest !== undefined);
  return site.wallbox.card().deadMan.selfTest;
}

describe("the pull-the-plug test", () => {
  it.each([
    ["A", {}],
    ["B", { maxStackLevel: 0 }],
  ] as const)(
    "passes with variant %s, records its date, and charging goes on",
    async (variant, profileStack) => {
      const record = await selfTested({ box: { profileStack } });
      expect(record).toMatchObject({ outcome: "passed", fellToA: 6 });
      expect(record?.atWallMs).toBeLessThanOrEqual(site.clock.wallMs());
      expect(site.wallbox.card().deadMan.variant).toBe(variant);
      await site.until(() => site.hardware.phaseCurrentsA[0] === 12, 60);
    },
  );

  it("fails with a box that forgets its limits when the link goes", async () => {
    expect(await selfTested({ box: { quirks: { losesProfilesOnLinkLoss: true } } })).toMatchObject({
      outcome: "failed",
      fellToA: 32,
    });
    expect(site.logged.some(({ msg }) => msg === "self-test of the wallbox failed")).toBe(true);
  });

  it("is kept over a restart", async () => {
    const record = await selfTested();
    const { store } = site;
    await site.close();
    site = await createSimulatedSite({ store });
    expect(site.wallbox.card().deadMan.selfTest).toEqual(record);
  });

  it("writes nothing while it waits", async () => {
    await charging();
    site.wallbox.startSelfTest();
    await site.pass(30);
    site.ask(16);
    await site.pass(30);
    expect(await site.wallbox.apply({ currentA: 16, phases: 3, isUrgent: false })).toEqual({
      kind: "deferred",
      because: "busy",
    });
    expect(site.hardware.phaseCurrentsA[0]).toBeLessThanOrEqual(12);
    await site.until(() => site.wallbox.card().deadMan.selfTest !== undefined);
  });

  it("needs a charge above the floor, and says so", async () => {
    await charging({}, 7);
    expect(site.wallbox.startSelfTest()).toEqual({
      ok: false,
      detail: "charge with at least 8 A first, it is 7.0 A now: boost helps",
    });
  });

  it("is not made twice at once, nor without a box", async () => {
    await charging();
    site.wallbox.startSelfTest();
    expect(site.wallbox.startSelfTest()).toEqual({ ok: false, detail: "a self-test runs already" });
    await site.until(() => site.wallbox.card().deadMan.selfTest !== undefined);
    site.box.cutLink();
    await site.until(() => !site.wallbox.card().isConnected);
    expect(site.wallbox.startSelfTest()).toEqual({ ok: false, detail: "the wallbox is not connected" });
  });

  it("has nothing to test where no limit expires", async () => {
    await charging({ wallbox: { habits: { firstPlan: "plain" } } });
    expect(site.wallbox.startSelfTest()).toEqual({
      ok: false,
      detail: "this wallbox takes no expiring limit: there is nothing to test",
    });
    expect(site.wallbox.card().deadMan.sentence).toContain("no fuse is protected");
  });
});

describe("a box whose clock is wrong", () => {
  it.each([-7_200_000, 7_200_000])(
    "by %d ms is found out at its floor and then steered",
    async (clockErrorMs) => {
      site = await createSimulatedSite({ box: { quirks: { clockErrorMs } } });
      site.ask(12);
      site.box.plugInCar();
      await site.until(() => site.hardware.phaseCurrentsA[0] === 6);
      await site.until(() => site.hardware.phaseCurrentsA[0] === 12, 400);
      expect(Math.abs((site.wallbox.card().clockErrorS ?? 0) * 1_000 - clockErrorMs)).toBeLessThan(5_000);
      site.box.cutLink();
      await site.pass(610);
      expect(site.hardware.phaseCurrentsA[0]).toBe(6);
    },
  );

  it("is left alone when only its timestamps are wrong", async () => {
    await misdated({ offeredA: 12 });
    expect(site.logged.filter(({ msg }) => msg.includes("wrong clock"))).toEqual([]);
  });

  it("has its times moved back when something else holds it at its floor", async () => {
    const box = await misdated({ offeredA: 6 });
    expect(site.logged.filter(({ msg }) => msg.includes("wrong clock"))).toHaveLength(2);
    await site.wallbox.apply({ currentA: 13, phases: 3, isUrgent: false });
    const { validTo } = profiles(box).at(-1)?.csChargingProfiles ?? {};
    expect(Date.parse(validTo ?? "")).toBe(site.clock.wallMs() + 600_000);
  });

  /** A box that writes local time into its timestamps and offers one current whatever it is told. */
  async function misdated({ offeredA }: { readonly offeredA: number }) {
    site = await createSimulatedSite();
    site.box.close();
    const box = await site.dialReady("Charging");
    site.ask(12);
    for (let passedS = 0; passedS < 300; passedS += 10) {
      await site.pass(10);
      const sampledValue = [
        { measurand: "Current.Import", phase: "L1", value: `${offeredA}` },
        { measurand: "Current.Offered", value: `${offeredA}` },
      ];
      const timestamp = new Date(site.clock.wallMs() + 7_200_000).toISOString();
      await box.call("MeterValues", { connectorId: 1, meterValue: [{ timestamp, sampledValue }] });
    }
    return box;
  }
});

describe("what the capability probe finds", () => {
  it("stands on the card and is kept over a restart", async () => {
    await charging({ box: { profileStack: { maxStackLevel: 3, maxPeriods: 5, maxProfiles: 4 } } });
    const { smartCharging } = site.wallbox.card();
    expect(smartCharging).toMatchObject({
      maxStackLevel: 3,
      maxPeriods: 5,
      maxProfiles: 4,
      profileKind: "Absolute",
      profilePurpose: "TxDefaultProfile",
      rateUnit: "A",
      rateUnits: ["Current", "Power"],
      featureProfiles: ["Core", "SmartCharging", "RemoteTrigger"],
      triggers: { StatusNotification: true, MeterValues: true },
    });
    expect(smartCharging.measurands).toContain("Current.Offered");
    const { store } = site;
    await site.close();
    site = await createSimulatedSite({ store });
    expect(site.wallbox.card()).toMatchObject({ vendor: "Simulated", model: "Nominal", isConnected: false });
    expect(site.wallbox.card().smartCharging.maxPeriods).toBe(5);
  });

  it.each<[Partial<Quirks>, string]>([
    [{ neverAnswersAbsoluteProfiles: true }, "Relative"],
    [{ relativeProfilesOnly: true }, "Relative"],
  ])("%j is found out to want the kind %s without any model data", async (quirks, kind) => {
    site = await createSimulatedSite({ box: { quirks } });
    site.ask(12);
    site.box.plugInCar();
    await site.until(() => site.hardware.phaseCurrentsA[0] === 12, 900);
    expect(site.wallbox.card().smartCharging.profileKind).toBe(kind);
    expect(site.wallbox.card().deadMan.variant).toBe("A");
    site.box.cutLink();
    await site.pass(610);
    expect(site.hardware.phaseCurrentsA[0]).toBe(6);
  });
});

describe("a box that charges on at 0 A", () => {
  it("has its transaction ended where its model allows that, and is started again", async () => {
    await charging({
      box: { quirks: { ignoresZero: true } },
      wallbox: { habits: { pause: ["zero", "remote_stop"], remoteStart: ["finishing"] } },
    });
    site.ask(0);
    await site.until(() => site.hardware.phaseCurrentsA[0] === 0, 120);
    site.ask(10);
    await site.until(() => site.hardware.phaseCurrentsA[0] === 10, 120);
  });
});
