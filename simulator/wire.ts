import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server, Socket } from "node:net";

/** `moving`: bytes were sent or read since the last look. `waiting`: none were, but some are unread or a dial is open. */
export type Traffic = "moving" | "waiting" | "calm";

export interface WireOptions {
  /**
   * Waits also for servers of this process to accept and for either end to learn that the other has closed, and not for a
   * paused reader. Only for those whose sockets all close when their peers do.
   */
  readonly isStrict?: boolean;
}

/** Watches every TCP socket of this process, to tell when all that was sent has been read. */
export interface Wire {
  look(): Traffic;
  close(): void;
}

export function createWire({ isStrict = false }: WireOptions = {}): Wire {
  const clients = new Set<Socket>();
  const servers = new Set<Socket>();
  /** Ends of the same connection: asking a socket for its ports is slow. */
  const counterparts = new WeakMap<Socket, Socket>();
  const servedPorts = new Set<number>();
  /** Ends whose other end has closed. */
  const orphans = new Set<Socket>();
  let seenBytes = 0;

  function watch(sockets: Set<Socket>, socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => {
      sockets.delete(socket);
      orphans.delete(socket);
      const other = counterparts.get(socket);
      if (other !== undefined && !other.closed) orphans.add(other);
    });
  }
  const onClient = (message: unknown) => watch(clients, (message as { socket: Socket }).socket);
  const onServer = (message: unknown) => watch(servers, (message as { socket: Socket }).socket);
  function onListening(message: unknown): void {
    const address = (message as { server: Server }).server.address();
    if (typeof address === "object" && address !== null) servedPorts.add(address.port);
  }
  subscribe("net.client.socket", onClient);
  subscribe("net.server.socket", onServer);
  subscribe("tracing:net.server.listen:asyncEnd", onListening);

  /** Whether one of ours sent bytes to another of ours that were not read yet; others' ends cannot be seen. */
  function isUnread(client: Socket): boolean {
    const server = counterparts.get(client) ?? findCounterpart(client);
    if (server === undefined) return isStrict && !client.destroyed && servedPorts.has(client.remotePort ?? 0);
    if (!servers.has(server)) return false;
    return isBehind(server, client) || isBehind(client, server);
  }

  function isBehind(reader: Socket, writer: Socket): boolean {
    if (isStrict && (reader.destroyed || reader.isPaused())) return false;
    return reader.bytesRead !== writer.bytesWritten;
  }

  function findCounterpart(client: Socket): Socket | undefined {
    for (const server of servers) {
      if (server.remotePort !== client.localPort || server.localPort !== client.remotePort) continue;
      counterparts.set(client, server);
      counterparts.set(server, client);
      return server;
    }
    return undefined;
  }

  function hasOrphan(): boolean {
    for (const orphan of orphans) if (!orphan.isPaused()) return true;
    return false;
  }

  function allBytes(): number {
    let bytes = 0;
    for (const socket of clients) bytes += socket.bytesRead + socket.bytesWritten;
    for (const socket of servers) bytes += socket.bytesRead + socket.bytesWritten;
    return bytes;
  }

  return {
    look() {
      const bytes = allBytes();
      const hasMoved = bytes !== seenBytes;
      seenBytes = bytes;
      if (hasMoved) return "moving";
      for (const client of clients) if (client.connecting || isUnread(client)) return "waiting";
      return isStrict && hasOrphan() ? "waiting" : "calm";
    },
    close() {
      unsubscribe("net.client.socket", onClient);
      unsubscribe("net.server.socket", onServer);
      unsubscribe("tracing:net.server.listen:asyncEnd", onListening);
    },
  };
}
