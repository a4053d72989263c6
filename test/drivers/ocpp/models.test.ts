import { afterEach, describe, expect, it } from "vitest";
import { modelByBoot, wallboxModels } from "../../../drivers/ocpp/models/find-model.ts";
import type { ProfileStackOptions } from "../../../simulator/wallbox/profile-stack.ts";
import type { Quirks } from "../../../simulator/wallbox/quirks.ts";
import { createSimulatedSite, type SimulatedSite } from "./support/simulated-site.ts";
import { HORIZON_MS } from "./support/test-site.ts";

interface ModelCase {
  readonly key: string;
  readonly boot: readonly [vendor: string, model: string];
  readonly quirks?: Partial<Quirks>;
  readonly stack?: Partial<ProfileStackOptions>;
  readonly variant: "A" | "B" | "C";
  /** What 11.4 A become. */
  readonly limitA?: number;
  /** A pause ends the charge and the cable must be pulled. */
  readonly staysPaused?: true;
  readonly numberOfPhases?: true;
}

const levelZero: Partial<ProfileStackOptions> = { maxStackLevel: 0 };

const cases: readonly ModelCase[] = [
  {
    key: "abb-terra-ac",
    boot: ["ABB", "TAC-W22-T-0"],
    quirks: { onlyStackLevelZero: true, rebootsOnMeasurands: true },
    variant: "B",
  },
  { key: "alfen-eve", boot: ["Alfen BV", "NG910-60003"], variant: "A" },
  {
    key: "autel-maxicharger",
    boot: ["Autel", "MaxiCharger AC W22"],
    quirks: { needsRemoteStart: true, sendsNoUnits: true, needsReplug: true },
    variant: "A",
  },
  { key: "charge-amps", boot: ["Charge Amps AB", "HALO"], quirks: { idleMeterValues: true }, variant: "A" },
  { key: "delta-ac-max", boot: ["Delta Electronics", "AC MAX"], variant: "A" },
  { key: "easee", boot: ["Easee", "Charge"], quirks: { needsRemoteStart: true }, variant: "A" },
  {
    key: "en-plus",
    boot: ["EN+", "AC7000"],
    quirks: {
      hangsUpOnPing: true,
      rebootsWhenAskedForAll: true,
      endsTransactionAtZero: true,
      needsRemoteStart: true,
      answerDelayMs: 2_000,
    },
    variant: "A",
  },
  { key: "evbox-elvi", boot: ["EV-BOX", "E1160-A45062"], stack: levelZero, variant: "B" },
  { key: "foxess", boot: ["FOXESS", "A011KS1"], variant: "A" },
  { key: "go-e", boot: ["go-e", "go-eCharger_V4"], quirks: { losesProfilesOnLinkLoss: true }, variant: "C" },
  {
    key: "grizzl-e",
    boot: ["United Chargers", "GRS-Mini"],
    quirks: { needsRemoteStart: true, offersNoSubprotocol: true },
    variant: "A",
    limitA: 11,
  },
  {
    key: "huawei-fusioncharge",
    boot: ["Huawei", "SCharger-22KT-S0"],
    quirks: { wattsOnly: true, endsTransactionAtZero: true },
    variant: "A",
  },
  { key: "keba-kecontact", boot: ["Keba AG", "KC-P30-ESS400C2"], variant: "A" },
  {
    key: "mennekes-amtron-4you",
    boot: ["MENNEKES", "AMTRON 4You 560"],
    quirks: { wattsOnly: true, lowerCaseKeys: true },
    variant: "A",
  },
  {
    key: "mennekes-amtron",
    boot: ["MENNEKES", "AMTRON Professional"],
    quirks: { lowerCaseKeys: true },
    variant: "A",
  },
  {
    key: "necharge",
    boot: ["NEcharge", "7kW"],
    quirks: { endsTransactionAtZero: true, needsRemoteStart: true },
    variant: "A",
    limitA: 10,
  },
  {
    key: "ocular-iq",
    boot: ["Ocular", "IQ Home"],
    quirks: { needsRemoteStart: true, endsTransactionAtZero: true, needsReplug: true },
    variant: "A",
    staysPaused: true,
  },
  { key: "openevse", boot: ["OpenEVSE", "OpenEVSE"], quirks: { ignoresDuration: true }, variant: "A" },
  {
    key: "schneider-evlink",
    boot: ["Schneider Electric", "EVH4"],
    stack: { maxStackLevel: 999 },
    variant: "A",
  },
  { key: "teison", boot: ["Teison", "Smart MINI"], quirks: { ignoresValidTo: true }, variant: "A" },
  { key: "timxon-a0", boot: ["Timxon", "A0"], quirks: { neverAnswersAbsoluteProfiles: true }, variant: "A" },
  {
    key: "wallbox-pulsar",
    boot: ["Wall Box Chargers", "PLP1-0-2-3"],
    quirks: { relativeProfilesOnly: true, noBootOnReconnect: true, rejectsProfilesWhenIdle: true },
    variant: "A",
  },
  {
    key: "wallbox-pulsar-pro",
    boot: ["Wall Box Chargers", "PPR1-0-2-4"],
    quirks: { relativeProfilesOnly: true, ignoresZero: true },
    variant: "A",
  },
  { key: "zaptec", boot: ["Zaptec", "Zaptec Go"], quirks: { needsRemoteStart: true }, variant: "A" },
];

