import { type ChargePoint, createChargePoint } from "../../../../simulator/wallbox/charge-point.ts";
import type { ChargePointOptions } from "../../../../simulator/wallbox/charge-point-parts.ts";
import type { PhaseCount } from "../../../../src/core/units.ts";
import { createFakeHardware, type FakeHardware } from "../../../simulator/wallbox/fake-hardware.ts";
import { eventually } from "../../../support/eventually.ts";
import { createTestSite, type TestSite, type TestSiteOptions } from "./test-site.ts";

/** The driver and a simulated box that obeys the specification but for its quirks, on one clock. */
export interface SimulatedSite extends TestSite {
  readonly box: ChargePoint;
  readonly hardware: FakeHardware;
  /** What control asks for from now on, A per phase: `until` says it each second. */
  ask(currentA: number, phases?: PhaseCount): void;
  /** Lets seconds pass, in each of which control repeats itself, until `condition` holds. */
  until(condition: () => boolean, withinSeconds?: number): Promise<void>;
  pass(seconds: number): Promise<void>;
}

export interface SimulatedSiteOptions extends TestSiteOptions {
  readonly box?: Partial<ChargePointOptions>;
}

export async function createSimulatedSite(options: SimulatedSiteOptions = {}): Promise<SimulatedSite> {
  const site = await createTestSite(options);
  const hardware = createFakeHardware();
  const box = createChargePoint({
    url: `ws://127.0.0.1:${site.port}/ocpp`,
    identity: "BOX1",
    vendor: "Simulated",
    model: "Nominal",
    hardware,
    clock: site.clock,
    ...options.box,
  });
  let asked: { readonly currentA: number; readonly phases: PhaseCount } | undefined;

  async function second(): Promise<void> {
    if (asked !== undefined) void site.wallbox.apply({ ...asked, isUrgent: false });
    await site.clock.advance(1_000);
  }

  return {
    ...site,
    box,
    hardware,
    ask(currentA, phases = 3) {
      asked = { currentA, phases };
    },
    async until(condition, withinSeconds = 600) {
      const startMs = site.clock.monotonicMs();
      await eventually(async () => {
        if (condition()) return true;
        if (site.clock.monotonicMs() - startMs > withinSeconds * 1_000) {
          throw new Error(`did not happen within ${withinSeconds} s: ${condition}`);
        }
        await second();
        return condition();
      }, 15_000);
    },
    async pass(seconds) {
      for (let passed = 0; passed < seconds; passed++) await second();
    },
    async close() {
      box.close();
      await site.close();
    },
  };
}
