import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type DaemonFollower, follow } from "../../../bench/lockstep/clock-follower.ts";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createLockstepClock, type LockstepClock } from "../../../simulator/lockstep-clock.ts";
import { SIMULATED_ORG_ID, SIMULATED_USER_ID } from "../../../simulator/partner/partner-server.ts";
import { createSite, type Site, WALLBOX_IDENTITY, wallboxIdentity } from "../../../simulator/site.ts";
import type { ChargePoint } from "../../../simulator/wallbox/charge-point.ts";
import { delay } from "../../../src/ports/clock.ts";
import { type ChargeHistory, recordCharging } from "./charge-history.ts";
import { constantTrace } from "./constant-trace.ts";
import { type DaemonProcess, type Ended, spawnProgram } from "./daemon-process.ts";
import { freePort } from "./free-port.ts";

/** An ordinary day for the wall clock of house and daemon. */
const START_WALL_MS = Date.UTC(2026, 2, 18, 12);
/** A house in which time passes by itself, times true time. */
const LIVE_SPEED = 15;
/** Slow enough for what waits for the disk or for a thread, times true time. */
const UNHURRIED_SPEED = 5;
/** Longer than a stop in order may take in true time, s of the bench's clock. */
const LONGEST_STOP_S = 60 * UNHURRIED_SPEED;
/** How often a condition is looked at, ms of the bench's clock. */
const LOOK_AGAIN_MS = 500;
/** Real time that an answer may take, ms: the bench's clock stands meanwhile. */
const ANSWER_TIMEOUT_MS = 20_000;

/** What `GET /api/state` says, as far as the tests look at it. */
export interface DaemonState {
  readonly state: {
    readonly mode: string;
    readonly reason: string;
    readonly setpoint_a: number;
    readonly limited_by: string | null;
    readonly grid_operator: { readonly state: string } | null;
    readonly thresholds: { readonly hems_min_export_to_start_w: number };
  };
  readonly telemetry: { readonly charge_w: number | null };
  readonly meter: string;
  readonly wallbox: { readonly is_connected: boolean; readonly vehicle: string };
  readonly partner: { readonly is_online: boolean } | null;
  readonly mqtt: { readonly is_connected: boolean } | null;
}

export interface BenchOptions {
  readonly trace?: DayTrace;
  readonly thresholds?: {
    readonly hems_min_export_to_start_w: number;
    readonly hems_max_import_before_stopping_w: number;
  };
  readonly stateDir?: string;
  /** Several wallboxes as the config has them, without their identities; default: one. */
  readonly wallboxes?: readonly { readonly name: string; readonly priority?: number }[];
  readonly mainFuseA?: number;
  /** A mode of its own, without a partner who would set another. */
  readonly mode?: "none" | "hems";
  readonly startWallMs?: number;
  /** Time passes by itself, faster than true time: for a browser that looks at it. */
  readonly isLive?: boolean;
  /** The part `grid_operator` of the config. */
  readonly gridOperator?: object;
  /** The config says no more than how the gateway is reached: it waits to be set up. */
  readonly isWithoutHouse?: boolean;
  /** The part `notifications` of the config. */
  readonly notifications?: object;
  /** Options of node for the daemon, as `NODE_OPTIONS` takes them. */
  readonly nodeOptions?: string;
}

