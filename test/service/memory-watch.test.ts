import { describe, expect, it } from "vitest";
import type { TickReport } from "../../src/core/tick-report.ts";
import { createMemoryWatch } from "../../src/service/memory-watch.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { silentLog } from "../support/silent-log.ts";

const LIMIT_MB = 200;
const CHARGING = sampleReport();
const PAUSED = sampleReport({ setpointA: 0, powers: { ...CHARGING.powers, chargePowerW: 0 } });
const UNPLUGGED = sampleReport({ wallbox: { ...CHARGING.wallbox, vehicle: "absent" } });

function bench() {
  const clock = createManualClock();
  const rss = { mb: 100 };
  const told: object[] = [];
  const restarts: number[] = [];
  const watch = createMemoryWatch(LIMIT_MB, {
    clock,
    log: silentLog,
    rssBytes: () => rss.mb * 1024 * 1024,
    onHigh: (detail) => told.push(detail),
    restart: () => restarts.push(clock.monotonicMs()),
  });
  /** Passes with this report, every ten seconds. */
  async function pass(report: TickReport, minutes: number): Promise<void> {
    for (let step = 0; step < minutes * 6; step++) {
      await clock.advance(10_000);
      watch.report(report);
    }
  }
  return { rss, told, restarts, pass };
}

describe("F16: memory that grows", () => {
  it("is no matter as long as it stays within the limit", async () => {
    const { rss, told, restarts, pass } = bench();
    rss.mb = LIMIT_MB;
    await pass(UNPLUGGED, 60);
    expect([told, restarts]).toEqual([[], []]);
  });

  it("is told once, and again after it was low", async () => {
    const { rss, told, pass } = bench();
    rss.mb = 230;
    await pass(CHARGING, 5);
    expect(told).toEqual([{ rss_mb: 230, limit_mb: LIMIT_MB }]);
    rss.mb = 150;
    await pass(CHARGING, 5);
    rss.mb = 240;
    await pass(CHARGING, 5);
    expect(told).toHaveLength(2);
  });

  it("waits for the end of the charge, and then restarts once", async () => {
    const { rss, restarts, pass } = bench();
    rss.mb = 230;
    await pass(CHARGING, 60);
    expect(restarts).toEqual([]);
    await pass(PAUSED, 5);
    expect(restarts).toHaveLength(1);
  });

  it.each([
    ["paused", PAUSED],
    ["absent", UNPLUGGED],
  ])("restarts with a car that is %s, but not in the first ten minutes", async (_, report) => {
    const { rss, restarts, pass } = bench();
    rss.mb = 230;
    await pass(report, 9);
    expect(restarts).toEqual([]);
    await pass(report, 2);
    expect(restarts).toHaveLength(1);
  });

  it("does not restart when it is low again by the end of the charge", async () => {
    const { rss, restarts, pass } = bench();
    rss.mb = 230;
    await pass(CHARGING, 20);
    rss.mb = 150;
    await pass(CHARGING, 2);
    await pass(UNPLUGGED, 20);
    expect(restarts).toEqual([]);
  });
});
