import type { Logger } from "pino";
import type { Clock, Timer } from "../../src/ports/clock.ts";
import { createAbsentUnits } from "./absent-units.ts";
import { createBusPace } from "./bus-pace.ts";
import {
  type BusOutcome,
  type BusRequest,
  failed,
  type ReadOutcome,
  type ReadRequest,
  usageFault,
  type WriteOutcome,
  type WriteRequest,
} from "./bus-request.ts";
import { type Codec, createCodec } from "./codec.ts";
import { createConnection } from "./connection.ts";
import type { Framing } from "./framing.ts";
import type { OpenLink } from "./link.ts";
import { createMbapFraming } from "./mbap-framing.ts";
import { createRequestQueue, type Job } from "./request-queue.ts";
import { createRtuFraming } from "./rtu-framing.ts";
import { type SerialOptions, serialLink } from "./serial-link.ts";
import { createSharedLine } from "./shared-line.ts";
import { tcpLink } from "./tcp-link.ts";

const QUEUE_CAPACITY = 512;
/** A silent TCP link looks open for minutes; a stream out of step looks open for ever. */
const MOST_TIMEOUTS_IN_A_ROW = 3;
/** A line that chatters for this many timeouts after one is opened anew. */
const MOST_QUIET_TIMEOUTS = 5;
/** Frames are 3.5 characters of 11 bits apart (Modbus over serial line 1.02, section 2.5.1.1). */
const FRAME_GAP_BITS = 38.5;

export type ConnectionConfig =
  | { readonly type: "tcp"; readonly host: string; readonly port: number }
  | { readonly type: "rtu_over_tcp"; readonly host: string; readonly port: number }
  | ({ readonly type: "rtu" } & SerialOptions);

export interface ModbusBusOptions {
  readonly connection: ConnectionConfig;
  /** Longest wait for a connection and for one answer. */
  readonly timeoutMs: number;
  /** Silence between an answer and the next request. */
  readonly gapMs: number;
  /** Silence after connecting. */
  readonly connectDelayMs: number;
}

export interface ModbusBusDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Source of the reconnect jitter, 0 to 1. */
  readonly random?: () => number;
  /** Replaces the serial port or socket of the options. */
  readonly openLink?: OpenLink;
}

/** One physical bus: a TCP endpoint or a serial line, with any number of units on it. Never rejects. */
export interface ModbusBus {
  /** Exactly `count` registers, or why not. Fails at once while the device is known to be away. */
  read(request: ReadRequest): Promise<ReadOutcome>;
  /** Goes out before all waiting reads. */
  write(request: WriteRequest): Promise<WriteOutcome>;
  /** Ends whatever waits with a `closed` fault. */
  close(): Promise<void>;
}

/**
 * A bus that connects on first use and then keeps the connection. It has one request in flight at a time: RTU has no
 * transaction ids at all, and many TCP devices and gateways answer only one.
 */
