import type { Logger } from "pino";
import { type BackOffRange, backOffMs } from "../../core/back-off.ts";
import { type Clock, type Timer, withTimeout } from "../../ports/clock.ts";
import type { MinuteSink } from "../../ports/minute-sink.ts";
import { minuteLines } from "./line-protocol.ts";

/** What became of a batch: `refused` will never be taken, `away` may be later. */
export type SendOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "away"; readonly detail: string };

/** Brings lines to whoever stores them. Takes at most its own timeout and never rejects. */
export type SendLines = (lines: readonly string[]) => Promise<SendOutcome>;

export interface InfluxState {
  readonly isAway: boolean;
  readonly sent: number;
  /** Lines that had to go for newer ones, or that nobody wanted. */
  readonly dropped: number;
  readonly waiting: number;
}

/** Each minute in line protocol; what cannot be sent waits, bounded. */
export interface InfluxFeed extends MinuteSink {
  /** Waits a moment for what is on its way; what waits for a retry is given up. */
  stop(): Promise<void>;
  state(): InfluxState;
}

/** A day of minutes of a house with one wallbox; some 600 kB. */
const MOST_LINES = 2_880;
const LINES_PER_SEND = 500;
const RETRY: BackOffRange = { shortestMs: 10_000, longestMs: 600_000 };
const STOP_TIMEOUT_MS = 2_000;

export function createInfluxFeed(
  options: { readonly site: string },
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly random: () => number;
    readonly send: SendLines;
  },
): InfluxFeed {
  const { clock, log, random, send } = deps;
  let lines: string[] = [];
  let sent = 0;
  let dropped = 0;
  let failures = 0;
  let isRefusalTold = false;
  let isStopped = false;
  let retry: Timer | undefined;
  let sending: Promise<void> | undefined;

  function add(more: readonly string[]): void {
    lines.push(...more);
    const excess = Math.max(0, lines.length - MOST_LINES);
    if (excess > 0) lines = lines.slice(excess);
    dropped += excess;
  }

  /** True when there may be more to send. */
  async function sendSome(): Promise<boolean> {
    const batch = lines.splice(0, LINES_PER_SEND);
    if (batch.length === 0) return false;
    const outcome = await send(batch);
    switch (outcome.kind) {
      case "sent":
        if (failures > 0) log.info("minutes are sent to InfluxDB again");
        failures = 0;
        sent += batch.length;
        return true;
      case "refused":
        if (!isRefusalTold) log.error({ detail: outcome.detail }, "InfluxDB refuses our minutes: dropped");
        isRefusalTold = true;
        dropped += batch.length;
        return true;
      case "away": {
        if (failures === 0) log.warn({ detail: outcome.detail }, "InfluxDB is away: minutes wait");
        failures += 1;
        const newer = lines;
        lines = batch;
        add(newer);
        return false;
      }
    }
  }

  async function sendAll(): Promise<void> {
    while (await sendSome());
    sending = undefined;
    if (failures === 0 || isStopped || retry !== undefined) return;
    retry = clock.setTimeout(again, backOffMs(failures, RETRY, random));
  }

  function again(): void {
    retry = undefined;
    sending ??= sendAll();
  }

  return {
    minute(row) {
      add(minuteLines(row, options.site));
      if (retry === undefined) sending ??= sendAll();
    },
    async stop() {
      isStopped = true;
      if (retry !== undefined) clock.clearTimeout(retry);
      retry = undefined;
      if (sending !== undefined) await withTimeout(clock, STOP_TIMEOUT_MS, sending, undefined);
    },
    state: () => ({ isAway: failures > 0, sent, dropped, waiting: lines.length }),
  };
}
