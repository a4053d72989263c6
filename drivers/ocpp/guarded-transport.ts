import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";
import type { Logger } from "pino";
import type { WebSocket } from "ws";
import { isIncomingAction, type JsonRecord, PROTOCOLS, type Protocol } from "./box-link.ts";
import type { Admission, Hello } from "./handshake.ts";
import { createHttpFront, type HttpFrontOptions, type ListenOutcome, refuseUpgrade } from "./http-front.ts";
import { recordOf } from "./lenient-json.ts";
import { createRPCError, RPCServer } from "./rpc-library.ts";
import { isIncomingAction201 } from "./v201/actions-201.ts";

/**
 * With `guarded-dial.ts` and `rpc-library.ts` all that knows ocpp-rpc (2.2.1, pinned). What the library does not guard is guarded here and in
 * `http-front.ts`: path decoding and a rejecting `handleUpgrade` (each ends the process), payload size, a frame in
 * the segment of the upgrade (lost), real-time pings and timeouts (switched off; the clock does both).
 */

const MAX_PAYLOAD_BYTES = 256 * 1024;
const MAX_PENDING_UPGRADES = 16;
/** Frames in a row that are no OCPP-J, after which the connection is closed. */
const MAX_BAD_MESSAGES = 50;
/** A peer that asks and never reads the answers is cut here. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export type WireOutcome =
  | { readonly kind: "result"; readonly payload: JsonRecord }
  | { readonly kind: "error"; readonly code: string; readonly detail: string }
  | { readonly kind: "aborted" };

/** One OCPP-J socket: framing and message ids, no time. */
export interface Wire {
  /** Sends at once. Never rejects; `aborted` when the signal or the end of the socket came first. */
  call(action: string, payload: object, signal: AbortSignal): Promise<WireOutcome>;
  ping(): void;
  /** Stops reading: TCP holds the peer back and nothing is lost. */
  pause(): void;
  resume(): void;
  /** Says goodbye (1001, so that boxes redial soon) and cuts without waiting for an answer. */
  terminate(): void;
}

export interface WireListener {
  /** Only for actions that the protocol knows. */
  onCall(action: string, payload: JsonRecord): JsonRecord | Promise<JsonRecord>;
  /** Any frame from the peer, pongs included. */
  onTraffic(): void;
  onClosed(): void;
}

export interface TransportDeps {
  readonly log: Logger;
  readonly admit: (hello: Hello) => Promise<Admission>;
  readonly onWire: (
    peer: { readonly identity: string; readonly protocol: Protocol },
    wire: Wire,
  ) => WireListener;
}

export interface GuardedTransport {
  /** One outcome for each front, in their order. */
  start(): Promise<readonly ListenOutcome[]>;
  close(): Promise<void>;
}

type RpcClient = InstanceType<typeof import("ocpp-rpc").RPCClient>;

export function createGuardedTransport(
  fronts: readonly HttpFrontOptions[],
  deps: TransportDeps,
): GuardedTransport {
  const { log } = deps;
  let pendingUpgrades = 0;

  const rpc = new RPCServer({
    protocols: [...PROTOCOLS],
    wssOptions: { maxPayload: MAX_PAYLOAD_BYTES },
    callTimeoutMs: 0,
    pingIntervalMs: 0,
    callConcurrency: Number.POSITIVE_INFINITY,
    maxBadMessages: MAX_BAD_MESSAGES,
  });
  rpc.on("error", (error) => log.error({ err: error }, "ocpp server failed"));
  // Who offered no subprotocol gets none back: a client must fail on one that it did not name (RFC 6455 4.1).
  rpc.auth((accept, _reject, { protocols }) => accept(undefined, [...protocols][0] ?? false));
  rpc.on("client", (client: RpcClient) => attach(client, deps));

  async function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    if (pendingUpgrades >= MAX_PENDING_UPGRADES) return refuseUpgrade(socket, 503);
    if (request.headers.upgrade?.toLowerCase() !== "websocket") return refuseUpgrade(socket, 400);
    pendingUpgrades++;
    try {
      const admission = await deps.admit(helloOf(request));
      if (!admission.ok) return refuseUpgrade(socket, admission.status);
      // From here on the library reads only what was checked.
      request.url = `/${encodeURIComponent(admission.identity)}`;
      if (request.headers["sec-websocket-protocol"] !== undefined) {
        request.headers["sec-websocket-protocol"] = admission.protocol;
      }
      await rpc.handleUpgrade(request, socket, head);
    } finally {
      pendingUpgrades--;
    }
  }

  const listeners = fronts.map((options) =>
    createHttpFront(options, {
      log,
      onUpgrade: (request, socket, head) => {
        upgrade(request, socket, head).catch((error: unknown) => {
          log.warn({ err: error }, "ocpp upgrade failed");
          socket.destroy();
        });
      },
    }),
  );

  return {
    start: () => Promise.all(listeners.map((front) => front.start())),
    async close() {
      await Promise.all(listeners.map((front) => front.close()));
    },
  };
}

