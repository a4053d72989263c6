import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { createSimulatedSite } from "./support/simulated-site.ts";
import { command, createTestSite, sentLimits, type TestSite } from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

const start = (idTag: string) => ({
  connectorId: 1,
  idTag,
  meterStart: 1_000,
  timestamp: "2022-03-19T06:00:00Z",
});

describe("who may charge", () => {
  it.each([
    [[], "ANY", "Accepted"],
    [["CARD-1"], "CARD-1", "Accepted"],
    [["CARD-1"], "card-1", "Accepted"],
    [["CARD-1"], "hems-edge", "Accepted"],
    [["CARD-1"], "CARD-2", "Invalid"],
    [["CARD-1"], "", "Invalid"],
  ] as const)("with the list %j, %s is %s", async (allowedTags, idTag, status) => {
    site = await createTestSite({ wallbox: { allowedTags } });
    const box = await site.dialReady("Preparing");
    expect(await box.call("Authorize", { idTag })).toEqual({ idTagInfo: { status } });
    expect(await box.call("StartTransaction", start(idTag))).toMatchObject({
      transactionId: expect.any(Number),
      idTagInfo: { status },
    });
  });

  it("a refused card is told once, so that it can be copied", async () => {
    site = await createTestSite({ wallbox: { allowedTags: ["CARD-1"] } });
    const box = await site.dialReady("Preparing");
    for (let turn = 0; turn < 3; turn++) await box.call("Authorize", { idTag: "CARD-2" });
    expect(site.logged.filter(({ msg }) => msg === "tag is not in the list")).toHaveLength(1);
  });

  it("a box ends the charge of a card that is refused", async () => {
    const simulated = await createSimulatedSite({ wallbox: { allowedTags: ["CARD-1"] } });
    site = simulated;
    simulated.box.plugInCar();
    await simulated.until(() => simulated.box.state().status === "Finishing");
    expect(simulated.box.state().isInTransaction).toBe(false);
  });
});

describe("the transaction that runs", () => {
  it("is told with its tag, start and energy, and survives a restart", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Preparing");
    expect(site.wallbox.sample().transaction).toBeUndefined();
    const { transactionId } = await box.call("StartTransaction", start("CARD-1"));
    await box.status("Charging");
    await box.meter({ "Energy.Active.Import.Register": "3500" }, { transactionId });
    const transaction = {
      id: transactionId,
      idTag: "CARD-1",
      startedWallMs: site.clock.wallMs(),
      energyWh: 2_500,
    };
    expect(site.wallbox.sample().transaction).toEqual(transaction);
    const { store } = site;
    await site.close();
    site = await createTestSite({ store });
    expect(site.wallbox.sample().transaction).toEqual({ ...transaction, energyWh: undefined });
    const again = await site.dialReady("Charging");
    await again.call("StopTransaction", {
      transactionId,
      meterStop: 4_000,
      timestamp: "2022-03-19T07:00:00Z",
    });
    expect(site.wallbox.sample().transaction).toBeUndefined();
  });

  it("counts a register that begins with the session as it is", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Preparing");
    const { transactionId } = await box.call("StartTransaction", start("CARD-1"));
    await box.status("Charging");
    await box.meter({ "Energy.Active.Import.Register": "700" }, { transactionId });
    expect(site.wallbox.sample().transaction?.energyWh).toBe(700);
  });

  it.each([
    ["", undefined],
    ["hems-edge", undefined],
    ["C".repeat(500), "C".repeat(36)],
  ])("with the tag %j names %j", async (idTag, named) => {
    site = await createTestSite();
    const box = await site.dialReady("Preparing");
    await box.call("StartTransaction", start(idTag));
    expect(site.wallbox.sample().transaction?.idTag).toBe(named);
  });

  it("found running has a number only", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Charging");
    await box.meter({ "Energy.Active.Import.Register": "700" }, { transactionId: 42 });
    expect(site.wallbox.sample().transaction).toEqual({
      id: 42,
      idTag: undefined,
      startedWallMs: undefined,
      energyWh: undefined,
    });
  });
});

describe("twenty wallboxes at once", () => {
  it("each get their own set point and are undisturbed by the others", async () => {
    const { createOcppWallbox } = await import("../../../drivers/ocpp/ocpp-wallbox.ts");
    const { pino } = await import("pino");
    const identities = Array.from({ length: 20 }, (_, index) => `BOX-${index}`);
    site = await createTestSite({
      central: { accounts: [{ identity: "BOX1" }, ...identities.map((identity) => ({ identity }))] },
    });
    const log = pino({ level: "silent" });
    const { clock, store, centralSystem } = site;
    const wallboxes = identities.map((identity) =>
      createOcppWallbox(
        {
          name: identity.toLowerCase(),
          identity,
          connector: 1,
          phases: 3,
          minCurrentA: 6,
          maxCurrentA: 32,
          stepA: 1,
          floorCurrentA: 6,
          horizonMs: 600_000,
          maxWritesPerDay: 400,
        },
        { clock, store, centralSystem, log },
      ),
    );
    const boxes = await Promise.all(identities.map((identity) => site.dialReady("Charging", { identity })));
    await eventually(() => wallboxes.every((wallbox) => wallbox.sample().vehicle === "charging"));
    boxes[3]?.on("SetChargingProfile", () => "silence");
    await Promise.all(
      wallboxes.map((wallbox, index) => (index === 3 ? undefined : wallbox.apply(command(7 + index)))),
    );
    expect(boxes.map((box) => sentLimits(box).at(-1))).toEqual(
      identities.map((_, index) => (index === 3 ? "0:6" : `1:${7 + index}`)),
    );
    for (const wallbox of wallboxes) await wallbox.close();
  });
});
