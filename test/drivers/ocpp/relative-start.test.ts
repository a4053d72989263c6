import { afterEach, describe, expect, it } from "vitest";
import type { Quirks } from "../../../simulator/wallbox/quirks.ts";
import { createSimulatedSite, type SimulatedSite } from "./support/simulated-site.ts";

let site: SimulatedSite;
afterEach(() => site.close());

/** A box that steps down within one profile, counted from the start of a transaction that began while it was offline. */
async function startedOffline(quirks: Partial<Quirks> = {}): Promise<void> {
  site = await createSimulatedSite({
    box: { quirks: { relativeProfilesOnly: true, ...quirks }, profileStack: { maxStackLevel: 0 } },
    wallbox: { horizonMs: 90_000, habits: { profileKind: "Relative" } },
  });
  site.ask(12);
  await site.until(() => site.wallbox.sample().isConnected);
  site.box.cutLink();
  site.box.plugInCar();
  await site.pass(1_200);
  site.ask(0);
  site.box.restoreLink();
  await site.until(() => site.box.state().isConnected);
}

describe("profiles that count from a start of which we hear twenty minutes later", () => {
  it("pause the car for as long as they are renewed", async () => {
    await startedOffline();
    for (let passedS = 0; passedS < 360; passedS += 30) {
      await site.pass(30);
      expect(site.hardware.phaseCurrentsA[0]).toBe(0);
    }
  });

  it("let it charge, and fall to the floor on their own when nobody renews them", async () => {
    await startedOffline();
    site.ask(12);
    await site.pass(120);
    expect(site.hardware.phaseCurrentsA[0]).toBe(12);
    site.box.cutLink();
    await site.pass(100);
    expect(site.hardware.phaseCurrentsA[0]).toBe(6);
  });

  it.each([
    [7_200_000, 60],
    // Until its clock is known, what such a box measures could be old.
    [-7_200_000, 120],
  ])(
    "pause it although the box's clock, %d ms ahead, cannot tell: within %d s",
    async (clockErrorMs, seconds) => {
      await startedOffline({ clockErrorMs });
      await site.until(() => site.hardware.phaseCurrentsA[0] === 0, seconds);
      for (let passedS = 0; passedS < 360; passedS += 30) {
        await site.pass(30);
        expect(site.hardware.phaseCurrentsA[0]).toBe(0);
      }
    },
  );
});
