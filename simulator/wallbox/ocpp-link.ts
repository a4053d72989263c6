import type { Logger } from "pino";
import { WebSocket } from "ws";
import type { Clock } from "../../src/ports/clock.ts";
import type { RpcAnswer } from "./rpc-answer.ts";

export interface OcppLinkOptions {
  /** Endpoint without the identity: `ws://host:port/path`. */
  readonly url: string;
  readonly identity: string;
  /** Basic authentication with the identity as user (OCPP security profile 1). */
  password(): string | undefined;
  readonly callTimeoutMs: number;
  /** Closes the connection when it is pinged. */
  readonly hangsUpOnPing?: boolean;
  /** False leaves the subprotocol out of the handshake. */
  readonly offersSubprotocol?: boolean;
}

export interface OcppLinkEvents {
  onOpen(): void;
  onClose(): void;
  onCall(action: string, payload: unknown): RpcAnswer | Promise<RpcAnswer>;
}

export type CallOutcome =
  | { readonly kind: "result"; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly kind: "error"; readonly code: string }
  | { readonly kind: "disconnected" }
  | { readonly kind: "timeout" };

/**
 * OCPP-J 1.6 over one WebSocket that is dialled again for as long as the link is up. It holds no timer: whoever
 * owns it calls `tick` about once a second.
 */
