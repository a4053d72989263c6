import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Logger } from "pino";
import type { DeviceFault } from "../../src/ports/device-fault.ts";

export type ListenOutcome =
  | { readonly ok: true; readonly port: number }
  | { readonly ok: false; readonly fault: DeviceFault };

/** What we need to speak TLS; all PEM. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  /** Authority whose client certificates are believed; undefined asks for none. */
  readonly clientCa: string | undefined;
}

export interface HttpFrontOptions {
  readonly host: string;
  readonly port: number;
  readonly maxSockets: number;
  readonly tls?: TlsMaterial | undefined;
}

export interface HttpFrontDeps {
  readonly log: Logger;
  /** Takes over the socket, which has its error listener already. */
  readonly onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** The listening socket: every socket on it has an error listener from its first moment on. */
export interface HttpFront {
  start(): Promise<ListenOutcome>;
  /** Cuts every socket. */
  close(): Promise<void>;
}

export function createHttpFront(options: HttpFrontOptions, { log, onUpgrade }: HttpFrontDeps): HttpFront {
  const sockets = new Set<Socket>();
  let listening: Server | undefined;

  function newServer(): Server {
    const server = serverFor(options.tls);
    server.maxConnections = options.maxSockets;
    server.on("connection", (socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("close", () => sockets.delete(socket));
      sockets.add(socket);
    });
    server.on("clientError", (_error, socket) => socket.destroy());
    server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
    server.on("secureConnection", (socket: Socket) => socket.on("error", () => socket.destroy()));
    server.on("upgrade", (request, socket, head) => onUpgrade(request, socket as Socket, head));
    return server;
  }

  return {
    start() {
      if (listening !== undefined) return Promise.resolve({ ok: true, port: portOf(listening) });
      const server = newServer();
      return new Promise((resolve) => {
        server.once("error", (error) => resolve({ ok: false, fault: listenFault(error) }));
        server.listen(options.port, options.host, () => {
          server.on("error", (error) => log.error({ err: error }, "ocpp listening socket failed"));
          listening = server;
          resolve({ ok: true, port: portOf(server) });
        });
      });
    },
    async close() {
      const server = listening;
      listening = undefined;
      if (server === undefined) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Node's own real-time limits bound a peer that connects and says nothing. */
const PATIENCE = {
  noDelay: true,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
};

function serverFor(tls: TlsMaterial | undefined): Server {
  if (tls === undefined) return createServer(PATIENCE, refusePlainRequest);
  const { key, cert, clientCa } = tls;
  // A box without a certificate is refused by name and reason, not by the handshake.
  const client = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  return createTlsServer(
    { ...PATIENCE, key, cert, minVersion: "TLSv1.2", handshakeTimeout: 10_000, ...client },
    refusePlainRequest,
  );
}

/** Answers an upgrade request with an HTTP error and cuts the socket. */
export function refuseUpgrade(socket: Socket, status: number): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const challenge = status === 401 ? 'WWW-Authenticate: Basic realm="ocpp"\r\n' : "";
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Length: 0\r\n`;
  socket.end(`${head}${challenge}\r\n`, () => socket.destroy());
}

function refusePlainRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Connection: "close", Upgrade: "websocket", "Content-Type": "text/plain" });
  response.end("This port speaks OCPP 1.6 over WebSocket.\n");
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listenFault(error: Error): DeviceFault {
  const code = "code" in error ? String(error.code) : error.name;
  return { kind: "unreachable", detail: `cannot listen: ${code}` };
}
