import { describe, expect, it } from "vitest";
import { onBench, whileCharging } from "./support/bench.ts";

describe("a gateway that dies while the car charges", { timeout: 90_000 }, () => {
  it(
    "leaves a box that falls to its floor within the horizon, and adopts its charge afterwards",
    whileCharging(async (bench, daemon) => {
      const { transactionId } = bench.wallbox.state();
      expect(transactionId).toBeGreaterThan(0);
      const killed = bench.history.mark();
      const killedMs = bench.site.house.nowMs;
      expect(await daemon.end("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
      await bench.offers(6, 120);
      // The horizon of 90 s and the 5 s that the box takes to act, in steps of a second.
      expect(bench.site.house.nowMs - killedMs).toBeLessThanOrEqual(100_000);
      expect(bench.history.highestSinceA(killed)).toBe(11);

      const restarted = bench.history.mark();
      bench.startDaemon();
      await bench.offers(11, 400);
      expect(bench.wallbox.state().transactionId).toBe(transactionId);
      expect(bench.history.highestSinceA(restarted)).toBe(11);
      expect(bench.history.lowestSinceA(restarted)).toBe(6);
    }),
  );

  it(
    "does not interrupt the charge when it is back at once",
    whileCharging(async (bench, daemon) => {
      const { transactionId } = bench.wallbox.state();
      await bench.says("following_surplus", 120);
      const killed = bench.history.mark();
      await daemon.end("SIGKILL");
      bench.startDaemon();
      await bench.within(300, async () => (await bench.state())?.wallbox.is_connected === true);
      await bench.says("following_surplus", 120);
      await bench.offers(11, 300);
      expect(bench.wallbox.state().transactionId).toBe(transactionId);
      expect(bench.history.highestSinceA(killed)).toBe(11);
      expect(bench.history.lowestSinceA(killed)).toBeGreaterThanOrEqual(6);
    }),
  );

  it(
    "ends in order and with 0 when it is told to stop",
    whileCharging(async (bench, daemon) => {
      expect(await daemon.end("SIGTERM")).toEqual({ code: 0, signal: null });
      expect(daemon.messages().at(-1)).toBe("stopped");
      expect(bench.site.broker.lastMessage("hems-edge/bench/status")?.payload).toBe("offline");
      await bench.offers(6, 120);
    }),
  );

  it(
    "goes on without its broker and tells it the present state afterwards",
    whileCharging(async (bench) => {
      const published = () =>
        JSON.parse(bench.site.broker.lastMessage("hems-edge/bench/state")?.payload ?? "{}");
      await bench.within(120, () => published().reason === "following_surplus");
      await bench.site.pull("broker");
      await bench.within(120, async () => (await bench.state())?.mqtt?.is_connected === false);
      bench.site.partner.setMode("none");
      await bench.offers(16, 200);
      expect(published().mode).toBe("hems");

      await bench.site.plug("broker");
      await bench.within(400, () => published().mode === "none" && published().setpoint_a === 16);
      const status = bench.site.broker.lastMessage("hems-edge/bench/status");
      expect(status).toMatchObject({ payload: "online", isRetained: true });
    }),
  );

  it(
    "F13: after five crashes in ten minutes gives the failsafe current only, and answers on its page",
    onBench({}, async (bench) => {
      for (let crash = 0; crash < 4; crash++) {
        const daemon = bench.startDaemon();
        await bench.within(120, async () => (await bench.state()) !== undefined);
        await daemon.end("SIGKILL");
      }
      const daemon = bench.startDaemon();
      await bench.within(60, () => daemon.messages().some((message) => message.startsWith("safe mode")));
      await bench.offers(6, 300);
      await bench.says("limited", 120);
      const mark = bench.history.mark();
      await bench.pass(120);
      expect(bench.history.highestSinceA(mark)).toBe(6);
    }),
  );
});
