import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import {
  CALL_TIMEOUT_MS,
  command,
  createTestSite,
  HORIZON_MS,
  profiles,
  sentLimits,
  type TestSite,
} from "./support/test-site.ts";

let site: TestSite;
afterEach(() => site.close());

describe("limits on a wallbox", () => {
  it("lays a permanent floor beneath a set point that expires by duration and by validTo", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    const wallMs = site.clock.wallMs();
    expect(await site.wallbox.apply(command(11.5))).toEqual({ kind: "written" });

    const [floor, setpoint] = profiles(box);
    expect(floor).toEqual({
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 100,
        stackLevel: 0,
        chargingProfilePurpose: "TxDefaultProfile",
        chargingProfileKind: "Absolute",
        chargingSchedule: {
          startSchedule: "2000-01-01T00:00:00Z",
          chargingRateUnit: "A",
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
        },
      },
    });
    expect(setpoint?.csChargingProfiles).toMatchObject({ chargingProfileId: 101, stackLevel: 1 });
    const schedule = setpoint?.csChargingProfiles.chargingSchedule;
    expect(Date.parse(schedule?.startSchedule ?? "")).toBe(wallMs - 60_000);
    expect(schedule?.duration).toBe(HORIZON_MS / 1_000 + 60);
    expect(Date.parse(setpoint?.csChargingProfiles.validTo ?? "")).toBe(wallMs + HORIZON_MS);
    expect(schedule?.chargingSchedulePeriod).toEqual([{ startPeriod: 0, limit: 11.5 }]);
  });

  it("sends nothing while the command stays and the horizon is young", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(10));
    await site.clock.advance(HORIZON_MS / 2 - 1);
    expect(await site.wallbox.apply(command(10))).toEqual({ kind: "unchanged" });
    expect(sentLimits(box)).toEqual(["0:6", "1:10"]);
  });

  it("renews at half the horizon, and not before when a change was written meanwhile", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(10));
    await site.clock.advance(HORIZON_MS / 2);
    expect(await site.wallbox.apply(command(10))).toEqual({ kind: "written" });
    await site.clock.advance(HORIZON_MS / 4);
    await site.wallbox.apply(command(9));
    await site.clock.advance(HORIZON_MS / 4);
    expect(await site.wallbox.apply(command(9))).toEqual({ kind: "unchanged" });
    await site.clock.advance(HORIZON_MS / 4);
    expect(await site.wallbox.apply(command(9))).toEqual({ kind: "written" });
    expect(sentLimits(box)).toEqual(["0:6", "1:10", "1:10", "1:9", "1:9"]);
  });

  it("renews nothing while no car is there, and writes again when one comes", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Available");
    await site.wallbox.apply(command(0));
    await site.clock.advance(HORIZON_MS * 3);
    expect(await site.wallbox.apply(command(0))).toEqual({ kind: "unchanged" });
    await box.status("Preparing");
    expect(await site.wallbox.apply(command(0))).toEqual({ kind: "written" });
    expect(sentLimits(box)).toEqual(["0:6", "1:0", "1:0"]);
  });

  it.each([
    [0, 0],
    [-3, 0],
    [Number.NaN, 0],
    [3, 0],
    [5.9, 0],
    [6, 6],
    [11.57, 11.5],
    [16, 16],
    [40, 16],
  ])("%d A becomes a limit of %d A", async (askedA, limitA) => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(askedA));
    expect(sentLimits(box).at(-1)).toBe(`1:${limitA}`);
  });

  it("keeps whole amperes where the box can set nothing else", async () => {
    site = await createTestSite({ wallbox: { stepA: 1 } });
    const box = await site.dialReady();
    await site.wallbox.apply(command(11.9));
    expect(sentLimits(box).at(-1)).toBe("1:11");
  });

  it("lays a floor of 0 A where the configured one is below what the box can do", async () => {
    site = await createTestSite({ wallbox: { minCurrentA: 8, floorCurrentA: 6 } });
    const box = await site.dialReady();
    expect(sentLimits(box)).toEqual(["0:0"]);
  });

  it("is busy while a write is under way and then sends only the newest command", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    let answer = () => {};
    box.on("SetChargingProfile", () => "silence");
    box.socket.on("message", (data) => {
      const [type, id] = JSON.parse(String(data));
      if (type === 2) answer = () => box.socket.send(JSON.stringify([3, id, { status: "Accepted" }]));
    });
    const first = site.wallbox.apply(command(8));
    await eventually(() => sentLimits(box).length === 2);
    for (const currentA of [9, 10, 11]) {
      expect(await site.wallbox.apply(command(currentA))).toEqual({ kind: "deferred", because: "busy" });
    }
    answer();
    expect(await first).toEqual({ kind: "written" });
    await eventually(() => sentLimits(box).length === 3);
    answer();
    await eventually(async () => (await site.wallbox.apply(command(11))).kind === "unchanged");
    expect(sentLimits(box)).toEqual(["0:6", "1:8", "1:11"]);
  });

  it("gives up on an unanswered write after the timeout and does not block the next one", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    box.on("SetChargingProfile", () => "silence");
    const silent = site.wallbox.apply(command(10));
    await eventually(() => sentLimits(box).length === 2);
    await site.clock.advance(CALL_TIMEOUT_MS);
    expect((await silent).kind).not.toBe("written");
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await site.clock.advance(10_000);
    expect(await site.wallbox.apply(command(10))).toEqual({ kind: "written" });
    expect(site.wallbox.sample().isConnected).toBe(true);
  });

  it("counts as not modulating when three writes went unanswered, and is tried again on its own", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    box.on("SetChargingProfile", () => "silence");
    const results: string[] = [];
    await eventually(async () => {
      await site.clock.advance(5_000);
      void site.wallbox.apply(command(10)).then((result) => results.push(result.kind));
      return !site.wallbox.sample().capability.isModulating;
    });
    expect(results.filter((kind) => kind === "failed")).toHaveLength(3);
    const attempts = sentLimits(box).length;
    expect(attempts).toBe(4);
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await eventually(async () => {
      await site.clock.advance(10_000);
      return site.wallbox.sample().capability.isModulating;
    });
    expect(sentLimits(box)[attempts]).toBe("0:6");
  });

  it("sends an urgent reduction sooner after a timeout than a raise", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    box.on("SetChargingProfile", () => "silence");
    const silent = site.wallbox.apply(command(10));
    await eventually(() => sentLimits(box).length === 2);
    await site.clock.advance(CALL_TIMEOUT_MS);
    await silent;
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await site.clock.advance(2_000);
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "deferred", because: "busy" });
    expect(await site.wallbox.apply(command(6, true))).toEqual({ kind: "written" });
  });

  it("writes nothing while disconnected", async () => {
    site = await createTestSite();
    expect(await site.wallbox.apply(command(10))).toEqual({ kind: "deferred", because: "disconnected" });
  });

  it("sends only the floor after a reconnect, and the set point with the first command", async () => {
    site = await createTestSite();
    const first = await site.dialReady();
    await site.wallbox.apply(command(12));
    await first.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    const second = await site.dial();
    await second.status("Charging");
    await eventually(() => second.calls("TriggerMessage").length >= 2);
    expect(sentLimits(second)).toEqual(["0:6"]);
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "written" });
    expect(sentLimits(second)).toEqual(["0:6", "1:12"]);
  });

  it("lays the floor before the set point even when the first attempt at the floor failed", async () => {
    site = await createTestSite();
    const box = await site.dial();
    box.on("SetChargingProfile", () => ({ status: "Rejected" }));
    await box.boot();
    await box.status("Available");
    await eventually(() => box.calls("TriggerMessage").length >= 2);
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await box.status("Preparing");
    await site.wallbox.apply(command(10));
    expect(sentLimits(box).slice(-2)).toEqual(["0:6", "1:10"]);
  });

  it("asserts floor and set point again after a boot on the same connection", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(10));
    await site.clock.advance(60_000);
    await box.boot();
    await eventually(() => sentLimits(box).length >= 3);
    await eventually(async () => (await site.wallbox.apply(command(10))).kind === "unchanged");
    expect(sentLimits(box)).toEqual(["0:6", "1:10", "0:6", "1:10"]);
  });

  it.each([3_600_000, -3_600_000])(
    "writes again once the box is told of a wall clock that jumped by %i ms: until then it goes by the old time",
    async (jumpMs) => {
      site = await createTestSite();
      const box = await site.dialReady();
      await site.wallbox.apply(command(10));
      site.clock.jumpWall(jumpMs);
      expect(await site.wallbox.apply(command(10))).toEqual({ kind: "unchanged" });
      await site.wallbox.apply(command(11));
      const startMs = () =>
        Date.parse(profiles(box).at(-1)?.csChargingProfiles.chargingSchedule.startSchedule ?? "");
      expect(startMs()).toBeCloseTo(site.clock.wallMs() - jumpMs - 60_000, -4);
      await box.call("Heartbeat");
      await site.clock.advance(0);
      expect(sentLimits(box)).toEqual(["0:6", "1:10", "1:11", "1:11"]);
      expect(startMs()).toBeCloseTo(site.clock.wallMs() - 60_000, -4);
    },
  );
});

