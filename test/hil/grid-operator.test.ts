import { connectAsync } from "mqtt";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModbusServer } from "../../simulator/modbus/modbus-server.ts";
import { type Bench, onBench } from "./support/bench.ts";
import { constantTrace } from "./support/constant-trace.ts";

/** No sun: whatever the car gets comes from the grid. */
const DARK = constantTrace({ pvW: 0, loadW: 500 });
const UNLIMITED_A = 16;

/** The relay of a control box at the digital input of a Modbus device. */
async function controlBox() {
  const box = { isClosed: false };
  const server = createModbusServer({
    host: "127.0.0.1",
    port: 0,
    respond: ({ functionCode }) => (functionCode === 2 ? [Number(box.isClosed)] : { exception: 1 }),
  });
  await server.plug();
  onTestFinished(() => server.close());
  const connection = { type: "tcp", ...server.address() };
  return Object.assign(box, {
    pull: server.pull,
    plug: server.plug,
    config: { source: { type: "contact", connection, address: 7, limit_w: 5_000, timeout_ms: 15_000 } },
  });
}

/** Longer than anything that was sent at the start is on its way to the car, s. */
const STEADY_S = 40;

/**
 * Waits until the daemon has heard the operator and the car charges as fast as it can, and goes on to; `beat` keeps an
 * operator that has to speak from falling silent meanwhile.
 */
async function untilUnlimited(
  bench: Bench,
  withinSeconds: number,
  beat?: () => Promise<unknown>,
): Promise<void> {
  const start = bench.history.mark();
  await bench.within(withinSeconds, async () => {
    await beat?.();
    const latest = bench.history.since(start).slice(-STEADY_S);
    if (latest.length < STEADY_S || latest.some(({ chargePowerW }) => chargePowerW < 10_000)) return false;
    const state = (await bench.state())?.state;
    return state?.grid_operator?.state === "unlimited_controlled" && state.setpoint_a === UNLIMITED_A;
  });
}

/** Seconds of the house from now until the car draws no more than this. */
async function secondsUntilBelow(bench: Bench, powerW: number, withinSeconds: number): Promise<number> {
  const fromMs = bench.site.house.nowMs;
  await bench.within(withinSeconds, () => bench.site.house.readings().chargePowerW <= powerW);
  return (bench.site.house.nowMs - fromMs) / 1_000;
}

describe("the grid operator's limit on real wires", { timeout: 90_000 }, () => {
  it("holds soon after the contact closes and ends when it opens", async () => {
    const box = await controlBox();
    await onBench({ trace: DARK, mode: "none", gridOperator: box.config }, async (bench) => {
      bench.startDaemon();
      await untilUnlimited(bench, 400);
      box.isClosed = true;
      expect(await secondsUntilBelow(bench, 5_000, 90)).toBeLessThan(45);
      const limited = bench.history.mark();
      await bench.pass(60);
      const powersW = bench.history.since(limited).map(({ chargePowerW }) => chargePowerW);
      expect(Math.max(...powersW)).toBeLessThanOrEqual(5_000);
      expect(Math.min(...powersW)).toBeGreaterThan(4_000);
      await bench.says("limited", 30);
      box.isClosed = false;
      await bench.offers(UNLIMITED_A, 120);
    })();
  });

  it("is the failsafe limit 120 s after the contact could last be read, until it can be read again", async () => {
    const box = await controlBox();
    await onBench({ trace: DARK, mode: "none", gridOperator: box.config }, async (bench) => {
      bench.startDaemon();
      await untilUnlimited(bench, 400);
      await box.pull();
      const lostS = await secondsUntilBelow(bench, 4_200, 300);
      expect(lostS).toBeGreaterThan(100);
      expect(lostS).toBeLessThan(200);
      await bench.offers(6, 30);
      await box.plug();
      await bench.offers(UNLIMITED_A, 200);
    })();
  });

  it("comes by MQTT, survives a restart, and falls to the failsafe limit in silence", async () => {
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
      // Meter and box both show it: what a gateway finds at its start fits together.
      await bench.pass(STEADY_S);

      const limited = bench.history.mark();
      await first.end("SIGTERM");
      bench.startDaemon();
      await bench.within(400, async () => (await bench.state())?.state.grid_operator?.state === "failsafe");
      await bench.offers(6, 120);
      expect(bench.history.highestSinceA(limited)).toBe(7);
      await send({ active: false });
      await bench.offers(UNLIMITED_A, 200);
      await sender.endAsync();
    })();
  });
});
