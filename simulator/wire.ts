import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** `moving`: bytes were sent or read since the last look. `waiting`: none were, but some are unread or a dial is open. */
export type Traffic = "moving" | "waiting" | "calm";

/** Watches every TCP socket of this process, to tell when all that was sent has been read. */
export interface Wire {
  look(): Traffic;
  close(): void;
}

export function createWire(): Wire {
  const clients = new Set<Socket>();
  const servers = new Set<Socket>();
  /** Ends of the same connection: asking a socket for its ports is slow. */
  const counterparts = new WeakMap<Socket, Socket>();
  let seenBytes = 0;

  function watch(sockets: Set<Socket>, socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
  }
  const onClient = (message: unknown) => watch(clients, (message as { socket: Socket }).socket);
  const onServer = (message: unknown) => watch(servers, (message as { socket: Socket }).socket);
  subscribe("net.client.socket", onClient);
  subscribe("net.server.socket", onServer);

  /** Bytes that one of ours sent to another of ours and that were not read yet; others' ends cannot be seen. */
  function unreadBytes(): number {
    let unread = 0;
    for (const client of clients) {
      const server = counterparts.get(client) ?? findCounterpart(client);
      if (server === undefined || !servers.has(server)) continue;
      unread +=
        Math.abs(client.bytesWritten - server.bytesRead) + Math.abs(server.bytesWritten - client.bytesRead);
    }
    return unread;
  }

  function findCounterpart(client: Socket): Socket | undefined {
    for (const server of servers) {
      if (server.remotePort !== client.localPort || server.localPort !== client.remotePort) continue;
      counterparts.set(client, server);
      return server;
    }
    return undefined;
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
      for (const client of clients) if (client.connecting) return "waiting";
      return unreadBytes() > 0 ? "waiting" : "calm";
    },
    close() {
      unsubscribe("net.client.socket", onClient);
      unsubscribe("net.server.socket", onServer);
    },
  };
}
