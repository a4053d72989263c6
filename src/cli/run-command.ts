import { mkdirSync } from "node:fs";
import { createAccessFile } from "../api/login/access-file.ts";
import { configPath, DEFAULT_CONFIG_PATH, loadConfig } from "../config/load-config.ts";
import { type ConfigProblem, formatProblems } from "../config/problem.ts";
import { readSetUpConfig, type SetUpConfig } from "../config/set-up-config.ts";
import {
  createDaemonHost,
  type DaemonHost,
  type LoadOutcome,
  type RunnableConfig,
} from "../daemon/daemon-host.ts";
import { createDaemonHistory } from "../daemon/history.ts";
import { readSecrets } from "../daemon/secrets.ts";
import { createSetUpGateway } from "../daemon/set-up-gateway.ts";
import { readTlsFiles } from "../daemon/tls-files.ts";
import { createDaemon } from "../daemon.ts";
import { createSqliteStateStore } from "../history/sqlite-state-store.ts";
import type { Clock } from "../ports/clock.ts";
import { garbageCollector } from "../ports/garbage-collector.ts";
import { createScaledClock, createSystemClock } from "../service/clock.ts";
import { EXIT } from "../service/exit-codes.ts";
import { createServiceLog, logForm, type ServiceLog } from "../service/journal-log.ts";
import { installProcessGuard } from "../service/process-guard.ts";
import { createSystemdNotifier } from "../service/systemd-notify.ts";
import type { Command, CommandInput } from "./command.ts";
import { createLedClock } from "./led-clock.ts";
import { packageInfo } from "./package-info.ts";

/** A pass that waits for a slow meter is no hang, ms. */
const LEAST_PASS_MS = 10_000;
/** The interval of a house that is set up later is not known yet: three of the longest that a config may have, ms. */
const SLOWEST_PASS_MS = 180_000;

export const runCommand: Command = {
  options: {
    config: {
      summary: "The config file; else $HEMS_EDGE_CONFIG, else /etc/hems-edge/config.yaml.",
      placeholder: "FILE",
    },
    "clock-speed": {
      summary: "For tests on a bench: all times pass N times faster than real time.",
      placeholder: "N",
    },
    "clock-led": {
      summary: "For tests on a bench: the parent process says how time passes, from this wall time on (ms).",
      placeholder: "WALL_MS",
    },
  },
  example: "hems-edge run --config /etc/hems-edge/config.yaml",
  async run(input) {
    const speed = Number(input.texts["clock-speed"] ?? "1");
    if (!(speed > 0 && speed <= 1_000)) {
      input.io.err("hems-edge run: --clock-speed takes a number above 0 and up to 1000\n");
      return EXIT.usage;
    }
    const path = configPath(input.texts.config, input.io.environment);
    // A file that was named and is not there is a mistake; at the usual place it is a gateway fresh from its package.
    const isUsualPlace = input.texts.config === undefined && path === DEFAULT_CONFIG_PATH;
    const loaded = loadRunnable({ path, isUsualPlace }, input.io.environment);
    if (!loaded.ok) {
      for (const problem of loaded.problems) input.io.err(`${problem}\n`);
      return EXIT.badConfig;
    }
    const serviceLog = createServiceLog({
      level: loaded.runnable.config.log_level,
      form: logForm(input.io.environment),
    });
    const ledFrom = input.texts["clock-led"];
    const clock = ledFrom === undefined ? createScaledClock(speed) : createLedClock(Number(ledFrom));
    if (clock === undefined) {
      input.io.err(
        "hems-edge run: --clock-led takes a wall time in ms, from a parent process with an IPC channel\n",
      );
      return EXIT.usage;
    }
    return runDaemon(loaded, { place: { path, isUsualPlace }, input, serviceLog, clock });
  },
};

interface Loaded {
  readonly ok: true;
  readonly runnable: RunnableConfig;
  readonly warnings: readonly ConfigProblem[];
}

/** Where the config file is, and whether it may be missing there. */
interface ConfigPlace {
  readonly path: string;
  readonly isUsualPlace: boolean;
}

