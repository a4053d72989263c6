import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { type Bench, createBench } from "./bench.ts";
import { floorRequest, profileRequest } from "./profile-requests.ts";

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

afterEach(() => bench.close());

const set = (request: unknown) => bench.central.call("SetChargingProfile", request as object);
const accepted = { status: "Accepted" };
const rejected = { status: "Rejected" };

describe("a box that", () => {
  it("never answers SetChargingProfile still answers everything else", async () => {
    const box = await bench.startCharging({ quirks: { neverAnswersSetChargingProfile: true } });
    const answer = set(floorRequest()).catch(() => "lost");
    await eventually(() => box.counters().setChargingProfile === 1);
    box.pull();
    expect(await answer).toBe("lost");
    expect(box.state().profiles).toEqual([]);
  });

  it("knows only level 0 rejects a higher level that it says it has", async () => {
    await bench.startCharging({ quirks: { onlyStackLevelZero: true } });
    expect(await set(bench.setpoint(8))).toEqual(rejected);
    expect(await set(floorRequest())).toEqual(accepted);
    const reported = await bench.central.call("GetConfiguration", { key: ["ChargeProfileMaxStackLevel"] });
    expect(reported).toMatchObject({ configurationKey: [{ value: "8" }] });
  });

  it("ignores duration keeps the set point until validTo", async () => {
    await bench.startCharging({ quirks: { ignoresDuration: true } });
    await set(floorRequest());
    await set(bench.setpoint(16, { durationS: 120, validToMs: bench.clock.wallMs() + 600_000 }));
    await bench.pass(300);
    expect(bench.hardware.allowedA).toBe(16);
    await bench.pass(360);
    expect(bench.hardware.allowedA).toBe(6);
  });

  it("ignores validTo keeps the set point for its duration", async () => {
    await bench.startCharging({ quirks: { ignoresValidTo: true } });
    await set(floorRequest());
    await set(bench.setpoint(16, { durationS: 660, validToMs: bench.clock.wallMs() + 60_000 }));
    await bench.pass(300);
    expect(bench.hardware.allowedA).toBe(16);
    await bench.pass(360);
    expect(bench.hardware.allowedA).toBe(6);
  });

  it("knows watts only rejects amperes and spreads watts over its phases", async () => {
    await bench.startCharging({ quirks: { wattsOnly: true } });
    const reported = await bench.central.call("GetConfiguration", {
      key: ["ChargingScheduleAllowedChargingRateUnit"],
    });
    expect(reported).toMatchObject({ configurationKey: [{ value: "Power" }] });
    expect(await set(floorRequest())).toEqual(rejected);
    expect(await set(profileRequest({ unit: "W", periods: [[0, 6_900]] }))).toEqual(accepted);
    expect(bench.hardware.allowedA).toBeCloseTo(10);
  });

  it("sends no BootNotification on a reconnect is simply there again", async () => {
    const box = await bench.startCharging({ quirks: { noBootOnReconnect: true } });
    box.cutLink();
    box.restoreLink();
    await bench.passUntil(() => box.state().isConnected);
    expect(bench.central.connections).toBe(2);
    expect(bench.central.of("BootNotification")).toHaveLength(1);
    box.pull();
    box.plug();
    await bench.passUntil(() => bench.central.of("BootNotification").length === 2);
  });

  it("accepts without effect says so in its composite schedule and charges on", async () => {
    await bench.startCharging({ quirks: { ignoresAcceptedProfiles: true } });
    expect(await set(floorRequest())).toEqual(accepted);
    await bench.pass(5);
    expect(bench.hardware.allowedA).toBe(32);
    expect(await bench.central.call("GetCompositeSchedule", { connectorId: 1, duration: 60 })).toMatchObject({
      chargingSchedule: { chargingSchedulePeriod: [{ limit: 6 }] },
    });
  });

  it("meters when idle uses transaction 0", async () => {
    const box = bench.start({ quirks: { idleMeterValues: true } });
    await bench.passUntil(() => bench.central.of("MeterValues").length === 2);
    expect(bench.central.of("MeterValues")[0]).toMatchObject({ transactionId: 0 });
    expect(box.state().isInTransaction).toBe(false);
  });

  it("answers slowly does answer", async () => {
    await bench.startCharging({ quirks: { answerDelayMs: 30_000 } });
    let answer: unknown;
    const answered = set(floorRequest()).then((payload) => {
      answer = payload;
    });
    await bench.pass(25);
    expect(answer).toBeUndefined();
    await bench.passUntil(() => answer !== undefined);
    await answered;
    expect(answer).toEqual(accepted);
  });

  it("loses its profiles with the link charges at full power", async () => {
    const box = await bench.startCharging({ quirks: { losesProfilesOnLinkLoss: true } });
    await set(floorRequest());
    expect(bench.hardware.allowedA).toBe(6);
    box.cutLink();
    await bench.pass(2);
    expect(bench.hardware.allowedA).toBe(32);
  });

  it("takes profiles only within a transaction rejects them before", async () => {
    const box = bench.start({ quirks: { rejectsProfilesWhenIdle: true } });
    await bench.passUntil(() => box.state().isConnected);
    expect(await set(floorRequest())).toEqual(rejected);
    box.plugInCar();
    await bench.passUntil(() => box.state().status === "Charging");
    expect(await set(floorRequest())).toEqual(accepted);
  });

  it("ends its transaction at 0 A waits in Finishing", async () => {
    const box = await bench.startCharging({ quirks: { endsTransactionAtZero: true } });
    await set(bench.setpoint(0));
    await bench.passUntil(() => bench.central.statuses().at(-1) === "Finishing");
    await set(bench.setpoint(10));
    await bench.pass(60);
    expect(box.state().isInTransaction).toBe(false);
  });

  it("has its clock an hour behind holds a set point an hour too long", async () => {
    await bench.startCharging({ quirks: { clockErrorMs: -3_600_000 } });
    await set(floorRequest());
    await set(
      profileRequest({ level: 1, periods: [[0, 16]], startMs: 0, validToMs: bench.clock.wallMs() + 600_000 }),
    );
    await bench.pass(660);
    expect(bench.hardware.allowedA).toBe(16);
    await bench.pass(3_600);
    expect(bench.hardware.allowedA).toBe(6);
  });
});
