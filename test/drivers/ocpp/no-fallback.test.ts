import { afterEach, describe, expect, it } from "vitest";
import { decide, initialControlState } from "../../../src/core/decide.ts";
import {
  DAY,
  OPTIONS,
  passInput,
  reading,
  SETTINGS,
  siteSample,
  WIDE_LIMITS,
} from "../../core/support/site.ts";
import {
  createSimulatedSite,
  type SimulatedSite,
  type SimulatedSiteOptions,
} from "./support/simulated-site.ts";

const CAR = { ...OPTIONS, limits: { ...WIDE_LIMITS, mainFuseA: 25, unattendedMaxA: 12.5 } };
/** A box that takes one profile of one period: none of its limits can expire. */
const ENDLESS: SimulatedSiteOptions = { box: { profileStack: { maxStackLevel: 0, maxPeriods: 1 } } };

let site: SimulatedSite;
afterEach(() => site.close());

/** Lets seconds pass in which the law decides on the box, for a house that takes nothing and a car that wants all. */
async function steer(seconds: number): Promise<string | undefined> {
  let state = initialControlState(DAY);
  let limitedBy: string | undefined;
  for (let passed = 0; passed < seconds; passed++) {
    const nowMs = site.clock.monotonicMs();
    const gridPowerW = reading(site.hardware.powerW, 0, nowMs);
    const sample = siteSample({ nowMs, gridPowerW }, site.wallbox.sample());
    const decision = decide(state, passInput(sample, { settings: { ...SETTINGS, mode: "none" } }), CAR);
    state = decision.state;
    limitedBy = decision.report.limitedBy;
    if (decision.setpointA !== undefined) site.ask(decision.setpointA);
    await site.pass(1);
  }
  return limitedBy;
}

async function steered(options: SimulatedSiteOptions) {
  site = await createSimulatedSite(options);
  site.box.plugInCar();
  return steer(120);
}

describe("the law with a box whose limits do not expire", () => {
  it("allows what may flow for good, and that is what flows when the gateway dies", async () => {
    expect(await steered(ENDLESS)).toBe("no_fallback");
    expect(site.wallbox.card().deadMan).toMatchObject({ variant: "C", isProven: true });
    expect(site.hardware.phaseCurrentsA[0]).toBe(12.5);
    site.box.cutLink();
    await site.pass(3_600);
    expect(site.hardware.phaseCurrentsA[0]).toBe(12.5);
  });

  it("allows all to one whose limits do", async () => {
    expect(await steered({})).toBeUndefined();
    expect(site.hardware.phaseCurrentsA[0]).toBe(16);
  });
});

describe("what a box falls back to", () => {
  it.each([
    ["failsafe", {}],
    ["setpoint", ENDLESS],
    ["rating", { wallbox: { model: "go-e" } }],
    ["rating", { box: { quirks: { neverAnswersSetChargingProfile: true } } }],
  ] as const)("is its %s with %j", async (fallsBackTo, options) => {
    await steered(options);
    await site.until(() => site.wallbox.sample().capability.fallsBackTo === fallsBackTo);
  });

  it("is its rating once the pull-the-plug test failed, over a restart too, until it passes", async () => {
    await steered({ box: { quirks: { losesProfilesOnLinkLoss: true } } });
    expect(site.wallbox.sample().capability.fallsBackTo).toBe("failsafe");
    expect(site.wallbox.startSelfTest()).toMatchObject({ ok: true });
    await site.until(() => site.wallbox.card().deadMan.selfTest !== undefined);
    expect(site.wallbox.sample().capability.fallsBackTo).toBe("rating");
    expect(site.wallbox.card().deadMan.sentence).toContain(
      "did not fall back in its self-test: no fuse is protected",
    );
    const { store } = site;
    await site.close();
    site = await createSimulatedSite({ store });
    expect(site.wallbox.sample().capability.fallsBackTo).toBe("rating");
    site.box.plugInCar();
    site.ask(12);
    await site.until(() => site.wallbox.startSelfTest().ok);
    await site.until(() => site.wallbox.card().deadMan.selfTest?.outcome === "passed");
    expect(site.wallbox.sample().capability.fallsBackTo).toBe("failsafe");
  });
});
