import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import type { SetUpConfig } from "../config/set-up-config.ts";
import type { Daemon } from "../daemon.ts";
import { changedKeys } from "./changed-keys.ts";
import type { DaemonSecrets } from "./secrets.ts";
import type { TlsFiles } from "./tls-files.ts";

/** A config that can be run, with the secrets that it refers to. */
export interface HouseConfig {
  readonly kind: "house";
  readonly config: Config;
  readonly secrets: DaemonSecrets;
  /** The same as texts, to be hidden wherever they turn up. */
  readonly secretTexts: readonly string[];
}

/** A file that says no more than how the gateway is reached. */
export interface EmptyConfig {
  readonly kind: "set_up";
  readonly config: SetUpConfig;
  /** Of the page; undefined for plain HTTP. */
  readonly tls: TlsFiles | undefined;
}

export type RunnableConfig = HouseConfig | EmptyConfig;

export type LoadOutcome =
  | { readonly ok: true; readonly runnable: RunnableConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What runs under a config: the daemon, or its set-up. */
export type Running = Pick<Daemon, "start" | "stop"> & Partial<Pick<Daemon, "noteConfig">>;

export interface DaemonHostDeps {
  readonly log: Logger;
  /** Reads the config file and its secrets again. */
  readonly load: () => LoadOutcome;
  readonly create: (runnable: RunnableConfig) => Running;
}

/** Keeps one daemon running under the newest good config. */
export interface DaemonHost {
  start(): Promise<void>;
  /**
   * Takes up the config file as it is now. A bad one changes nothing and is reported; a good one ends the running
   * daemon in order and starts the next, while the wallbox goes on with the set point it holds.
   */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const HOUSE_GONE =
  "the file names no house any more: put it back, or end the service before you set it up anew";

export function createDaemonHost(first: RunnableConfig, deps: DaemonHostDeps): DaemonHost {
  const { log } = deps;
  let running = first;
  let daemon = deps.create(first);
  let isStopping = false;
  /** Reloads come one after the other; a stop waits for the one that runs. */
  let last: Promise<void> = Promise.resolve();

  function loaded(): LoadOutcome {
    const outcome = deps.load();
    const isEmptied = outcome.ok && outcome.runnable.kind === "set_up" && running.kind === "house";
    return isEmptied ? { ok: false, problems: [HOUSE_GONE] } : outcome;
  }

  async function reloadNow(): Promise<void> {
    if (isStopping) return;
    const outcome = loaded();
    if (!outcome.ok) {
      log.error({ problems: outcome.problems }, "config not reloaded: the old one stays");
      daemon.noteConfig?.(outcome.problems);
      return;
    }
    const changed = changedKeys(running, outcome.runnable);
    if (changed.length === 0) {
      log.info("config is unchanged");
      daemon.noteConfig?.([]);
      return;
    }
    log.info({ changed }, "config reloaded");
    await daemon.stop();
    running = outcome.runnable;
    daemon = deps.create(running);
    if (!isStopping) await daemon.start();
  }

  return {
    start: () => daemon.start(),
    reload() {
      last = last.then(reloadNow);
      return last;
    },
    async stop() {
      isStopping = true;
      await last;
      await daemon.stop();
    },
  };
}
