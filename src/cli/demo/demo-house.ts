import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createLockstepClock, type LockstepClock } from "../../../simulator/lockstep-clock.ts";
import { createSite, type PeerName, type Site, type SiteOptions } from "../../../simulator/site.ts";
import { type Config, configSchema } from "../../config/schema.ts";
import { createDaemonHistory } from "../../daemon/history.ts";
import { readSecrets } from "../../daemon/secrets.ts";
import { createDaemon, type Daemon } from "../../daemon.ts";
import { createSqliteStateStore } from "../../history/sqlite-state-store.ts";
import { createSystemClock } from "../../service/clock.ts";
import { packageInfo } from "../package-info.ts";
import { houseConfig } from "../simulate/house-config.ts";
import type { DemoRequest } from "./demo-options.ts";

/** What the simulated user has chosen in the partner's app: wide enough for three phases. */
const THRESHOLDS = { hems_min_export_to_start_w: 3_900, hems_max_import_before_stopping_w: 300 };

export interface DemoOptions {
  readonly trace: DayTrace;
  readonly timeZone: string;
  /** Virtual seconds per real second; undefined as fast as the machine can. */
  readonly speed: number | undefined;
  /** Port of the page; 0 takes a free one. */
  readonly pagePort: number;
  /** A home battery and who gets the sun first; none without. */
  readonly battery?: DemoRequest["battery"];
  readonly log?: Logger;
  /** A clock that others run on too; without it one that begins with the trace. */
  readonly clock?: LockstepClock;
  /** Existing folder for what the daemon keeps; without it one that goes with the demo. */
  readonly stateDir?: string;
  /** Evenly distributed in 0..1, for the daemon's jitter. */
  readonly random?: () => number;
  /** Of house, car and wallbox, where they are not the demo's. */
  readonly site?: Partial<SiteOptions>;
  /** The config file's content in place of the demo's. */
  readonly configure?: (file: ReturnType<typeof houseConfig>, site: Site) => object;
  /** What the wallbox dials to come to this port of the daemon. */
  readonly wallboxUrl?: (ocppPort: number) => string;
}

/** A whole house on loopback and the real daemon in it, in one process on one accelerated clock. */
export interface DemoHouse {
  readonly site: Site;
  readonly daemon: Daemon;
  readonly clock: LockstepClock;
  readonly dayMs: number;
  /** Runs on to `untilMs` of virtual time. */
  run(untilMs: number): Promise<void>;
  /** Pulls or plugs a peer; returns whether it is plugged in afterwards. */
  toggle(peer: PeerName): Promise<boolean>;
  isPlugged(peer: PeerName): boolean;
  close(): Promise<void>;
}

export async function createDemoHouse(options: DemoOptions): Promise<DemoHouse> {
  const { trace, log = pino({ level: "silent" }) } = options;
  const clock =
    options.clock ?? createLockstepClock({ startWallMs: trace.startWallMs, speed: options.speed });
  const site = await createSite({
    ...{ trace, clock, partner: { thresholds: THRESHOLDS } },
    ...(options.battery === undefined ? {} : { battery: options.battery.options }),
    ...options.site,
  });
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), "hems-edge-demo-"));
  const config = demoConfig(site, options, stateDir);
  const secrets = readSecrets(config, {});
  if (!secrets.ok) throw new Error(secrets.problems.join("; "));
  const diskClock = createSystemClock({ unref: true });
  const daemon = createDaemon(config, {
    clock,
    log,
    store: createSqliteStateStore({ stateDir }, { clock, log }),
    secrets: secrets.secrets,
    random: options.random ?? Math.random,
    version: packageInfo().version,
    viewerClock: diskClock,
    history: { thread: createDaemonHistory(config, diskClock), diskClock },
  });
  const unplugged = new Set<PeerName>();
  await daemon.start();
  site.connectWallbox(wallboxUrl(options, daemon));

  return {
    site,
    daemon,
    clock,
    dayMs: trace.pvW.length * trace.stepMs,
    run: clock.run,
    async toggle(peer) {
      if (unplugged.delete(peer)) {
        await site.plug(peer);
        return true;
      }
      unplugged.add(peer);
      await site.pull(peer);
      return false;
    },
    isPlugged: (peer) => !unplugged.has(peer),
    async close() {
      const stopped = daemon.stop().then(() => site.close());
      void stopped.finally(() => clock.stop());
      await clock.run(Number.POSITIVE_INFINITY);
      await stopped;
      clock.close();
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

function demoConfig(site: Site, options: DemoOptions, stateDir: string): Config {
  const { timeZone, pagePort, battery, configure } = options;
  const file = houseConfig(site, {
    ...{ siteName: "demo", timeZone, stateDir, ocppPort: 0, pagePort, thresholds: THRESHOLDS },
    batteryPolicy: battery?.policy,
  });
  return configSchema.parse(configure?.(file, site) ?? file);
}

function wallboxUrl({ wallboxUrl: urlOf }: DemoOptions, daemon: Daemon): string {
  const port = daemon.ocppPort();
  if (port === undefined) throw new Error("a free port for wallboxes can always be had");
  return urlOf?.(port) ?? `ws://127.0.0.1:${port}`;
}