export interface OcppLink {
  readonly isOpen: boolean;
  readonly isDialling: boolean;
  /** Queues a CALL; one is outstanding at a time (OCPP-J 1.6, 4.1.1). Never rejects. */
  call(action: string, payload: object): Promise<CallOutcome>;
  /** Dials, backs off, gives up calls that got no answer, and pings. */
  tick(): void;
  /** Network up: dial now. */
  up(): void;
  /** Network down: the socket dies without a goodbye; `silently` leaves the peer a half-open one. */
  down(how?: "closed" | "silently"): void;
  /** Seconds between WebSocket pings; 0 sends none. A peer that misses two is given up. */
  setPingInterval(seconds: number): void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const DIAL_TIMEOUT_MS = 30_000;
const MAX_QUEUED_CALLS = 200;
const MAX_PAYLOAD_BYTES = 256 * 1024;

const CALL = 2;
const CALLRESULT = 3;
const CALLERROR = 4;

interface PendingCall {
  readonly id: string;
  readonly action: string;
  readonly payload: object;
  readonly settle: (outcome: CallOutcome) => void;
  deadlineMs: number;
}

interface Connection {
  readonly socket: WebSocket;
  readonly deadlineMs: number;
  nextPingMs: number;
  missedPongs: number;
}

/** A link that stays down until `up`. */
export function createOcppLink(
  options: OcppLinkOptions,
  events: OcppLinkEvents,
  deps: { readonly clock: Clock; readonly log?: Logger | undefined },
): OcppLink {
  const { clock, log } = deps;
  const queue: PendingCall[] = [];
  const abandoned = new Set<WebSocket>();
  let outstanding: PendingCall | undefined;
  let connection: Connection | undefined;
  let isUp = false;
  let isOpen = false;
  let retryMs = FIRST_RETRY_MS;
  let nextDialMs = 0;
  let pingSeconds = 0;
  let lastId = 0;

  function dial(): void {
    const { identity } = options;
    const password = options.password();
    const authorization = `Basic ${Buffer.from(`${identity}:${password ?? ""}`).toString("base64")}`;
    const protocols = options.offersSubprotocol === false ? [] : ["ocpp1.6"];
    const socket = new WebSocket(`${options.url}/${encodeURIComponent(identity)}`, protocols, {
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      ...(password !== undefined && { headers: { authorization } }),
    });
    connection = {
      socket,
      deadlineMs: clock.monotonicMs() + DIAL_TIMEOUT_MS,
      nextPingMs: Number.POSITIVE_INFINITY,
      missedPongs: 0,
    };
    const isCurrent = () => connection?.socket === socket;
    socket.on("open", () => isCurrent() && opened());
    socket.on("message", (data) => isCurrent() && received(String(data)));
    socket.on("pong", () => {
      if (connection !== undefined && isCurrent()) connection.missedPongs = 0;
    });
    socket.on("ping", () => {
      if (options.hangsUpOnPing === true && isCurrent()) drop("closed");
    });
    socket.on("error", (error) => log?.debug({ error: error.message }, "wallbox socket failed"));
    socket.on("close", () => {
      abandoned.delete(socket);
      if (isCurrent()) closed();
    });
  }

  function opened(): void {
    isOpen = true;
    retryMs = FIRST_RETRY_MS;
    setPingInterval(pingSeconds);
    events.onOpen();
    sendNext();
  }

  function closed(): void {
    const wasOpen = isOpen;
    connection = undefined;
    isOpen = false;
    nextDialMs = clock.monotonicMs() + retryMs;
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    const lost = outstanding === undefined ? queue.splice(0) : [outstanding, ...queue.splice(0)];
    outstanding = undefined;
    for (const call of lost) call.settle({ kind: "disconnected" });
    if (wasOpen) events.onClose();
  }

  /** Forgets the socket at once; its own `close` comes later and finds that it no longer matters. */
  function drop(how: "closed" | "silently"): void {
    if (connection === undefined) return;
    const { socket } = connection;
    closed();
    if (how === "silently" && socket.readyState === WebSocket.OPEN) {
      socket.pause();
      abandoned.add(socket);
    } else socket.terminate();
  }

  function terminateAbandoned(): void {
    for (const socket of abandoned) socket.terminate();
  }

  function send(frame: readonly unknown[]): void {
    if (isOpen) connection?.socket.send(JSON.stringify(frame));
  }

  function sendNext(): void {
    if (!isOpen || outstanding !== undefined) return;
    outstanding = queue.shift();
    if (outstanding === undefined) return;
    outstanding.deadlineMs = clock.monotonicMs() + options.callTimeoutMs;
    send([CALL, outstanding.id, outstanding.action, outstanding.payload]);
  }

  function settleOutstanding(outcome: CallOutcome): void {
    const call = outstanding;
    outstanding = undefined;
    call?.settle(outcome);
    sendNext();
  }

  function received(text: string): void {
    const frame = parsedFrame(text);
    if (frame === undefined) return;
    const [type, id, first, second] = frame;
    if (type === CALL) void answer(id, asText(first), second);
    else if (id !== outstanding?.id) log?.debug({ id }, "wallbox got an answer to no question");
    else if (type === CALLRESULT) settleOutstanding({ kind: "result", payload: asRecord(first) });
    else if (type === CALLERROR) settleOutstanding({ kind: "error", code: asText(first) });
  }

  async function answer(id: unknown, action: string, payload: unknown): Promise<void> {
    const socket = connection?.socket;
    const answered = await events.onCall(action, payload);
    if (connection?.socket !== socket) return;
    switch (answered.kind) {
      case "result":
        send([CALLRESULT, id, answered.payload]);
        answered.after?.();
        return;
      case "error":
        send([CALLERROR, id, answered.code, answered.description, {}]);
        return;
      case "silence":
        return;
    }
  }

  function ping(nowMs: number): void {
    if (connection === undefined || nowMs < connection.nextPingMs) return;
    if (connection.missedPongs >= 2) {
      drop("closed");
      return;
    }
    connection.missedPongs += 1;
    connection.nextPingMs = nowMs + pingSeconds * 1000;
    connection.socket.ping();
  }

  function setPingInterval(seconds: number): void {
    pingSeconds = seconds;
    if (connection === undefined) return;
    connection.missedPongs = 0;
    connection.nextPingMs = seconds > 0 ? clock.monotonicMs() + seconds * 1000 : Number.POSITIVE_INFINITY;
  }

  return {
    get isOpen() {
      return isOpen;
    },
    get isDialling() {
      return connection !== undefined && !isOpen;
    },
    call(action, payload) {
      if (!isOpen || queue.length >= MAX_QUEUED_CALLS) return Promise.resolve({ kind: "disconnected" });
      lastId += 1;
      const id = String(lastId);
      return new Promise((settle) => {
        queue.push({ id, action, payload, settle, deadlineMs: Number.POSITIVE_INFINITY });
        sendNext();
      });
    },
    tick() {
      const nowMs = clock.monotonicMs();
      if (outstanding !== undefined && nowMs >= outstanding.deadlineMs)
        settleOutstanding({ kind: "timeout" });
      if (connection === undefined && isUp && nowMs >= nextDialMs) dial();
      else if (connection !== undefined && !isOpen && nowMs >= connection.deadlineMs) drop("closed");
      else if (isOpen) ping(nowMs);
    },
    up() {
      isUp = true;
      retryMs = FIRST_RETRY_MS;
      terminateAbandoned();
      if (connection === undefined) dial();
    },
    down(how = "closed") {
      isUp = false;
      if (how === "closed") terminateAbandoned();
      drop(how);
    },
    setPingInterval,
  };
}

function parsedFrame(text: string): readonly unknown[] | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return Array.isArray(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