export function createModbusBus(options: ModbusBusOptions, deps: ModbusBusDeps): ModbusBus {
  const { clock, log } = deps;
  const { timeoutMs } = options;
  const isRtu = options.connection.type !== "tcp";
  const isSocket = options.connection.type !== "rtu";
  const gapMs = Math.max(options.gapMs, leastGapMs(options.connection));
  const queue = createRequestQueue(QUEUE_CAPACITY);
  let session: { readonly framing: Framing; readonly codec: Codec } | undefined;
  let active: Job | undefined;
  let answerTimer: Timer | undefined;
  let wakeTimer: Timer | undefined;
  let notBeforeMs = 0;
  let quietSinceMs: number | undefined;
  let timeoutsInARow = 0;
  /** On a line with another master: what may be our answer, until it is clear that no second one comes. */
  let held: Buffer | undefined;
  const pace = createBusPace(gapMs);
  const absent = createAbsentUnits(clock);
  const line = createSharedLine(timeoutMs, { clock, log });

  const connection = createConnection(
    {
      openLink: deps.openLink ?? linkOf(options.connection),
      openTimeoutMs: timeoutMs,
      settleMs: options.connectDelayMs,
    },
    { clock, log, random: deps.random ?? Math.random, onOpen, onData, onLost },
  );

  function onOpen(): void {
    const framing = isRtu ? createRtuFraming() : createMbapFraming();
    session = { framing, codec: createCodec((frame) => connection.send(framing.wrap(frame))) };
    timeoutsInARow = 0;
    notBeforeMs = 0;
    quietSinceMs = undefined;
    pump();
  }

  function onData(chunk: Buffer): void {
    if (session === undefined) return;
    if (quietSinceMs !== undefined) notBeforeMs = clock.monotonicMs() + timeoutMs;
    const received = session.framing.push(chunk);
    switch (received.kind) {
      case "nothing":
        return;
      case "frame":
        if (isRtu && line.isShared) held = received.frame;
        else session.codec.deliver(received.frame);
        return;
      case "foreign":
        hear(received);
        return;
      case "garbage":
        connection.drop(received.detail);
    }
  }

  /** Our own late answer is expected while the bus is quiet; everything else that nobody asked for is another master's. */
  function hear(frame: { readonly isRequest: boolean }): void {
    if (quietSinceMs !== undefined) return;
    const untilMs = line.heard(frame);
    held = undefined;
    if (active === undefined) notBeforeMs = untilMs;
  }

  function onLost(detail: string): void {
    endSession(detail);
    if (connection.state === "pausing") failWaiting(detail);
  }

  function endSession(detail: string): void {
    session = undefined;
    if (wakeTimer !== undefined) clock.clearTimeout(wakeTimer);
    wakeTimer = undefined;
    takeActive()?.settle(failed({ kind: "closed", detail }));
  }

  function failWaiting(detail: string): void {
    const outcome = failed({ kind: "closed", detail });
    for (const job of queue.drain()) job.settle(outcome);
  }

  function takeActive(): Job | undefined {
    const job = active;
    active = undefined;
    if (answerTimer !== undefined) clock.clearTimeout(answerTimer);
    answerTimer = undefined;
    return job;
  }

  function pump(): void {
    if (active !== undefined || session === undefined || queue.isEmpty || wakeTimer !== undefined) return;
    const waitMs = notBeforeMs - clock.monotonicMs();
    if (waitMs > 0) {
      if (isNeverQuiet()) connection.drop("the line is never silent");
      else wakeAfter(waitMs);
      return;
    }
    quietSinceMs = undefined;
    const job = queue.take();
    if (job === undefined) return;
    active = job;
    held = undefined;
    line.spoke();
    answerTimer = clock.setTimeout(() => timeOut(job), timeoutMs);
    session.codec.start(job.request, (outcome) => finish(job, outcome));
  }

  function wakeAfter(waitMs: number): void {
    wakeTimer = clock.setTimeout(() => {
      wakeTimer = undefined;
      pump();
    }, waitMs);
  }

  function isNeverQuiet(): boolean {
    if (quietSinceMs === undefined) return false;
    return clock.monotonicMs() - quietSinceMs > MOST_QUIET_TIMEOUTS * timeoutMs;
  }

  function finish(job: Job, outcome: BusOutcome): void {
    if (active !== job) return;
    takeActive();
    timeoutsInARow = 0;
    absent.judge(job.request.unit, outcome);
    const silenceMs = pace.gapAfterMs(outcome);
    notBeforeMs = silenceMs > 0 ? clock.monotonicMs() + silenceMs : 0;
    job.settle(outcome);
    if (!outcome.ok && outcome.fault.kind === "protocol") {
      connection.drop(outcome.fault.detail);
      return;
    }
    connection.confirm();
    pump();
  }

  function timeOut(job: Job): void {
    if (held !== undefined) {
      session?.codec.deliver(held);
      return;
    }
    takeActive();
    timeoutsInARow += 1;
    const outcome = failed({ kind: "timeout", detail: `no answer within ${timeoutMs} ms` });
    absent.judge(job.request.unit, outcome);
    job.settle(outcome);
    if (isSocket && timeoutsInARow >= MOST_TIMEOUTS_IN_A_ROW) {
      connection.drop(`no answer to ${timeoutsInARow} requests in a row`);
      return;
    }
    if (isRtu) beQuiet();
    pump();
  }

  /** RTU answers carry no id: a late one must have come before the next request, or it would be taken for its answer. */
  function beQuiet(): void {
    quietSinceMs = clock.monotonicMs();
    notBeforeMs = quietSinceMs + timeoutMs;
  }

  function submit(request: BusRequest): Promise<BusOutcome> {
    const misuse = usageFault(request);
    if (misuse !== undefined) return Promise.resolve(failed(misuse));
    connection.start();
    if (connection.state === "pausing" || connection.state === "closed") {
      return Promise.resolve(failed({ kind: "closed", detail: connection.lastProblem }));
    }
    return new Promise((resolve) => {
      const isAdded = queue.add({ request, settle: resolve });
      if (isAdded) pump();
      else resolve(failed({ kind: "usage", detail: `more than ${QUEUE_CAPACITY} requests wait` }));
    });
  }

  return {
    read: (request) => absent.ask(request, submit),
    write: submit,
    close() {
      connection.close();
      endSession("closed");
      failWaiting("closed");
      return Promise.resolve();
    },
  };
}

function linkOf(config: ConnectionConfig): OpenLink {
  return config.type === "rtu" ? serialLink(config) : tcpLink(config);
}

function leastGapMs(config: ConnectionConfig): number {
  return config.type === "rtu" ? Math.ceil((FRAME_GAP_BITS * 1_000) / config.baud) : 0;
}
