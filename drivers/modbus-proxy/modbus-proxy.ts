import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Logger } from "pino";
import type { Clock, Timer } from "../../src/ports/clock.ts";
import type { BusFault } from "../modbus/bus-fault.ts";
import type { ReadRequest, WriteRequest } from "../modbus/bus-request.ts";
import { createClientBudget } from "./client-budget.ts";
import {
  type ClientRequest,
  clientRequests,
  EXCEPTION,
  exceptionAnswer,
  registersAnswer,
  writeAnswer,
} from "./proxy-frames.ts";
import type { RecordedBus } from "./recorded-bus.ts";

/** Requests of one client that may wait for the device at a time. */
const MOST_WAITING = 8;
/** A client that sends and never reads is closed beyond this. */
const MOST_UNSENT_BYTES = 64 * 1_024;
/** A client that says nothing for this long is closed, ms: many never come back after a router's restart. */
const IDLE_AFTER_MS = 600_000;
const RETRY_LISTEN_MS = 30_000;

/** Registers that clients may write. */
export interface WritableRange {
  readonly unit: number;
  readonly from: number;
  readonly to: number;
}

export interface ModbusProxyOptions {
  /** Of the device: for the log. */
  readonly name: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxClients: number;
  /** Of each client. */
  readonly requestsPerS: number;
  /** A value that control has read is given to clients for this long, ms. */
  readonly maxAgeMs: number;
  readonly writable: readonly WritableRange[];
}

export interface ModbusProxyDeps {
  readonly bus: RecordedBus;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Other Modbus clients of a device that has room for one. Never rejects. */
export interface ModbusProxy {
  /** Starts to listen; a port that is taken is tried again until `close`. */
  start(): Promise<void>;
  close(): Promise<void>;
  /** Port on which it listens; undefined while it does not. */
  port(): number | undefined;
}

/**
 * Serves the device's own units and addresses. What control has just read is answered from memory; other registers are
 * read behind all that control asks for; writes are refused but for those that the config allows.
 */
export function createModbusProxy(options: ModbusProxyOptions, deps: ModbusProxyDeps): ModbusProxy {
  const { bus, clock, log } = deps;
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let retryTimer: Timer | undefined;

  function accept(socket: Socket): void {
    if (sockets.size >= options.maxClients) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    const budget = createClientBudget(options.requestsPerS, clock.monotonicMs());
    let received: Buffer = Buffer.alloc(0);
    let waiting = 0;
    let idle = clock.setTimeout(() => socket.destroy(), IDLE_AFTER_MS);

    async function serve(request: ClientRequest): Promise<void> {
      const isTooMuch = !budget.take(clock.monotonicMs()) || waiting >= MOST_WAITING;
      waiting += 1;
      const answer = isTooMuch ? exceptionAnswer(request, EXCEPTION.busy) : await answerTo(request);
      waiting -= 1;
      if (socket.writableLength > MOST_UNSENT_BYTES) socket.destroy();
      else if (socket.writable) socket.write(answer);
    }

    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clock.clearTimeout(idle);
      sockets.delete(socket);
    });
    socket.on("data", (chunk) => {
      clock.clearTimeout(idle);
      idle = clock.setTimeout(() => socket.destroy(), IDLE_AFTER_MS);
      const { requests, rest, isGarbage } = clientRequests(Buffer.concat([received, chunk]));
      received = rest;
      for (const request of requests) void serve(request);
      if (isGarbage) socket.destroy();
    });
  }

  async function answerTo(request: ClientRequest): Promise<Buffer> {
    const { asked } = request;
    if ("exception" in asked) return exceptionAnswer(request, asked.exception);
    return "values" in asked ? write(request, asked) : read(request, asked);
  }

  async function read(request: ClientRequest, asked: ReadRequest): Promise<Buffer> {
    const known = bus.recent(asked, options.maxAgeMs);
    if (known !== undefined) return registersAnswer(request, known);
    const outcome = await bus.read(asked);
    return outcome.ok
      ? registersAnswer(request, outcome.registers)
      : exceptionAnswer(request, exceptionFor(outcome.fault));
  }

  async function write(request: ClientRequest, asked: WriteRequest): Promise<Buffer> {
    if (!isWritable(options.writable, asked)) return exceptionAnswer(request, EXCEPTION.illegalFunction);
    const { unit, address, values } = asked;
    const outcome = await bus.write(asked);
    log.debug(
      { device: options.name, unit, address, values, ok: outcome.ok },
      "modbus proxy wrote for a client",
    );
    return outcome.ok ? writeAnswer(request, asked) : exceptionAnswer(request, exceptionFor(outcome.fault));
  }

  function listen(): Promise<void> {
    const starting = createServer({ noDelay: true }, accept);
    server = starting;
    return new Promise((resolve) => {
      starting.once("error", (error: NodeJS.ErrnoException) => {
        log.error(
          { device: options.name, port: options.port, code: error.code },
          "modbus proxy cannot listen",
        );
        if (server === starting) {
          server = undefined;
          retryTimer = clock.setTimeout(() => void listen(), RETRY_LISTEN_MS);
        }
        resolve();
      });
      starting.listen({ host: options.host, port: options.port }, () => {
        log.info({ device: options.name, port: portOf(starting) }, "modbus proxy listens");
        resolve();
      });
    });
  }

  return {
    start: listen,
    close() {
      if (retryTimer !== undefined) clock.clearTimeout(retryTimer);
      for (const socket of sockets) socket.destroy();
      const closing = server;
      server = undefined;
      return new Promise((resolve) => {
        if (closing === undefined) resolve();
        else closing.close(() => resolve());
      });
    },
    port: () => (server === undefined ? undefined : portOf(server)),
  };
}

function portOf(server: Server): number | undefined {
  return (server.address() as AddressInfo | null)?.port;
}

function isWritable(ranges: readonly WritableRange[], { unit, address, values }: WriteRequest): boolean {
  return ranges.some(
    (range) => range.unit === unit && range.from <= address && address + values.length - 1 <= range.to,
  );
}

/** What a gateway says when the device behind it did not do it. */
function exceptionFor(fault: BusFault): number {
  switch (fault.kind) {
    case "exception":
      return fault.code;
    case "timeout":
    case "protocol":
      return EXCEPTION.gatewayTargetFailed;
    case "closed":
      return EXCEPTION.gatewayPathUnavailable;
    case "usage":
      return EXCEPTION.busy;
  }
}
