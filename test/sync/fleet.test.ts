import { describe, expect, it } from "vitest";
import { fleetOutage } from "../../bench/fleet/fleet-outage.ts";

describe("a fleet", () => {
  it("asks after an outage hardly faster than before it, and all of it is back", async () => {
    const figures = await fleetOutage({ gateways: 600, outageMs: 120_000, changedShare: 0.05, seed: 7 });
    expect(figures.recovery_peak_rps).toBeLessThanOrEqual(1.2 * figures.steady_peak_rps);
    expect(figures.recovery_peak_rps).toBeLessThanOrEqual(2 * figures.steady_rps);
    expect(figures.recovered_s).toBeLessThanOrEqual(300);
  }, 60_000);
});
