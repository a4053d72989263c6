import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PeerName } from "../../simulator/site.ts";
import { createDemoHouse, type DemoHouse } from "../../src/cli/demo/demo-house.ts";
import { type ChargeHistory, recordCharging } from "./support/charge-history.ts";
import { constantTrace } from "./support/constant-trace.ts";

const MINUTE_MS = 60_000;

describe("a plug that is pulled in a running demo", { timeout: 60_000 }, () => {
  let demo: DemoHouse;
  let history: ChargeHistory;

  beforeAll(async () => {
    const trace = constantTrace({ pvW: 8_000, loadW: 500 }, 24);
    demo = await createDemoHouse({ trace, timeZone: "UTC", speed: undefined, pagePort: 0 });
    history = recordCharging(demo.site);
    await minutes(20);
  }, 60_000);

  afterAll(() => demo.close());

  const minutes = (count: number) => demo.run(demo.clock.monotonicMs() + count * MINUTE_MS);
  const offeredA = () => demo.site.house.evse.offeredCurrentA;

  /** Away for ten minutes and back for fifteen; how much the car was offered at least and most meanwhile. */
  async function pullAndPlug(peer: PeerName) {
    expect(offeredA()).toBe(11);
    const pulled = history.mark();
    expect(await demo.toggle(peer)).toBe(false);
    await minutes(10);
    const away = { lowestA: history.lowestSinceA(pulled), highestA: history.highestSinceA(pulled) };
    expect(await demo.toggle(peer)).toBe(true);
    await minutes(15);
    expect(history.highestSinceA(pulled)).toBe(11);
    expect(offeredA()).toBe(11);
    expect(demo.daemon.latest()?.reason.code).toBe("following_surplus");
    return away;
  }

  it("leaves the charge alone where the inverter was pulled, for the meter steers", async () => {
    expect(await pullAndPlug("inverter")).toEqual({ lowestA: 11, highestA: 11 });
    expect(demo.daemon.latest()?.powers.pvPowerW).toBeGreaterThan(7_000);
  });

  it("pauses where the meter was pulled", async () => {
    expect(await pullAndPlug("meter")).toEqual({ lowestA: 0, highestA: 11 });
  });

  it("goes on with the wallbox when it is back", async () => {
    const writes = demo.site.wallbox()?.counters().setChargingProfile ?? 0;
    await pullAndPlug("wallbox");
    expect(demo.site.wallbox()?.counters().setChargingProfile).toBeGreaterThan(writes);
  });

  it("leaves the charge alone where the Partner API was pulled, and pulls its config again", async () => {
    const { configPulls, statusPushes } = demo.site.partner.counters();
    expect(await pullAndPlug("partner")).toEqual({ lowestA: 11, highestA: 11 });
    expect(demo.site.partner.counters().configPulls).toBeGreaterThan(configPulls);
    expect(demo.site.partner.counters().statusPushes).toBeGreaterThan(statusPushes);
  });

  it("leaves the charge alone where the broker was pulled, and publishes again", async () => {
    const messages = demo.site.broker.messagesPublished()["hems-edge"] ?? 0;
    expect(await pullAndPlug("broker")).toEqual({ lowestA: 11, highestA: 11 });
    expect(demo.site.broker.messagesPublished()["hems-edge"]).toBeGreaterThan(messages);
    expect(demo.site.broker.lastMessage("hems-edge/demo/status")?.payload).toBe("online");
    expect(demo.daemon.mqttState()?.isConnected).toBe(true);
  });

  it("never made the clock go on while bytes were on their way", () => {
    expect(demo.clock.stalls).toBe(0);
  });
});
