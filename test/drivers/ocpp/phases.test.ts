import { afterEach, describe, expect, it } from "vitest";
import {
  createSimulatedSite,
  type SimulatedSite,
  type SimulatedSiteOptions,
} from "./support/simulated-site.ts";

let site: SimulatedSite;
afterEach(() => site.close());

const switching: SimulatedSiteOptions = {
  wallbox: { habits: { phaseSwitching: "number_phases" } },
  box: { switchesPhases: true },
};

async function charging(options: SimulatedSiteOptions = switching): Promise<void> {
  site = await createSimulatedSite(options);
  site.ask(10);
  site.box.plugInCar();
  await site.until(() => flowing() === "10 10 10");
  await site.pass(20);
}

async function tested(options?: SimulatedSiteOptions): Promise<void> {
  await charging(options);
  expect(site.wallbox.startPhaseTest()).toMatchObject({ ok: true });
  await site.until(() => site.wallbox.card().phases.test !== undefined);
  await site.until(() => flowing() === "10 10 10");
}

const flowing = () => site.hardware.phaseCurrentsA.join(" ");
const switches = () => site.wallbox.sample().capability.canSwitchPhases;

describe("switching between one phase and three", () => {
  it("is offered only after a test saw the phase currents change", async () => {
    await charging();
    expect(switches()).toBe(false);
    expect(site.wallbox.startPhaseTest()).toMatchObject({ ok: true });
    await site.until(() => site.wallbox.card().phases.test !== undefined);
    expect(site.wallbox.card().phases).toMatchObject({ claimsSwitching: true, canSwitch: true });
    expect(switches()).toBe(true);
  });

  it("works with a box that takes watts", async () => {
    await tested({
      wallbox: { habits: { phaseSwitching: "watts", rateUnit: "W" } },
      box: { switchesPhases: true, quirks: { wattsOnly: true } },
    });
    expect(switches()).toBe(true);
    await site.pass(300);
    site.ask(8, 1);
    await site.until(() => flowing() === "8 0 0");
  });

  it("is refused to a box that only says that it can", async () => {
    await tested({ ...switching, box: { switchesPhases: true, quirks: { ignoresNumberPhases: true } } });
    expect(switches()).toBe(false);
    expect(site.wallbox.card().phases.test?.detail).toContain("did not change");
  });

  it("stops, waits for no current, switches, waits, and starts", async () => {
    await tested();
    await site.pass(300);
    const seen: string[] = [];
    site.ask(12, 1);
    await site.until(() => {
      if (seen.at(-1) !== flowing()) seen.push(flowing());
      return flowing() === "12 0 0";
    });
    expect(seen).toEqual(["10 10 10", "0 0 0", "12 0 0"]);
    expect(site.wallbox.sample().capability.phases).toBe(1);
    expect(site.box.state().isInTransaction).toBe(true);
  });

  it("holds for five minutes, in which fewer amperes flow rather than more", async () => {
    await tested();
    site.ask(16, 1);
    await site.pass(60);
    expect(flowing()).toBe("0 0 0");
    await site.until(() => flowing() === "16 0 0", 300);
    site.ask(8, 3);
    await site.until(() => flowing() === "8 0 0", 30);
    await site.pass(60);
    expect(flowing()).toBe("8 0 0");
    await site.until(() => flowing() === "8 8 8", 300);
  });

  it("is done no more than twelve times a day", async () => {
    await tested();
    let changes = 0;
    let before = site.wallbox.sample().capability.phases;
    for (let turn = 0; turn < 20; turn++) {
      site.ask(8, turn % 2 === 0 ? 1 : 3);
      await site.pass(340);
      const now = site.wallbox.sample().capability.phases;
      if (now !== before) changes++;
      before = now;
    }
    // The test itself took two.
    expect(changes).toBe(10);
  });

  it("survives a restart with the phases that the box has", async () => {
    await tested();
    await site.pass(300);
    site.ask(12, 1);
    await site.until(() => flowing() === "12 0 0");
    const { store, clock } = site;
    await site.close();
    site = await createSimulatedSite({ ...switching, store, clock });
    expect(site.wallbox.sample().capability).toMatchObject({ phases: 1, canSwitchPhases: true });
  });

  it("needs three phases in the house and in the car", async () => {
    site = await createSimulatedSite({ wallbox: { phases: 1, habits: { phaseSwitching: "number_phases" } } });
    expect(site.wallbox.startPhaseTest()).toEqual({
      ok: false,
      detail: "the box is installed with one phase",
    });
    await site.close();
    site = await createSimulatedSite(switching);
    expect(site.wallbox.startPhaseTest()).toMatchObject({ ok: false });
    await site.close();
    site = await createSimulatedSite();
    expect(site.wallbox.startPhaseTest()).toMatchObject({ ok: false });
  });
});