function loadRunnable(
  { path, isUsualPlace }: ConfigPlace,
  environment: NodeJS.ProcessEnv,
): Loaded | Extract<LoadOutcome, { ok: false }> {
  const empty = readSetUpConfig(path, { environment, mayBeMissing: isUsualPlace });
  if (empty !== undefined) return loadEmpty(path, empty);
  const loaded = loadConfig(path, { environment });
  if (!loaded.ok) return { ok: false, problems: [`${path}:\n${formatProblems(loaded.problems)}`] };
  const { config, warnings } = loaded;
  const secrets = readSecrets(config, environment);
  if (!secrets.ok) return { ok: false, problems: secrets.problems.map((problem) => `${path}: ${problem}`) };
  const { secrets: read, texts: secretTexts } = secrets;
  return { ok: true, runnable: { kind: "house", config, secrets: read, secretTexts }, warnings };
}

/** Nothing of a house, but perhaps a certificate of the page. */
function loadEmpty(path: string, config: SetUpConfig): Loaded | Extract<LoadOutcome, { ok: false }> {
  const tls = config.api.tls === undefined ? undefined : readTlsFiles("api.tls", config.api.tls);
  if (tls?.ok === false) return { ok: false, problems: tls.problems.map((problem) => `${path}: ${problem}`) };
  return { ok: true, runnable: { kind: "set_up", config, tls: tls?.files }, warnings: [] };
}

interface Host {
  readonly place: ConfigPlace;
  readonly input: CommandInput;
  readonly serviceLog: ServiceLog;
  readonly clock: Clock;
}

/** Resolves only when the process guard has ended everything: the guard itself exits the process. */
async function runDaemon(first: Loaded, { place, input, serviceLog, clock }: Host): Promise<number> {
  // Else a few bytes that somebody keeps for long keep 64 KiB with them: the lengths that MQTT.js remembers are megabytes then.
  Buffer.poolSize = 0;
  const { log } = serviceLog;
  const { environment } = input.io;
  const build = packageInfo();
  const { version, commit } = build;
  log.info({ version, commit, node: process.versions.node }, "starting");
  const notifier = createSystemdNotifier(
    { longestPassMs: longestPassMs(first.runnable) },
    { environment, processId: process.pid, clock, log },
  );
  takeUp(first, serviceLog);
  const host: DaemonHost = createDaemonHost(first.runnable, {
    log,
    load() {
      const loaded = loadRunnable(place, environment);
      if (loaded.ok) takeUp(loaded, serviceLog);
      return loaded;
    },
    create(runnable) {
      const { state_dir: stateDir } = runnable.config;
      const store = createSqliteStateStore({ stateDir }, { clock, log });
      const accessFile = createAccessFile(stateDir);
      if (runnable.kind === "set_up") {
        const { config, tls } = runnable;
        const { alive } = notifier;
        const goOn = () => void host.reload();
        return createSetUpGateway(
          { config, tls, configPath: place.path, version },
          { clock: createSystemClock(), log, environment, store, accessFile, alive, goOn },
        );
      }
      const { config, secrets, secretTexts } = runnable;
      const diskClock = createSystemClock({ unref: true });
      return createDaemon(config, {
        clock,
        log,
        store,
        secrets,
        accessFile,
        origin: { configPath: place.path, environment, build, secretTexts },
        random: Math.random,
        version,
        sinks: [notifier],
        collectGarbage: garbageCollector(),
        restart: () => process.kill(process.pid, "SIGTERM"),
        history: { thread: createDaemonHistory(config, diskClock), diskClock },
      });
    },
  });
  installProcessGuard(
    {
      stop: () => Promise.all([notifier.stopping(), host.stop()]).then(() => undefined),
      reload() {
        notifier.reloading();
        void host.reload().finally(notifier.reloaded);
      },
    },
    // Whoever ends the process waits in true time, whatever the bench does.
    { clock: createSystemClock(), log },
  );
  await host.start();
  return new Promise(() => {});
}

function longestPassMs(runnable: RunnableConfig): number {
  return runnable.kind === "house"
    ? Math.max(LEAST_PASS_MS, runnable.config.control.interval_ms * 3)
    : SLOWEST_PASS_MS;
}

/** What a config needs before it runs: its secrets hidden, its log level, a folder for its state. */
function takeUp({ runnable, warnings }: Loaded, { log, hide }: ServiceLog): void {
  if (runnable.kind === "house") for (const text of runnable.secretTexts) hide(text);
  for (const warning of warnings) log.warn({ warning }, "config warning");
  log.level = runnable.config.log_level;
  makeFolder(runnable.config.state_dir, log);
}

/** A missing folder is made; where that fails the store goes on in memory and says so. */
function makeFolder(path: string, log: ServiceLog["log"]): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    log.warn({ path, err: error }, "state folder cannot be made");
  }
}
