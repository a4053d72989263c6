import type { Logger } from "pino";
import type { Clock, Timer } from "../../../src/ports/clock.ts";
import { type BoxConnection, createBoxConnection } from "../box-connection.ts";
import type { CallOutcome, JsonRecord } from "../box-link.ts";
import { type DialOptions, dialWire } from "../guarded-dial.ts";
import { integerOf } from "../lenient-json.ts";

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 5 * 60_000;
const PING_MS = 60_000;
const CALL_TIMEOUT_MS = 45_000;
const TICK_MS = 5_000;
const SHORTEST_HEARTBEAT_MS = 10_000;
const LONGEST_HEARTBEAT_MS = 3_600_000;

export interface UpstreamLineDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** BootNotification of the box; undefined before it was seen. */
  readonly boot: () => JsonRecord | undefined;
  readonly answer: (action: string, payload: JsonRecord) => Promise<JsonRecord | undefined>;
  readonly onRegistered: () => void;
  /** About every five seconds while registered. */
  readonly onTick: () => void;
}

/** The connection to the other central system: dials, registers, keeps alive, and dials again. */
export interface UpstreamLine {
  readonly isRegistered: boolean;
  call(action: string, payload: object): Promise<CallOutcome>;
  /** The other side wants to hear the BootNotification again. */
  registerSoon(): void;
  stop(): void;
}

export function createUpstreamLine(options: DialOptions, deps: UpstreamLineDeps): UpstreamLine {
  const { clock, log } = deps;
  let connection: BoxConnection | undefined;
  let isRegistered = false;
  let isStopped = false;
  let isDialling = false;
  let retryMs = FIRST_RETRY_MS;
  let nextDialMs = clock.monotonicMs();
  let heartbeatMs = LONGEST_HEARTBEAT_MS;
  let nextBootMs = Number.POSITIVE_INFINITY;
  let saidAtMs = clock.monotonicMs();
  let wasReached: boolean | undefined;
  let timer: Timer = clock.setTimeout(tick, FIRST_RETRY_MS);

  function call(action: string, payload: object): Promise<CallOutcome> {
    saidAtMs = clock.monotonicMs();
    return connection?.link.call(action, payload) ?? Promise.resolve({ kind: "disconnected" });
  }

  function tick(): void {
    timer = clock.setTimeout(tick, TICK_MS);
    const nowMs = clock.monotonicMs();
    const isDialDue = connection === undefined && !isDialling && nowMs >= nextDialMs;
    if (isDialDue && deps.boot() !== undefined) void dial();
    if (connection !== undefined && nowMs >= nextBootMs) void register();
    if (!isRegistered) return;
    if (nowMs - saidAtMs >= heartbeatMs) void call("Heartbeat", {});
    deps.onTick();
  }

  async function dial(): Promise<void> {
    isDialling = true;
    let mine: BoxConnection | undefined;
    const wire = await dialWire(options, {
      onCall: deps.answer,
      onTraffic: () => mine?.heard(),
      onClosed() {
        mine?.closed();
        if (connection === mine) lost();
      },
    });
    isDialling = false;
    if (wire === undefined) {
      backOff();
      return;
    }
    const link = { identity: options.identity, protocol: "ocpp1.6" as const };
    const limits = { callTimeoutMs: CALL_TIMEOUT_MS, pingIntervalMs: PING_MS };
    mine = createBoxConnection({ ...link, ...limits }, { clock, wire, onCallSent() {} });
    if (isStopped) {
      mine.terminate();
      mine.closed();
      return;
    }
    connection = mine;
    retryMs = FIRST_RETRY_MS;
    reached(true);
    await register();
  }

  function reached(isReached: boolean): void {
    if (wasReached === isReached) return;
    wasReached = isReached;
    if (isReached) log.info("upstream central system reached");
    else log.warn("upstream central system cannot be reached");
  }

  function backOff(): void {
    reached(false);
    nextDialMs = clock.monotonicMs() + retryMs;
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }

  function lost(): void {
    connection = undefined;
    isRegistered = false;
    nextBootMs = Number.POSITIVE_INFINITY;
    if (!isStopped) backOff();
  }

  async function register(): Promise<void> {
    nextBootMs = Number.POSITIVE_INFINITY;
    const outcome = await call("BootNotification", deps.boot() ?? {});
    if (outcome.kind === "disconnected") return;
    const told = outcome.kind === "result" ? outcome.payload : {};
    const intervalMs = Math.max(SHORTEST_HEARTBEAT_MS, (integerOf(told.interval) ?? 0) * 1_000);
    isRegistered = told.status === "Accepted";
    if (!isRegistered) {
      nextBootMs = clock.monotonicMs() + intervalMs;
      return;
    }
    heartbeatMs = Math.min(LONGEST_HEARTBEAT_MS, intervalMs);
    deps.onRegistered();
  }

  return {
    get isRegistered() {
      return isRegistered;
    },
    call,
    registerSoon() {
      nextBootMs = clock.monotonicMs();
    },
    stop() {
      isStopped = true;
      clock.clearTimeout(timer);
      connection?.terminate();
    },
  };
}
