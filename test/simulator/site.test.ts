import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createLockstepClock } from "../../simulator/lockstep-clock.ts";
import { createSite, PEER_NAMES, peakPowerW, type Site } from "../../simulator/site.ts";
import { constantTrace } from "../hil/support/constant-trace.ts";

describe("the simulated site", () => {
  const trace = constantTrace({ pvW: 6_000, loadW: 1_000 });
  const clock = createLockstepClock({ startWallMs: trace.startWallMs, speed: undefined });
  let site: Site;

  afterEach(() => site.close());

  const isListening = ({ host, port }: { readonly host: string; readonly port: number }) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, host, () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });

  it("lives on although nobody looks at it", async () => {
    site = await createSite({ trace, clock });
    const startMs = clock.monotonicMs();
    await clock.run(startMs + 60_000);
    expect(site.house.nowMs).toBe(startMs + 60_000);
    expect(site.house.readings().gridPowerW).toBeCloseTo(-5_000, -3);
  });

  it("can begin in the middle of the day", async () => {
    site = await createSite({ trace, clock, startMonotonicMs: clock.monotonicMs() - 3_600_000 });
    expect(site.house.traceWallMs).toBe(trace.startWallMs + 3_600_000);
    expect(site.house.readings().exportWh).toBeCloseTo(5_000, -2);
    expect(site.house.tallies().chargedWh).toBe(0);
  });

  it("takes a peer away and brings it back at the same address", async () => {
    site = await createSite({ trace, clock });
    for (const peer of ["inverter", "meter", "partner", "broker"] as const) {
      const address = site[peer].address();
      expect(await isListening(address), peer).toBe(true);
      await site.pull(peer);
      expect(await isListening(address), peer).toBe(false);
      await site.pull(peer);
      await site.plug(peer);
      expect(await isListening(address), peer).toBe(true);
      await site.plug(peer);
      expect(site[peer].address()).toEqual(address);
    }
  });

  it("takes the power from the wallbox and gives it back", async () => {
    site = await createSite({ trace, clock });
    const wallbox = site.connectWallbox("ws://127.0.0.1:1");
    expect(site.wallbox()).toBe(wallbox);
    await clock.run(clock.monotonicMs() + 60_000);
    expect(site.house.readings().chargePowerW).toBeGreaterThan(10_000);
    await site.pull("wallbox");
    await clock.run(clock.monotonicMs() + 30_000);
    expect(wallbox.state().isPowered).toBe(false);
    expect(site.house.readings().chargePowerW).toBe(0);
    await site.plug("wallbox");
    expect(wallbox.state().isPowered).toBe(true);
  });

  it("bears that every peer is pulled and plugged before the wallbox knows where to dial", async () => {
    site = await createSite({ trace, clock });
    for (const peer of PEER_NAMES) {
      await site.pull(peer);
      await site.plug(peer);
    }
    expect(site.wallbox()).toBeUndefined();
  });

  it("has a plant that is large enough for its day", () => {
    expect(peakPowerW(trace)).toBe(10_000);
    expect(peakPowerW(constantTrace({ pvW: 14_200, loadW: 0 }))).toBe(15_000);
  });

  it("asks the Partner API for the band that its wallbox needs", async () => {
    site = await createSite({ trace, clock, evse: { phases: 1 } });
    expect(site.partner.config().thresholds?.min_band_w).toBe(1_380);
  });
});