function helloOf(request: IncomingMessage): Hello {
  const { socket } = request;
  return {
    url: request.url ?? "/",
    remoteAddress: socket.remoteAddress ?? "unknown",
    subprotocols: request.headers["sec-websocket-protocol"],
    authorization: request.headers.authorization,
    isEncrypted: "encrypted" in socket,
    certificateName: certificateName(socket),
  };
}

/** Only of a certificate that our authority signed and that has not ended. */
function certificateName(socket: Socket): string | undefined {
  if (!("encrypted" in socket)) return undefined;
  const tls = socket as TLSSocket;
  const certificate: Partial<PeerCertificate> = tls.authorized ? tls.getPeerCertificate() : {};
  const name: unknown = certificate.subject?.CN;
  return typeof name === "string" ? name : undefined;
}

function attach(client: RpcClient, { log, onWire }: TransportDeps): void {
  // The library does not hand out its socket; pausing, pinging and cutting need it.
  const { _ws: socket } = client as unknown as { readonly _ws: WebSocket };
  // It listens for messages only from the next tick on: until then nothing may be read, or it is lost.
  socket.pause();
  process.nextTick(() => socket.resume());

  const protocol = PROTOCOLS.find((name) => name === client.protocol) ?? "ocpp1.6";
  const isKnown = protocol === "ocpp1.6" ? isIncomingAction : isIncomingAction201;
  const listener = onWire({ identity: client.identity ?? "", protocol }, wireOf(client, socket));
  client.handle(async ({ method = "", params }) => {
    if (!isKnown(method)) throw createRPCError("NotImplemented", "", {});
    try {
      return await listener.onCall(method, recordOf(params));
    } catch (error) {
      log.error({ err: error, action: method }, "ocpp call handler failed");
      throw createRPCError("InternalError", "", {});
    }
  });
  client.on("message", ({ outbound }: { readonly outbound: boolean }) => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
    else if (!outbound) listener.onTraffic();
  });
  client.on("ping", () => listener.onTraffic());
  socket.on("ping", () => listener.onTraffic());
  // After an illegal frame or too many bad messages the library would wait half a minute of real time for the
  // peer to close.
  client.on("socketError", () => setImmediate(() => socket.terminate()));
  client.on("closing", () => setImmediate(() => socket.terminate()));
  client.once("close", () => listener.onClosed());
}

/** The library marks a CALLERROR by `rpcErrorCode`; its other rejections are aborts and closed sockets. */
function wireFault(error: unknown): WireOutcome {
  if (!(error instanceof Error) || !("rpcErrorCode" in error)) return { kind: "aborted" };
  return { kind: "error", code: String(error.rpcErrorCode), detail: error.message.slice(0, 120) };
}

export function wireOf(client: RpcClient, socket: WebSocket): Wire {
  return {
    async call(action, payload, signal) {
      try {
        return { kind: "result", payload: recordOf(await client.call(action, payload, { signal })) };
      } catch (error) {
        return wireFault(error);
      }
    },
    ping: () => socket.ping(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    terminate() {
      socket.close(1001);
      socket.terminate();
    },
  };
}