describe("a wallbox that refuses", () => {
  it("keeps the intent while no car is there and sends it when one is plugged in", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Available");
    box.on("SetChargingProfile", () => ({ status: "Rejected" }));
    expect((await site.wallbox.apply(command(10))).kind).toBe("failed");
    const sent = sentLimits(box).length;
    for (let pass = 0; pass < 20; pass++) {
      await site.clock.advance(1_000);
      expect(await site.wallbox.apply(command(10))).toEqual({ kind: "deferred", because: "busy" });
    }
    expect(sentLimits(box)).toHaveLength(sent);
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await box.status("Preparing");
    await eventually(() => sentLimits(box).at(-1) === "1:10");
    expect(site.wallbox.deadMan()).toBe("stacked");
    expect(site.wallbox.sample().capability.isModulating).toBe(true);
  });

  it("steps down within one profile where only stack level 0 exists", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Charging", {
      configuration: { ChargeProfileMaxStackLevel: "0", ChargingScheduleMaxPeriods: "6" },
    });
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "written" });
    expect(site.wallbox.deadMan()).toBe("two_period");
    const schedule = profiles(box).at(-1)?.csChargingProfiles.chargingSchedule;
    expect(schedule?.duration).toBeUndefined();
    expect(schedule?.chargingSchedulePeriod).toEqual([
      { startPeriod: 0, limit: 12 },
      { startPeriod: 660, limit: 6 },
    ]);
  });

  it("finds out by itself that stack level 1 is refused, and remembers it over a restart", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    const refuseLevel1 = (payload: Record<string, unknown>) =>
      (payload.csChargingProfiles as { stackLevel: number }).stackLevel > 0
        ? { error: "PropertyConstraintViolation" }
        : { status: "Accepted" };
    box.on("SetChargingProfile", refuseLevel1);
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "written" });
    expect(sentLimits(box)).toEqual(["0:6", "1:12", "0:12>6"]);
    const { store } = site;
    await site.close();

    site = await createTestSite({ store });
    const again = await site.dialReady();
    expect(sentLimits(again)).toEqual([]);
    await site.wallbox.apply(command(9));
    expect(sentLimits(again)).toEqual(["0:9>6"]);
  });

  it("keeps a way that the box has taken when it is refused once, as after a bit that flipped", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(12));
    box.on("SetChargingProfile", () => ({ error: "FormationViolation" }));
    expect((await site.wallbox.apply(command(9))).kind).toBe("failed");
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await site.clock.advance(30_000);
    expect(await site.wallbox.apply(command(9))).toEqual({ kind: "written" });
    expect(sentLimits(box)).toEqual(["0:6", "1:12", "1:9", "1:9"]);
  });

  it("gives up a way that the box has taken after three refusals in a row, for this connection", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(12));
    box.on("SetChargingProfile", ({ csChargingProfiles }) =>
      (csChargingProfiles as { stackLevel: number }).stackLevel > 0
        ? { status: "Rejected" }
        : { status: "Accepted" },
    );
    for (const kind of ["failed", "failed", "written"]) {
      expect((await site.wallbox.apply(command(9))).kind).toBe(kind);
      await site.clock.advance(300_000);
    }
    expect(site.wallbox.deadMan()).toBe("two_period");
    await box.close();
    await eventually(() => !site.wallbox.sample().isConnected);
    const again = await site.dialReady();
    expect(site.wallbox.deadMan()).toBe("stacked");
    await site.wallbox.apply(command(9));
    expect(sentLimits(again)).toEqual(["0:6", "1:9"]);
  });

  it("stays steerable when a box that takes limits says once that it knows none", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(12));
    box.on("SetChargingProfile", () => ({ error: "NotImplemented" }));
    expect((await site.wallbox.apply(command(6, true))).kind).toBe("failed");
    expect(site.wallbox.sample().capability.isModulating).toBe(true);
    box.on("SetChargingProfile", () => ({ status: "Accepted" }));
    await site.clock.advance(5_000);
    expect(await site.wallbox.apply(command(6, true))).toEqual({ kind: "written" });
  });

  it("tries the better way again after a firmware update", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Charging", { configuration: { ChargeProfileMaxStackLevel: "0" } });
    await site.wallbox.apply(command(12));
    await site.clock.advance(60_000);
    await box.call("BootNotification", {
      chargePointVendor: "Scripted",
      chargePointModel: "Box",
      firmwareVersion: "2",
    });
    expect(site.wallbox.deadMan()).toBe("stacked");
  });

  it("gives up the dead-man only in a session and says so loudly", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    box.on("SetChargingProfile", (payload) => {
      const profile = payload.csChargingProfiles as {
        stackLevel: number;
        chargingSchedule: { chargingSchedulePeriod: unknown[] };
      };
      const isPlain =
        profile.stackLevel === 0 && profile.chargingSchedule.chargingSchedulePeriod.length === 1;
      return { status: isPlain ? "Accepted" : "Rejected" };
    });
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "written" });
    expect(site.wallbox.deadMan()).toBe("plain");
    expect(site.logged.filter((line) => line.level >= 50)).toHaveLength(1);
    await site.clock.advance(HORIZON_MS);
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "unchanged" });
  });

  it.each([{ error: "NotSupported" }, { error: "NotImplemented" }, { status: "NotSupported" }])(
    "that answers %j is not modulating",
    async (reply) => {
      site = await createTestSite();
      const box = await site.dial();
      box.on("SetChargingProfile", () => reply as { error: string });
      await box.boot();
      await box.status("Charging");
      await eventually(() => !site.wallbox.sample().capability.isModulating);
      expect((await site.wallbox.apply(command(10))).kind).toBe("deferred");
    },
  );

  it("is given watts where it takes nothing else", async () => {
    site = await createTestSite();
    const box = await site.dialReady("Charging", {
      configuration: { ChargingScheduleAllowedChargingRateUnit: "Power" },
    });
    await site.wallbox.apply(command(10));
    expect(sentLimits(box)).toEqual(["0:6", "0:4140", "1:6900"]);
    expect(profiles(box).at(-1)?.csChargingProfiles.chargingSchedule.chargingRateUnit).toBe("W");
  });

  it("is told that it has one phase where watts count for three of them otherwise", async () => {
    site = await createTestSite({ wallbox: { phases: 1 } });
    const box = await site.dialReady("Charging", {
      configuration: { ChargingScheduleAllowedChargingRateUnit: "Power" },
    });
    await site.wallbox.apply(command(10));
    expect(profiles(box).at(-1)?.csChargingProfiles.chargingSchedule.chargingSchedulePeriod).toEqual([
      { startPeriod: 0, limit: 2300, numberPhases: 1 },
    ]);
  });
});

