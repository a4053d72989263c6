import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../simulator/free-port.ts";
import { createLockstepClock, type LockstepClock } from "../../simulator/lockstep-clock.ts";
import { createSite, type Site } from "../../simulator/site.ts";
import { houseConfig } from "../../src/cli/simulate/house-config.ts";
import { configSchema } from "../../src/config/schema.ts";
import { readSecrets } from "../../src/daemon/secrets.ts";
import { createDaemon, type Daemon } from "../../src/daemon.ts";
import { createSqliteStateStore } from "../../src/history/sqlite-state-store.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { constantTrace } from "./support/constant-trace.ts";

const MINUTE_MS = 60_000;
const LOCAL = { hems_min_export_to_start_w: 9_000, hems_max_import_before_stopping_w: 0 };
const CHOSEN = { hems_min_export_to_start_w: 4_300, hems_max_import_before_stopping_w: 250 };

/** An hour passes in seconds: daemon and house in this process on a clock in lock step. */
describe("a Partner API that is away for an hour", { timeout: 60_000 }, () => {
  const stateDir = temporaryFolder();
  let clock: LockstepClock;
  let site: Site;
  let daemon: Daemon;
  let ocppPort: number;

  beforeEach(async () => {
    clock = createLockstepClock({ startWallMs: 1_647_691_200_000, speed: undefined });
    ocppPort = await freePort();
    site = await createSite({
      clock,
      trace: constantTrace({ pvW: 8_000, loadW: 500 }),
      partner: { thresholds: CHOSEN },
    });
    daemon = await startedDaemon();
    site.connectWallbox(`ws://127.0.0.1:${ocppPort}`);
  });

  afterEach(async () => {
    await stopDaemon();
    await site.close();
    clock.close();
  });

  async function startedDaemon(): Promise<Daemon> {
    const options = {
      siteName: "outage",
      timeZone: "UTC",
      stateDir,
      ocppPort,
      pagePort: 0,
      thresholds: LOCAL,
    };
    const config = configSchema.parse(houseConfig(site, options));
    const secrets = readSecrets(config, {});
    if (!secrets.ok) throw new Error(secrets.problems.join());
    const started = createDaemon(config, {
      clock,
      log: silentLog,
      store: createSqliteStateStore({ stateDir }, { clock, log: silentLog }),
      secrets: secrets.secrets,
      random: () => 0.5,
      version: "0.0.0",
    });
    await started.start();
    return started;
  }

  async function stopDaemon(): Promise<void> {
    const stopped = daemon.stop();
    void stopped.finally(() => clock.stop());
    await clock.run(Number.POSITIVE_INFINITY);
    await stopped;
  }

  const minutes = (count: number) => clock.run(clock.monotonicMs() + count * MINUTE_MS);
  const askedStartW = () => daemon.latest()?.thresholds.asked.minExportToStartW;

  it("leaves the last good config in force, over a restart too, and is pulled and told again afterwards", async () => {
    await minutes(10);
    expect(askedStartW()).toBe(4_300);
    expect(site.house.evse.offeredCurrentA).toBe(11);

    await site.pull("partner");
    site.partner.setThresholds({ hems_min_export_to_start_w: 5_000 });
    await minutes(30);
    expect(askedStartW()).toBe(4_300);
    expect(site.house.evse.offeredCurrentA).toBe(11);

    await stopDaemon();
    daemon = await startedDaemon();
    await minutes(30);
    expect(askedStartW()).toBe(4_300);
    expect(site.house.evse.offeredCurrentA).toBe(11);

    const before = site.partner.counters();
    await site.plug("partner");
    // The back-off is 15 minutes at the most.
    await minutes(16);
    expect(askedStartW()).toBe(5_000);
    expect(site.partner.counters().configPulls).toBeGreaterThan(before.configPulls);
    expect(site.partner.counters().statusPushes).toBeGreaterThan(before.statusPushes);
    expect(site.partner.lastStatus()?.ux_phase).toBe("active");
  });
});
