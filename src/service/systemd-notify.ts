import { type ChildProcess, spawn } from "node:child_process";
import type { Logger } from "pino";
import type { TickReport } from "../core/tick-report.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** Tells systemd how the service is; a sink of pass reports. Without systemd it does nothing. */
export interface SystemdNotifier {
  /** The first pass makes the service ready; every pass keeps the watchdog content. */
  report(report: TickReport): void;
  /** The same where there are no passes, with a line for people. */
  alive(status: string): void;
  /** The config is read again; a pass that completes meanwhile is still a sign of life. */
  reloading(): void;
  reloaded(): void;
  /** Resolves when systemd was told that the service stops, at the latest after two seconds. */
  stopping(): Promise<void>;
}

export interface SystemdNotifyOptions {
  /** Longest time a healthy pass may take, ms: when none was completed for that long, the watchdog gets no more pings. */
  readonly longestPassMs: number;
}

export interface SystemdNotifyDeps {
  /** NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are taken out, so that no other child inherits them. */
  readonly environment: NodeJS.ProcessEnv;
  readonly processId: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Node has no Unix datagram sockets: the program of systemd's own sends for us (NotifyAccess=all). */
const PROGRAM = "systemd-notify";
const STATUS_INTERVAL_MS = 10_000;
const LONGEST_STATUS = 200;
const CHILD_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 2_000;

export function createSystemdNotifier(
  options: SystemdNotifyOptions,
  deps: SystemdNotifyDeps,
): SystemdNotifier {
  const { clock, log } = deps;
  const told = takeNotifyEnvironment(deps.environment, deps.processId);
  if (told === undefined) return SILENT;

  const send = createSender(told.socket, deps);
  // A third of the period, so that one late ping is not yet a restart.
  const beatMs =
    told.watchdogMs === undefined ? STATUS_INTERVAL_MS : Math.min(told.watchdogMs / 3, STATUS_INTERVAL_MS);
  let lastPassMs: number | undefined;
  let statusText = "";
  let toldText = "";
  let timer: Timer | undefined;
  let isStopping = false;

  function beat(): void {
    if (isStopping) return;
    timer = clock.setTimeout(beat, beatMs);
    const isAlive = lastPassMs !== undefined && clock.monotonicMs() - lastPassMs <= options.longestPassMs;
    const words: string[] = [];
    if (told?.watchdogMs !== undefined && isAlive) words.push("WATCHDOG=1");
    if (statusText !== toldText) words.push(`STATUS=${statusText}`);
    toldText = statusText;
    if (words.length > 0) void send(words);
  }

  function alive(status: string): void {
    if (isStopping) return;
    const isFirst = lastPassMs === undefined;
    lastPassMs = clock.monotonicMs();
    statusText = status;
    if (!isFirst) return;
    toldText = statusText;
    log.debug("ready");
    void send(["READY=1", `STATUS=${statusText}`]);
    timer = clock.setTimeout(beat, beatMs);
  }

  return {
    report: (report) => alive(statusLine(report)),
    alive,
    reloading() {
      if (isStopping || lastPassMs === undefined) return;
      // systemd wants to know when the reload began, on the clock that it has in common with us.
      void send(["RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`]);
    },
    reloaded() {
      if (isStopping || lastPassMs === undefined) return;
      void send(["READY=1"]);
    },
    async stopping() {
      isStopping = true;
      if (timer !== undefined) clock.clearTimeout(timer);
      await Promise.race([
        send(["STOPPING=1"]),
        new Promise<void>((resolve) => clock.setTimeout(resolve, STOP_TIMEOUT_MS)),
      ]);
    },
  };
}

const SILENT: SystemdNotifier = {
  report() {},
  alive() {},
  reloading() {},
  reloaded() {},
  stopping: () => Promise.resolve(),
};

interface NotifyEnvironment {
  readonly socket: string;
  /** Undefined when no watchdog waits for this process. */
  readonly watchdogMs: number | undefined;
}

function takeNotifyEnvironment(
  environment: NodeJS.ProcessEnv,
  processId: number,
): NotifyEnvironment | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: periodUs, WATCHDOG_PID: pid } = environment;
  delete environment.NOTIFY_SOCKET;
  delete environment.WATCHDOG_USEC;
  delete environment.WATCHDOG_PID;
  if (socket === undefined || socket === "") return undefined;
  const periodMs = Number(periodUs) / 1_000;
  const isOurs = pid === undefined || Number(pid) === processId;
  return { socket, watchdogMs: isOurs && periodMs > 0 ? periodMs : undefined };
}

/** One child at a time: what comes meanwhile is joined into the next message, the newest of each kind winning. */
function createSender(socket: string, { clock, log, environment }: SystemdNotifyDeps) {
  let waiting = new Map<string, string>();
  let running: Promise<void> | undefined;
  let isFailing = false;

  function ended(code: number | null, cause: string | undefined): void {
    const hasFailed = code !== 0;
    if (hasFailed && !isFailing) log.error({ code, cause }, "systemd cannot be notified");
    if (!hasFailed && isFailing) log.info("systemd is notified again");
    isFailing = hasFailed;
  }

  async function drain(): Promise<void> {
    while (waiting.size > 0) {
      const words = [...waiting.values()];
      waiting = new Map();
      const { code, cause } = await runProgram(words, { ...environment, NOTIFY_SOCKET: socket }, clock);
      ended(code, cause);
    }
    running = undefined;
  }

  return (words: readonly string[]): Promise<void> => {
    for (const word of words) waiting.set(word.slice(0, word.indexOf("=")), word);
    running ??= drain();
    return running;
  };
}

function runProgram(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<{ code: number | null; cause: string | undefined }> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(PROGRAM, words, { env: environment, stdio: "ignore" });
    } catch (error) {
      resolve({ code: null, cause: String(error) });
      return;
    }
    const limit = clock.setTimeout(() => child.kill("SIGKILL"), CHILD_TIMEOUT_MS);
    const finish = (code: number | null, cause: string | undefined) => {
      clock.clearTimeout(limit);
      resolve({ code, cause });
    };
    child.once("error", (error) => finish(null, error.message));
    child.once("exit", (code, signal) => finish(code, signal ?? undefined));
  });
}

function statusLine(report: TickReport): string {
  return `${report.setpointA} A: ${report.reason.text}`.replace(/\s+/g, " ").slice(0, LONGEST_STATUS);
}
