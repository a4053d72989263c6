import { connectAsync } from "mqtt";
import { describe, expect, it } from "vitest";
import { type Bench, onBench } from "./support/bench.ts";
import { constantTrace } from "./support/constant-trace.ts";
import { secondsUntilBelow, UNLIMITED_A, untilUnlimited } from "./support/unlimited-charge.ts";

/** No sun: whatever the car gets comes from the grid. */
const DARK = constantTrace({ pvW: 0, loadW: 500 });

function closeContact({ controlBox }: Bench, isClosed: boolean): void {
  if (controlBox !== undefined) controlBox.isClosed = isClosed;
}

describe("the grid operator's limit on real wires", { timeout: 90_000 }, () => {
  it(
    "holds soon after the contact closes and ends when it opens",
    onBench({ trace: DARK, mode: "none", hasControlBox: true }, async (bench) => {
      bench.startDaemon();
      await untilUnlimited(bench, 400);
      closeContact(bench, true);
      expect(await secondsUntilBelow(bench, 5_000, 90)).toBeLessThan(15);
      const limited = bench.history.mark();
      await bench.pass(60);
      const powersW = bench.history.since(limited).map(({ chargePowerW }) => chargePowerW);
      expect(Math.max(...powersW)).toBeLessThanOrEqual(5_000);
      expect(Math.min(...powersW)).toBeGreaterThan(4_000);
      await bench.says("limited", 30);
      closeContact(bench, false);
      await bench.offers(UNLIMITED_A, 120);
    }),
  );

  it("comes by MQTT, survives a sudden restart, and falls to the failsafe limit in silence", async () => {
    const gridOperator = { source: { type: "mqtt", topic: "control-box/limit" }, failsafe_limit_w: 4_200 };
    await onBench({ trace: DARK, mode: "none", gridOperator }, async (bench) => {
      const sender = await connectAsync(bench.site.broker.url);
      const send = (message: object) => sender.publishAsync("control-box/limit", JSON.stringify(message));
      const first = bench.startDaemon();
      await bench.within(120, async () => {
        await send({ active: false });
        return (await bench.state())?.state.grid_operator?.state === "unlimited_controlled";
      });
      await untilUnlimited(bench, 200, () => send({ active: false }));
      await send({ limit_w: 5_000 });
      await bench.offers(7, 60);

      // Neither meter nor box show it yet: what a gateway finds at its start does not fit together.
      const limited = bench.history.mark();
      await first.end("SIGKILL");
      bench.startDaemon();
      await bench.within(400, async () => (await bench.state())?.state.grid_operator?.state === "failsafe");
      await bench.offers(6, 120);
      expect(bench.history.highestSinceA(limited)).toBe(7);
      expect(bench.history.lowestSinceA(limited)).toBe(6);
      await send({ active: false });
      await bench.offers(UNLIMITED_A, 200);
      await sender.endAsync();
    })();
  });
});
