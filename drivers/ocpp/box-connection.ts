import type { Clock, Timer } from "../../src/ports/clock.ts";
import type { CallOutcome, Protocol, RawLink } from "./box-link.ts";
import type { Wire } from "./guarded-transport.ts";
import { createRateGate } from "./rate-gate.ts";

const MAX_WAITING_CALLS = 16;
/** Replaying hours of stored messages over a fast network stays within this; a flood does not. */
const MESSAGE_RATE = { burst: 400, perSecond: 100 };
const FLOOD_PAUSE_MS = 1_000;
/** Without pings a silent box is given up after this time. */
const SILENCE_WITHOUT_PING_MS = 15 * 60_000;

export interface BoxConnectionOptions {
  readonly identity: string;
  readonly protocol: Protocol;
  readonly callTimeoutMs: number;
  /** 0 sends none. */
  readonly pingIntervalMs: number;
}

export interface BoxConnectionDeps {
  readonly clock: Clock;
  readonly wire: Wire;
  readonly onCallSent: () => void;
}

/** One connection with everything that needs time: one outstanding CALL, its timeout, ping, flood control. */
export interface BoxConnection {
  readonly link: RawLink;
  heard(): void;
  /** True when the peer gives any sign of life within `timeoutMs`. */
  probe(timeoutMs: number): Promise<boolean>;
  terminate(): void;
  /** The socket is gone: waiting calls end at once. */
  closed(): void;
}

interface WaitingCall {
  readonly action: string;
  readonly payload: object;
  readonly resolve: (outcome: CallOutcome) => void;
}

export function createBoxConnection(options: BoxConnectionOptions, deps: BoxConnectionDeps): BoxConnection {
  const { clock, wire } = deps;
  const waiting: WaitingCall[] = [];
  const gate = createRateGate(MESSAGE_RATE, clock);
  let isOpen = true;
  let isCalling = false;
  let isPaused = false;
  const liveness = createLiveness(options.pingIntervalMs, deps, () => isPaused);

  const link: RawLink = {
    identity: options.identity,
    protocol: options.protocol,
    callTimeoutMs: options.callTimeoutMs,
    get isOpen() {
      return isOpen;
    },
    call(action, payload) {
      if (!isOpen) return Promise.resolve({ kind: "disconnected" });
      if (waiting.length >= MAX_WAITING_CALLS) return Promise.resolve({ kind: "overloaded" });
      return new Promise((resolve) => {
        waiting.push({ action, payload, resolve });
        // Not before the answer to the call that is being handled now: some boxes deadlock otherwise.
        setImmediate(sendNext);
      });
    },
    setPingInterval: (intervalMs) => liveness.setInterval(intervalMs),
  };

  function sendNext(): void {
    const next = isOpen && !isCalling ? waiting.shift() : undefined;
    if (next === undefined) return;
    isCalling = true;
    void send(next).then((outcome) => {
      isCalling = false;
      next.resolve(outcome);
      sendNext();
    });
  }

  async function send({ action, payload }: WaitingCall): Promise<CallOutcome> {
    const abort = new AbortController();
    const timer = clock.setTimeout(() => abort.abort(), options.callTimeoutMs);
    deps.onCallSent();
    const outcome = await wire.call(action, payload, abort.signal);
    clock.clearTimeout(timer);
    if (outcome.kind !== "aborted") return outcome;
    return { kind: abort.signal.aborted ? "timeout" : "disconnected" };
  }

  function holdBackFlood(): void {
    if (isPaused || gate.pass()) return;
    isPaused = true;
    wire.pause();
    clock.setTimeout(() => {
      isPaused = false;
      if (isOpen) wire.resume();
    }, FLOOD_PAUSE_MS);
  }

  return {
    link,
    heard() {
      liveness.heard();
      holdBackFlood();
    },
    probe: (timeoutMs) => liveness.probe(timeoutMs),
    terminate: () => wire.terminate(),
    closed() {
      isOpen = false;
      liveness.stop();
      for (const call of waiting.splice(0)) call.resolve({ kind: "disconnected" });
    },
  };
}

function createLiveness(
  firstIntervalMs: number,
  { clock, wire }: BoxConnectionDeps,
  isPaused: () => boolean,
) {
  let pingIntervalMs = firstIntervalMs;
  const waiters = new Set<(isAlive: boolean) => void>();
  let heardAtMs = clock.monotonicMs();
  let pingedAtMs: number | undefined;
  let timer: Timer = schedule(pingIntervalMs);

  function schedule(delayMs: number): Timer {
    return clock.setTimeout(check, pingIntervalMs === 0 ? SILENCE_WITHOUT_PING_MS : delayMs);
  }

  function check(): void {
    const silentMs = clock.monotonicMs() - heardAtMs;
    const limitMs = pingIntervalMs === 0 ? SILENCE_WITHOUT_PING_MS : pingIntervalMs;
    if (silentMs < limitMs || isPaused()) {
      timer = schedule(Math.max(1, limitMs - silentMs));
    } else if (pingIntervalMs === 0 || (pingedAtMs !== undefined && pingedAtMs >= heardAtMs)) {
      wire.terminate();
    } else {
      pingedAtMs = clock.monotonicMs();
      wire.ping();
      timer = schedule(pingIntervalMs);
    }
  }

  function settle(isAlive: boolean): void {
    for (const waiter of waiters) waiter(isAlive);
    waiters.clear();
  }

  return {
    setInterval(intervalMs: number) {
      if (intervalMs === pingIntervalMs) return;
      clock.clearTimeout(timer);
      pingIntervalMs = intervalMs;
      pingedAtMs = undefined;
      timer = schedule(intervalMs);
    },
    heard() {
      heardAtMs = clock.monotonicMs();
      pingedAtMs = undefined;
      if (waiters.size > 0) settle(true);
    },
    probe(timeoutMs: number): Promise<boolean> {
      if (isPaused()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const late = clock.setTimeout(() => finish(false), timeoutMs);
        function finish(isAlive: boolean) {
          clock.clearTimeout(late);
          waiters.delete(finish);
          resolve(isAlive);
        }
        waiters.add(finish);
        wire.ping();
      });
    },
    stop() {
      clock.clearTimeout(timer);
      settle(false);
    },
  };
}
