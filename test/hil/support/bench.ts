import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type DaemonFollower, follow } from "../../../bench/lockstep/clock-follower.ts";
import { freePort } from "../../../simulator/free-port.ts";
import type { DayTrace } from "../../../simulator/house/day-trace.ts";
import { createLockstepClock, type LockstepClock } from "../../../simulator/lockstep-clock.ts";
import { createSite, type Site } from "../../../simulator/site.ts";
import type { ChargePoint } from "../../../simulator/wallbox/charge-point.ts";
import { delay } from "../../../src/ports/clock.ts";
import { type BenchConfigOptions, benchConfig } from "./bench-config.ts";
import { type ChargeHistory, type ChargeSecond, recordCharging } from "./charge-history.ts";
import { constantTrace } from "./constant-trace.ts";
import { type ControlBox, createControlBox } from "./control-box.ts";
import { type DaemonProcess, type Ended, type Program, spawnProgram } from "./daemon-process.ts";

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
/** Longer than a set point is on its way to the car, and the car's answer to the meters, s. */
const STEADY_S = 40;
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
  readonly health_warning: { readonly code: string } | null;
  readonly meter: string;
  readonly wallbox: { readonly is_connected: boolean; readonly vehicle: string };
  readonly partner: { readonly is_online: boolean } | null;
  readonly mqtt: { readonly is_connected: boolean } | null;
}

export interface BenchOptions extends BenchConfigOptions {
  readonly trace?: DayTrace;
  readonly stateDir?: string;
  readonly startWallMs?: number;
  /** The grid operator has a control box in the house, whose contact the daemon reads. */
  readonly hasControlBox?: boolean;
  /** Time passes by itself, faster than true time: for a browser that looks at it. */
  readonly isLive?: boolean;
  /** The config says no more than how the gateway is reached: it waits to be set up. */
  readonly isWithoutHouse?: boolean;
  /** The daemon's program; else the sources of this checkout. */
  readonly program?: Program;
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
  /** Undefined in a house without one. */
  readonly controlBox: ControlBox | undefined;
  readonly history: ChargeHistory;
  readonly configPath: string;
  readonly stateDir: string;
  readonly ports: { readonly ocpp: number; readonly page: number };
  /** Its wall clock is the bench's, or starts as told. */
  startDaemon(wallMs?: number): BenchDaemon;
  /** Lets time pass until something is true, that many seconds at the most. */
  within(seconds: number, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets time pass slowly while `work` waits for something that a disk or a thread has to do, in true time. */
  unhurried(work: () => Promise<void>): Promise<void>;
  /** Lets seconds of the house pass. */
  pass(seconds: number): Promise<void>;
  /** Codes of the events that the daemon has recorded so far, in their order. */
  events(): Promise<readonly string[]>;
  /** What its API answers; rejects when it does not. */
  answer(path: string): Promise<Record<string, unknown>>;
  /** What the daemon says of itself; undefined while it does not answer. */
  state(): Promise<DaemonState | undefined>;
  /** Waits until the box offers this current, A per phase. */
  offers(currentA: number, withinSeconds: number): Promise<void>;
  /** Waits until something was true of the box in every second for longer than a set point takes to show anywhere. */
  steady(withinSeconds: number, isSo: (second: ChargeSecond) => boolean): Promise<void>;
  /** Waits until the daemon gives this warning. */
  warns(code: string, withinSeconds: number): Promise<void>;
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
    partner: { thresholds, mode: options.partnerMode ?? "hems" },
    wallboxes: options.wallboxes?.length ?? 1,
  });
  const history = recordCharging(site);
  const ports = { ocpp: await freePort(), page: await freePort() };
  const controlBox = options.hasControlBox ? await createControlBox() : undefined;
  const gridOperator = controlBox?.config ?? options.gridOperator;
  const config = benchConfig(site, { ...options, gridOperator, ports, stateDir, thresholds });
  const { api, ocpp, state_dir } = config;
  const written = options.isWithoutHouse ? { api, ocpp, state_dir } : config;
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

  function startDaemon(wallMs = clock.wallMs()): BenchDaemon {
    const argv = ["run", "--config", configPath, "--clock-led", `${wallMs}`];
    const started = spawnProgram(argv, {}, { channel: "ipc", program: options.program });
    const follower = follow(started.child, clock);
    const daemon = Object.assign(started, follower, {
      async end(signal: NodeJS.Signals) {
        started.kill(signal);
        if (signal !== "SIGKILL") await unhurried(() => within(LONGEST_STOP_S, () => !started.isRunning));
        return started.ended;
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
    controlBox,
    history,
    configPath,
    stateDir,
    ports,
    startDaemon,
    within,
    unhurried,
    pass: (seconds) => runTo(clock.monotonicMs() + seconds * 1_000),
    answer,
    async events() {
      const { events } = await answer("/api/history/events?from=1960-01-01&to=2100-01-01");
      return (events as readonly { readonly event: string }[]).map(({ event }) => event);
    },
    state,
    offers: (currentA, withinSeconds) =>
      within(withinSeconds, () => site.house.evse.offeredCurrentA === currentA),
    async steady(withinSeconds, isSo) {
      const start = history.mark();
      await within(withinSeconds, () => {
        const latest = history.since(start).slice(-STEADY_S);
        return latest.length === STEADY_S && latest.every(isSo);
      });
    },
    warns: (code, withinSeconds) =>
      within(withinSeconds, async () => (await state())?.health_warning?.code === code),
    says: (reason, withinSeconds) =>
      within(withinSeconds, async () => (await state())?.state.reason === reason),
    async close() {
      for (const daemon of daemons) if (daemon.isRunning) daemon.kill("SIGKILL");
      await Promise.all(daemons.map(({ ended }) => ended));
      clock.stop();
      await living;
      await Promise.all([site.close(), controlBox?.close()]);
      clock.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Most of what 11 A on three phases are, W. */
const CHARGING_W = 7_000;

/** Runs `test` on a bench of its own, with the daemon started and the car following the sun at 11 A. */
export function whileCharging(
  test: (bench: Bench, daemon: BenchDaemon) => Promise<void>,
): () => Promise<void> {
  return onBench({}, async (bench) => test(bench, await startCharging(bench)));
}

/** Starts the daemon and waits until the car follows the sun at 11 A, and has drawn them for a while. */
export async function startCharging(bench: Bench, wallMs?: number): Promise<BenchDaemon> {
  const daemon = bench.startDaemon(wallMs);
  await bench.steady(300, ({ offeredA, chargePowerW }) => offeredA === 11 && chargePowerW > CHARGING_W);
  return daemon;
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
