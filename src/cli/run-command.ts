import { mkdirSync } from "node:fs";
import { configPath, loadConfig } from "../config/load-config.ts";
import { formatProblems } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { readSecrets, type SecretsOutcome } from "../daemon/secrets.ts";
import { createDaemon } from "../daemon.ts";
import { createSqliteStateStore } from "../history/sqlite-state-store.ts";
import type { Clock } from "../ports/clock.ts";
import { createScaledClock, createSystemClock } from "../service/clock.ts";
import { EXIT } from "../service/exit-codes.ts";
import { createServiceLog, logForm, type ServiceLog } from "../service/journal-log.ts";
import { installProcessGuard } from "../service/process-guard.ts";
import { createSystemdNotifier } from "../service/systemd-notify.ts";
import type { Command, CommandInput } from "./command.ts";
import { packageInfo } from "./package-info.ts";

/** A pass that waits for a slow meter is no hang, ms. */
const LEAST_PASS_MS = 10_000;

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
  },
  example: "hems-edge run --config /etc/hems-edge/config.yaml",
  async run(input) {
    const speed = Number(input.texts["clock-speed"] ?? "1");
    if (!(speed > 0 && speed <= 1_000)) {
      input.io.err("hems-edge run: --clock-speed takes a number above 0 and up to 1000\n");
      return EXIT.usage;
    }
    const path = configPath(input.texts.config, input.io.environment);
    const loaded = loadConfig(path, { environment: input.io.environment });
    if (!loaded.ok) {
      input.io.err(`${path}:\n${formatProblems(loaded.problems)}\n`);
      return EXIT.badConfig;
    }
    const secrets = readSecrets(loaded.config, input.io.environment);
    if (!secrets.ok) {
      for (const problem of secrets.problems) input.io.err(`${path}: ${problem}\n`);
      return EXIT.badConfig;
    }
    const serviceLog = createServiceLog({
      level: loaded.config.log_level,
      form: logForm(input.io.environment),
    });
    for (const text of secrets.texts) serviceLog.hide(text);
    for (const warning of loaded.warnings) serviceLog.log.warn({ warning }, "config warning");
    return runDaemon(loaded.config, secrets, { input, serviceLog, clock: createScaledClock(speed) });
  },
};

interface Host {
  readonly input: CommandInput;
  readonly serviceLog: ServiceLog;
  readonly clock: Clock;
}

/** Resolves only when the process guard has ended everything: the guard itself exits the process. */
async function runDaemon(
  config: Config,
  { secrets }: Extract<SecretsOutcome, { ok: true }>,
  { input, serviceLog, clock }: Host,
): Promise<number> {
  const { log } = serviceLog;
  const { version, commit } = packageInfo();
  log.info({ version, commit, node: process.versions.node }, "starting");
  makeFolder(config.state_dir, log);
  const notifier = createSystemdNotifier(
    { longestPassMs: Math.max(LEAST_PASS_MS, config.control.interval_ms * 3) },
    { environment: input.io.environment, processId: process.pid, clock, log },
  );
  const daemon = createDaemon(config, {
    clock,
    log,
    store: createSqliteStateStore({ stateDir: config.state_dir }, { clock, log }),
    secrets,
    random: Math.random,
    version,
    sinks: [notifier],
  });
  installProcessGuard(
    { stop: () => Promise.all([notifier.stopping(), daemon.stop()]).then(() => undefined) },
    // Whoever ends the process waits in true time, whatever the bench does.
    { clock: createSystemClock(), log },
  );
  await daemon.start();
  return new Promise(() => {});
}

/** A missing folder is made; where that fails the store goes on in memory and says so. */
function makeFolder(path: string, log: ServiceLog["log"]): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    log.warn({ path, err: error }, "state folder cannot be made");
  }
}
