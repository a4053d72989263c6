import { afterEach, describe, expect, it } from "vitest";
import { createFollowCheck } from "../../../drivers/ocpp/follow-check.ts";
import { eventually } from "../../support/eventually.ts";
import type { ScriptedBox } from "./support/scripted-box.ts";
import { command, createTestSite, sentLimits, type TestSite } from "./support/test-site.ts";

describe("whether a limit is followed", () => {
  it.each([
    [8.5, "fine"],
    [8.6, "suspect"],
  ] as const)("%d A at a limit of 8 A is %s", (currentA, verdict) => {
    const check = createFollowCheck();
    check.limitSet(8, 0);
    expect(check.measured(currentA, 10_000)).toBe(verdict);
  });

  it("is not judged within ten seconds of the write", () => {
    const check = createFollowCheck();
    check.limitSet(16, 0);
    check.limitSet(8, 20_000);
    expect(check.measured(16, 29_999)).toBe("fine");
    expect(check.measured(16, 30_000)).toBe("suspect");
  });

  it("is not judged while no limit is known", () => {
    const check = createFollowCheck();
    expect(check.measured(32, 100_000)).toBe("fine");
    check.limitSet(8, 200_000);
    check.forgetLimits();
    expect(check.measured(32, 300_000)).toBe("fine");
  });

  it("is judged although the limit changes every few seconds", () => {
    const check = createFollowCheck();
    const verdicts = new Set<string>();
    for (let atMs = 0; atMs <= 60_000; atMs += 5_000) {
      check.limitSet(atMs % 2 === 0 ? 8 : 9, atMs);
      verdicts.add(check.measured(16, atMs));
    }
    expect(verdicts).toContain("retry");
  });

  it("asks for three retries and is then lost until a value is below the limit", () => {
    const check = createFollowCheck();
    check.limitSet(8, 0);
    const verdicts: string[] = [];
    for (let atMs = 10_000; atMs <= 120_000; atMs += 10_000) verdicts.push(check.measured(16, atMs));
    expect(verdicts.filter((verdict) => verdict === "retry")).toHaveLength(3);
    expect(verdicts.filter((verdict) => verdict === "lost")).toHaveLength(1);
    expect(verdicts[2]).toBe("retry");
    expect(check.isFollowing).toBe(false);
    expect(check.measured(8, 130_000)).toBe("recovered");
    expect(check.isFollowing).toBe(true);
  });

  it("asks for another try every ten minutes once it is lost", () => {
    const check = createFollowCheck();
    check.limitSet(8, 0);
    const retriesAtS: number[] = [];
    for (let atS = 10; atS <= 1_400; atS += 10)
      if (check.measured(16, atS * 1_000) === "retry") retriesAtS.push(atS);
    expect(retriesAtS).toEqual([30, 50, 70, 690, 1_290]);
  });

  it("a single value above the limit does not count", () => {
    const check = createFollowCheck();
    check.limitSet(8, 0);
    check.measured(12, 20_000);
    check.measured(8, 30_000);
    expect(check.measured(12, 45_000)).toBe("suspect");
  });
});

describe("a wallbox that takes a limit and ignores it", () => {
  let site: TestSite;
  afterEach(() => site.close());

  async function charge(box: ScriptedBox, currentA: number, durationMs: number) {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 10_000) {
      await site.clock.advance(10_000);
      const value = String(currentA);
      await box.meter({ "Current.Import.L1": value, "Current.Import.L2": value, "Current.Import.L3": value });
      await eventually(async () => (await site.wallbox.apply(command(8))).kind === "unchanged");
    }
  }

  it("gets it three times more, then counts as not following, until it follows", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(8));
    await charge(box, 16, 30_000);
    expect(sentLimits(box)).toEqual(["0:6", "1:8", "0:6", "1:8"]);
    expect(site.wallbox.sample().isFollowing).toBe(true);
    await charge(box, 16, 90_000);
    expect(sentLimits(box)).toEqual(["0:6", "1:8", "0:6", "1:8", "0:6", "1:8", "0:6", "1:8"]);
    expect(site.wallbox.sample().isFollowing).toBe(false);
    await charge(box, 16, 60_000);
    const count = (msg: string) => site.logged.filter((line) => line.msg === msg).length;
    expect(count("wallbox does not follow its limit")).toBe(1);
    await charge(box, 8, 20_000);
    expect(site.wallbox.sample().isFollowing).toBe(true);
    expect(count("wallbox follows its limit again")).toBe(1);
  });

  it.each([
    [{}, [102]],
    [{ firstPlan: "two_period" }, [101, 102]],
    [{ firstPlan: "plain" }, [101, 102]],
  ] as const)(
    "with the habits %j loses first what we could have left in it under %j",
    async (habits, ids) => {
      site = await createTestSite({ wallbox: { habits } });
      const box = await site.dialReady();
      box.on("ClearChargingProfile", () => ({ status: "Unknown" }));
      await site.wallbox.apply(command(8));
      const before = box.received.length;
      await charge(box, 16, 30_000);
      const steps = box.received
        .slice(before)
        .filter(({ action }) => action.endsWith("ChargingProfile"))
        .map(({ action, payload }) => (action === "ClearChargingProfile" ? payload.id : "set"));
      expect(steps).toEqual([...ids, ...(ids.length === 1 ? ["set", "set"] : ["set"])]);
    },
  );

  it("is judged by its power where it measures no current", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(8));
    for (let time = 0; time < 13; time++) {
      await site.clock.advance(10_000);
      await box.meter({ "Power.Active.Import": "11040" });
    }
    await eventually(() => !site.wallbox.sample().isFollowing);
  });

  it("follows when it draws less than it may", async () => {
    site = await createTestSite();
    const box = await site.dialReady();
    await site.wallbox.apply(command(8));
    await charge(box, 6.2, 120_000);
    expect(sentLimits(box)).toEqual(["0:6", "1:8"]);
    expect(site.wallbox.sample().isFollowing).toBe(true);
  });
});
