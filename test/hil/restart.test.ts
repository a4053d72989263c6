import { describe, expect, it } from "vitest";
import { whileCharging } from "./support/bench.ts";

describe("a gateway that starts anew while the car charges", { timeout: 90_000 }, () => {
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
});