/** A daemon on the bench's clock. */
export interface BenchDaemon extends DaemonProcess, DaemonFollower {
  /** Tells it to stop, or kills it, and lets time pass until it has ended. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/**
 * The simulated house in this process, and the real daemon as a process of its own, on one clock. It stands still unless
 * a test waits by `within` or `pass`, and while bytes are on their way: a busy machine makes a test slow, never late.
 */
export interface Bench {
  readonly clock: LockstepClock;
  readonly site: Site;
  readonly wallbox: ChargePoint;
  /** In the order of the config; the first is `wallbox`. */
  readonly wallboxes: readonly ChargePoint[];
  readonly history: ChargeHistory;
  readonly configPath: string;
  readonly ports: { readonly ocpp: number; readonly page: number };
  startDaemon(): BenchDaemon;
  /** Lets time pass until something is true, that many seconds at the most. */
  within(seconds: number, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets time pass slowly while `work` waits for something that a disk or a thread has to do, in true time. */
  unhurried(work: () => Promise<void>): Promise<void>;
  /** Lets seconds of the house pass. */
  pass(seconds: number): Promise<void>;
  /** What its API answers; rejects when it does not. */
  answer(path: string): Promise<Record<string, unknown>>;
  /** What the daemon says of itself; undefined while it does not answer. */
  state(): Promise<DaemonState | undefined>;
  /** Waits until the box offers this current, A per phase. */
  offers(currentA: number, withinSeconds: number): Promise<void>;
  /** Waits until the daemon gives this reason. */
  says(reason: string, withinSeconds: number): Promise<void>;
  close(): Promise<void>;
}

const THRESHOLDS = { hems_min_export_to_start_w: 4_200, hems_max_import_before_stopping_w: 300 };

/** More sun than load all day: 7500 W, 11 A on three phases. */
export const SUNNY = constantTrace({ pvW: 8_000, loadW: 500 });

export async function createBench(options: BenchOptions): Promise<Bench> {
  const clock = createLockstepClock({
    startWallMs: options.startWallMs ?? START_WALL_MS,
    speed: options.isLive ? LIVE_SPEED : undefined,
  });
  const folder = mkdtempSync(join(tmpdir(), "hems-edge-bench-"));
  const stateDir = options.stateDir ?? join(folder, "state");
  const configPath = join(folder, "config.yaml");
  const thresholds = options.thresholds ?? THRESHOLDS;
  const site = await createSite({
    trace: options.trace ?? SUNNY,
    clock,
    partner: { thresholds },
    wallboxes: options.wallboxes?.length ?? 1,
  });
  const history = recordCharging(site);
  const ports = { ocpp: await freePort(), page: await freePort() };
  const config = benchConfig(site, { ...options, ports, stateDir, thresholds });
  const parts = { grid_operator: options.gridOperator, notifications: options.notifications };
  const { api, ocpp, state_dir } = config;
  const written = options.isWithoutHouse ? { api, ocpp, state_dir } : { ...config, ...parts };
  writeFileSync(configPath, stringify(written), { mode: 0o600 });
  const wallboxes = site.connectWallboxes(`ws://127.0.0.1:${ports.ocpp}`);
  const [wallbox] = wallboxes;
  if (wallbox === undefined) throw new Error("a bench has a wallbox");
  const daemons: BenchDaemon[] = [];

  async function answer(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${ports.page}${path}`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${path} answers with ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }

  async function state(): Promise<DaemonState | undefined> {
    try {
      return (await answer("/api/state")) as unknown as DaemonState;
    } catch {
      return undefined;
    }
  }

  async function within(seconds: number, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadlineMs = clock.monotonicMs() + seconds * 1_000;
    while (!(await condition())) {
      const nowMs = clock.monotonicMs();
      if (nowMs >= deadlineMs) throw new Error(await complaint(`${condition}`, seconds));
      await runTo(Math.min(nowMs + LOOK_AGAIN_MS, deadlineMs));
    }
  }

  async function runTo(untilMs: number): Promise<void> {
    await (options.isLive ? delay(clock, untilMs - clock.monotonicMs()) : clock.run(untilMs));
  }

  /** What is known when something did not happen. */
  async function complaint(what: string, seconds: number): Promise<string> {
    const daemon = JSON.stringify((await state())?.state ?? "does not answer");
    const tail = daemons.at(-1)?.messages().slice(-12).join("\n  ");
    return `did not happen within ${seconds} s: ${what}\ndaemon: ${daemon}\nlog:\n  ${tail}`;
  }

  async function unhurried(work: () => Promise<void>): Promise<void> {
    const usual = clock.speed;
    clock.setSpeed(UNHURRIED_SPEED);
    await work();
    clock.setSpeed(usual);
  }

  function startDaemon(): BenchDaemon {
    const argv = ["run", "--config", configPath, "--clock-led", `${clock.wallMs()}`];
    const { nodeOptions } = options;
    const environment = nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions };
    const program = spawnProgram(argv, environment, "ipc");
    const follower = follow(program.child, clock);
    const daemon = Object.assign(program, follower, {
      async end(signal: NodeJS.Signals) {
        program.kill(signal);
        if (signal !== "SIGKILL") await unhurried(() => within(LONGEST_STOP_S, () => !program.isRunning));
        return program.ended;
      },
    });
    daemons.push(daemon);
    return daemon;
  }

  const living = options.isLive ? clock.run(Number.POSITIVE_INFINITY) : undefined;

  return {
    clock,
    site,
    wallbox,
    wallboxes,
    history,
    configPath,
    ports,
    startDaemon,
    within,
    unhurried,
    pass: (seconds) => runTo(clock.monotonicMs() + seconds * 1_000),
    answer,
    state,
    offers: (currentA, withinSeconds) =>
      within(withinSeconds, () => site.house.evse.offeredCurrentA === currentA),
    says: (reason, withinSeconds) =>
      within(withinSeconds, async () => (await state())?.state.reason === reason),
    async close() {
      for (const daemon of daemons) if (daemon.isRunning) daemon.kill("SIGKILL");
      await Promise.all(daemons.map(({ ended }) => ended));
      clock.stop();
      await living;
      await site.close();
      clock.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const BOX = { phases: 3, max_current_a: 16, rated_current_a: 16 };

function benchConfig(
  site: Site,
  its: {
    readonly ports: { readonly ocpp: number; readonly page: number };
    readonly stateDir: string;
    readonly thresholds: object;
  } & Pick<BenchOptions, "wallboxes" | "mode" | "mainFuseA">,
) {
  const device = (name: string, role: string, { host, port }: { host: string; port: number }) => ({
    name,
    driver: "sunspec",
    roles: [role],
    connection: { type: "tcp", host, port },
    timeout_ms: 15_000,
  });
  return {
    site: { name: "bench", main_fuse_a: its.mainFuseA ?? 63, pv_peak_w: 10_000 },
    control: {
      mode: its.mode ?? "hems",
      thresholds: its.thresholds,
      start_proof_s: 30,
      stop_proof_s: 30,
    },
    devices: [
      device("inverter", "pv", site.inverter.address()),
      device("meter", "grid", site.meter.address()),
    ],
    ocpp: { host: "127.0.0.1", port: its.ports.ocpp, horizon_s: 90 },
    ...(its.wallboxes === undefined
      ? { wallbox: { identity: WALLBOX_IDENTITY, ...BOX } }
      : {
          wallboxes: its.wallboxes.map((box, index) => ({
            ...box,
            identity: wallboxIdentity(index),
            ...BOX,
          })),
        }),
    ...(its.mode === undefined ? { partner: partnerConfig(site) } : {}),
    mqtt: { url: site.broker.url, telemetry_interval_ms: 5_000 },
    api: { port: its.ports.page },
    state_dir: its.stateDir,
  };
}

function partnerConfig(site: Site) {
  return {
    base_url: site.partner.address().url,
    org_id: SIMULATED_ORG_ID,
    user_id: SIMULATED_USER_ID,
    auth: { grant: "password", ...site.credentials },
    poll_s: 30,
    timeout_s: 20,
  };
}

/** Most of what 11 A on three phases are, W. */
const CHARGING_W = 7_000;

/** Runs `test` on a bench of its own, with the daemon started and the car following the sun at 11 A. */
export function whileCharging(
  test: (bench: Bench, daemon: BenchDaemon) => Promise<void>,
): () => Promise<void> {
  return onBench({}, async (bench) => {
    const daemon = bench.startDaemon();
    await bench.offers(11, 300);
    // A car that was only offered its current is none that charges: a daemon started anew would pause it.
    await bench.within(120, async () => ((await bench.state())?.telemetry.charge_w ?? 0) > CHARGING_W);
    await test(bench, daemon);
  });
}

/** Runs `test` on a bench of its own and clears it away in any case. */
export function onBench(options: BenchOptions, test: (bench: Bench) => Promise<void>): () => Promise<void> {
  return async () => {
    const bench = await createBench(options);
    try {
      await test(bench);
    } finally {
      await bench.close();
    }
  };
}