let site: SimulatedSite;
afterEach(() => site?.close());

describe("the known models", () => {
  it("are each tried below", () => {
    expect(cases.map(({ key }) => key).sort()).toEqual(wallboxModels.map(({ key }) => key).sort());
  });

  it("are found by what they boot with", () => {
    for (const { key, boot } of cases)
      expect(modelByBoot({ vendor: boot[0], model: boot[1] })?.key).toBe(key);
    expect(modelByBoot({ vendor: "Nobody", model: "Nothing" })).toBeUndefined();
  });

  it("each say where their facts come from", () => {
    for (const model of wallboxModels) {
      expect(model.facts.length).toBeGreaterThan(0);
      for (const fact of model.facts) expect(fact.source).not.toBe("");
    }
  });
});

describe.each(cases)("$key with its quirks", (known) => {
  it("is recognised, steered, paused, resumed, and falls back when we are gone", async () => {
    site = await createSimulatedSite({
      box: {
        vendor: known.boot[0],
        model: known.boot[1],
        ...(known.quirks !== undefined && { quirks: known.quirks }),
        ...(known.stack !== undefined && { profileStack: known.stack }),
      },
      central: {
        accounts: [{ identity: "BOX1", assumesOcpp16: known.quirks?.offersNoSubprotocol === true }],
      },
    });
    const { box, hardware, wallbox } = site;
    const limitA = known.limitA ?? 11.4;
    const holds = (currentA: number) => () => Math.abs((hardware.allowedA ?? -1) - currentA) < 0.05;

    site.ask(11.4);
    box.plugInCar();
    await site.until(() => box.state().status === "Charging" && holds(limitA)());
    expect(wallbox.card().knownAs).toBe(wallboxModels.find(({ key }) => key === known.key)?.name);
    expect(wallbox.card().deadMan.variant).toBe(known.variant);
    expect(wallbox.sample().capability.isModulating).toBe(true);

    site.ask(0);
    await site.until(() => hardware.phaseCurrentsA[0] === 0);
    await site.pass(90);
    expect(hardware.phaseCurrentsA[0]).toBe(0);

    site.ask(11.4);
    if (known.staysPaused) {
      await site.until(() => wallbox.card().needsReplug);
      box.unplugCar();
      await site.pass(10);
      box.plugInCar();
    }
    await site.until(holds(limitA));
    await site.pass(30);
    expect(wallbox.sample().isFollowing).toBe(true);

    box.cutLink();
    await site.pass(HORIZON_MS / 1_000 + 5);
    const floorA = wallbox.card().deadMan.floorCurrentA;
    if (known.variant === "C") expect(hardware.allowedA).toBe(32);
    else if (floorA > 0) expect(holds(floorA)()).toBe(true);
    else expect(hardware.phaseCurrentsA[0]).toBe(0);
  });
});
