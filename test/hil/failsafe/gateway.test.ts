import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { parse, stringify } from "yaml";
import { type Bench, startCharging } from "../support/bench.ts";
import { failsafe, offerSince, secondsUntil } from "../support/failsafe.ts";

/** Writes the bench's config again with another maximum for the wallbox. */
function configureMaximum(bench: Bench, maxCurrentA: number | string): void {
  const config = parse(readFileSync(bench.configPath, "utf8"));
  config.wallbox.max_current_a = maxCurrentA;
  writeFileSync(bench.configPath, stringify(config), { mode: 0o600 });
}

const profileWrites = ({ wallbox }: Bench) => wallbox.counters().setChargingProfile;

describe("the failsafe table: gateway", () => {
  failsafe("F4", { horizonS: 600 }, async (bench, measured) => {
    const killed = await startCharging(bench);
    const { transactionId } = bench.wallbox.state();
    const mark = bench.history.mark();
    const writes = profileWrites(bench);
    await bench.pass(1_200);
    measured("writes", profileWrites(bench) - writes);
    const isAtFloor = () => bench.site.house.evse.offeredCurrentA === 6;
    expect(await killed.end("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
    measured("killedS", await secondsUntil(bench, 700, isAtFloor));

    const hung = bench.startDaemon();
    const isFollowing = () => bench.site.house.evse.offeredCurrentA === 11;
    measured("recoveredS", await secondsUntil(bench, 400, isFollowing));
    await bench.steady(200, ({ offeredA }) => offeredA === 11);
    hung.kill("SIGSTOP");
    hung.leaveBehind();
    measured("hungS", await secondsUntil(bench, 700, isAtFloor));
    const { raisedA } = offerSince(bench, mark, 11);
    measured("raisedA", raisedA);
    measured("loweredA", offerSince(bench, mark, 6).loweredA);
    expect(bench.wallbox.state().transactionId).toBe(transactionId);
  });

  failsafe("F13", { partnerMode: "none" }, async (bench, measured) => {
    for (let crash = 0; crash < 4; crash++) {
      const daemon = bench.startDaemon();
      await bench.within(60, async () => (await bench.state()) !== undefined);
      await daemon.end("SIGKILL");
    }
    const daemon = bench.startDaemon();
    const startMs = bench.clock.monotonicMs();
    await bench.offers(6, 300);
    expect(daemon.messages()).toContain("safe mode: the gateway has crashed again and again");
    await bench.says("limited", 60);
    const mark = bench.history.mark();
    await bench.pass(3_540 - (bench.clock.monotonicMs() - startMs) / 1_000);
    measured("highestA", bench.history.highestSinceA(mark));
    expect((await bench.state())?.state.mode).toBe("none");
    await bench.within(200, () => bench.site.house.evse.offeredCurrentA === 16);
    measured("trustedS", (bench.clock.monotonicMs() - startMs) / 1_000);
  });

  failsafe("F14", {}, async (bench, measured) => {
    const daemon = await startCharging(bench);
    const mark = bench.history.mark();
    configureMaximum(bench, "plenty");
    daemon.kill("SIGHUP");
    const isReported = () => daemon.messages().includes("config not reloaded: the old one stays");
    await bench.unhurried(() => bench.within(60, isReported));
    await bench.pass(60);
    measured("changedA", offerSince(bench, mark, 11).changedA);
    await bench.says("following_surplus", 0);

    configureMaximum(bench, 9);
    daemon.kill("SIGHUP");
    const follows = () => bench.site.house.evse.offeredCurrentA === 9;
    await bench.unhurried(async () => measured("recoveredS", await secondsUntil(bench, 200, follows)));
    expect(daemon.isRunning).toBe(true);

    await daemon.end("SIGKILL");
    configureMaximum(bench, "plenty");
    expect(await bench.startDaemon().ended).toEqual({ code: 78, signal: null });
  });
});
