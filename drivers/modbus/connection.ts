import type { Logger } from "pino";
import type { Clock, Timer } from "../../src/ports/clock.ts";
import type { Link, OpenLink } from "./link.ts";

/** The first pause is 0.5 to 1 s, each one twice as long as the last, up to 15 to 30 s. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * `idle` before the first use and after a connection that nobody used; `opening` until the device takes requests, a
 * settling time included; `pausing` between two attempts.
 */
export type ConnectionState = "idle" | "opening" | "open" | "pausing" | "closed";

export interface Connection {
  readonly state: ConnectionState;
  /** Why there is no connection. */
  readonly lastProblem: string;
  /** Begins to connect, unless that has begun already. */
  start(): void;
  send(bytes: Buffer): void;
  /** The device answered: the next loss is followed by an attempt at once. */
  confirm(): void;
  /** Gives up the present connection and makes a new one. */
  drop(detail: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly openLink: OpenLink;
  readonly openTimeoutMs: number;
  /** Silence that the device needs after connecting. */
  readonly settleMs: number;
}

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Source of jitter, 0 to 1. */
  readonly random: () => number;
  onOpen(): void;
  onData(chunk: Buffer): void;
  /** The connection is gone; `state` tells whether it comes back at once (`opening`) or later (`pausing`). */
  onLost(detail: string): void;
}

/** Keeps one link open for ever: a fresh one for each attempt, the old one destroyed before. */
export function createConnection(options: ConnectionOptions, deps: ConnectionDeps): Connection {
  const { clock, log } = deps;
  let state: ConnectionState = "idle";
  let lastProblem = "not connected yet";
  let link: Link | undefined;
  let timer: Timer | undefined;
  let failures = 0;
  let isConfirmed = false;
  let isUsed = false;
  let isLossReported = false;

  function setTimer(delayMs: number, callback: () => void): void {
    clearTimer();
    timer = clock.setTimeout(callback, delayMs);
  }

  function clearTimer(): void {
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = undefined;
  }

  function connect(): void {
    state = "opening";
    isConfirmed = false;
    isUsed = false;
    setTimer(options.openTimeoutMs, () => lose("no connection in time"));
    link = options.openLink({ onUp: settle, onData: deps.onData, onDown: lose });
  }

  function settle(): void {
    clearTimer();
    if (options.settleMs > 0) setTimer(options.settleMs, open);
    else open();
  }

  function open(): void {
    clearTimer();
    state = "open";
    deps.onOpen();
  }

  function lose(detail: string): void {
    clearTimer();
    link?.destroy();
    link = undefined;
    lastProblem = detail;
    const next = stateAfterLoss();
    state = next;
    if (next === "pausing") reportLoss(detail);
    deps.onLost(detail);
    if (next === "opening") connect();
    else if (next === "pausing") pause();
  }

  /** Many devices close what is idle: that is no loss, and the next request connects. */
  function stateAfterLoss(): ConnectionState {
    if (isConfirmed) return "opening";
    return state === "open" && !isUsed ? "idle" : "pausing";
  }

  function pause(): void {
    setTimer(pauseMs(failures, deps.random), connect);
    failures += 1;
  }

  function reportLoss(detail: string): void {
    if (!isLossReported) log.warn({ detail }, "modbus device unreachable");
    isLossReported = true;
  }

  return {
    get state() {
      return state;
    },
    get lastProblem() {
      return lastProblem;
    },
    start() {
      if (state === "idle") connect();
    },
    send(bytes) {
      isUsed = true;
      link?.write(bytes);
    },
    confirm() {
      failures = 0;
      isConfirmed = true;
      if (isLossReported) log.info("modbus device answers again");
      isLossReported = false;
    },
    drop(detail) {
      if (state === "opening" || state === "open") lose(detail);
    },
    close() {
      state = "closed";
      lastProblem = "closed";
      clearTimer();
      link?.destroy();
      link = undefined;
    },
  };
}

/** Doubling pauses with jitter, so that gateways which lost one router do not all come back at once. */
export function pauseMs(failures: number, random: () => number): number {
  const fullMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
  return fullMs * (0.5 + random() / 2);
}