describe("a wallbox whose pause ends", () => {
  it.each([
    ["go-e", ["0:6", "1:0", "1:10", "1:10"]],
    ["keba-kecontact", ["0:6", "1:0", "1:10"]],
  ])("of the model %s is told %j", async (model, limits) => {
    site = await createTestSite({ wallbox: { model } });
    const box = await site.dialReady();
    await site.wallbox.apply(command(0));
    await box.status("SuspendedEVSE");
    await site.wallbox.apply(command(10));
    await box.status("Charging");
    await box.status("Charging");
    await eventually(() => sentLimits(box).length >= limits.length);
    await site.wallbox.apply(command(10));
    expect(sentLimits(box)).toEqual(limits);
  });
});

describe("the write budget", () => {
  it("defers raises beyond it, and lets reductions, renewals and urgent writes pass", async () => {
    site = await createTestSite({ wallbox: { maxWritesPerDay: 3 } });
    const box = await site.dialReady();
    await site.wallbox.apply(command(8));
    await site.wallbox.apply(command(10));
    expect(site.wallbox.writesToday()).toBe(3);
    expect(await site.wallbox.apply(command(12))).toEqual({ kind: "deferred", because: "write_budget" });
    expect(await site.wallbox.apply(command(9))).toEqual({ kind: "written" });
    expect(await site.wallbox.apply(command(7, true))).toEqual({ kind: "written" });
    await site.clock.advance(HORIZON_MS / 2);
    expect(await site.wallbox.apply(command(7))).toEqual({ kind: "written" });
    expect(sentLimits(box)).toEqual(["0:6", "1:8", "1:10", "1:9", "1:7", "1:7"]);
  });

  it("begins anew at local midnight and survives a restart", async () => {
    site = await createTestSite({ wallbox: { maxWritesPerDay: 2, timeZone: "Europe/Berlin" } });
    await site.dialReady();
    await site.wallbox.apply(command(8));
    expect(site.wallbox.writesToday()).toBe(2);
    const { store, clock } = site;
    await site.close();
    site = await createTestSite({ store, clock, wallbox: { maxWritesPerDay: 2, timeZone: "Europe/Berlin" } });
    expect(site.wallbox.writesToday()).toBe(2);
    // The clock starts at 06:00 UTC on 19 March 2022, when Berlin is one hour ahead.
    await clock.advance(17 * 3_600_000 - 60_000);
    expect(site.wallbox.writesToday()).toBe(2);
    await clock.advance(60_000);
    expect(site.wallbox.writesToday()).toBe(0);
  });
});
