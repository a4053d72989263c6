import type { EventEmitter } from "node:events";
import type { Logger } from "pino";
import type { Clock } from "../ports/clock.ts";
import { EXIT } from "./exit-codes.ts";

/** What the guard needs of Node's `process`; tests pass their own. */
export type HostProcess = EventEmitter & { exit(code: number): void };

export interface ProcessGuardOptions {
  /** Longest time for an orderly stop, ms; keep it below TimeoutStopSec of the unit. */
  readonly stopTimeoutMs?: number;
  /** Ends everything in order; must be safe to call once at any time. */
  readonly stop: () => Promise<void>;
  /** What SIGHUP asks for; without it the signal is ignored. */
  readonly reload?: () => void;
}

export interface ProcessGuardDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly host?: HostProcess;
}

/**
 * SIGTERM and SIGINT stop in order and exit 0; a second signal, or a stop that takes too long, exits 1. An error
 * that nobody caught is a defect: one fatal line, exit 1, and systemd starts afresh. Returns how to take the guard off.
 */
export function installProcessGuard(options: ProcessGuardOptions, deps: ProcessGuardDeps): () => void {
  const { clock, log } = deps;
  const host: HostProcess = deps.host ?? process;
  const stopTimeoutMs = options.stopTimeoutMs ?? 10_000;
  let isStopping = false;

  async function stopInOrder(signal: string): Promise<void> {
    log.info({ signal }, "stopping");
    const limit = clock.setTimeout(() => {
      log.error({ stopTimeoutMs }, "stopping takes too long");
      host.exit(EXIT.failure);
    }, stopTimeoutMs);
    try {
      await options.stop();
      clock.clearTimeout(limit);
      log.info("stopped");
      host.exit(EXIT.ok);
    } catch (error) {
      crash(error);
    }
  }

  function terminate(signal: string): void {
    if (isStopping) {
      log.warn({ signal }, "stopping at once");
      host.exit(EXIT.failure);
      return;
    }
    isStopping = true;
    void stopInOrder(signal);
  }

  function crash(error: unknown): void {
    log.fatal({ err: error instanceof Error ? error : new Error(String(error)) }, "defect: uncaught error");
    host.exit(EXIT.failure);
  }

  const listeners: readonly (readonly [string, (value: unknown) => void])[] = [
    ["SIGTERM", () => terminate("SIGTERM")],
    ["SIGINT", () => terminate("SIGINT")],
    ["SIGHUP", () => options.reload?.()],
    ["uncaughtException", crash],
    ["unhandledRejection", crash],
  ];
  for (const [event, listener] of listeners) host.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) host.off(event, listener);
  };
}
