import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { settle } from "./manual-clock.ts";

/** Real time after which bytes that nobody reads are a defect of the test. */
const LONGEST_MS = 10_000;

/** Watches the TCP connections that this process has with itself. */
export interface LoopbackWatch {
  /**
   * Waits until all that was sent was read and what it caused came to rest, so that a manual clock may go on: on a busy
   * machine the kernel takes its time even on 127.0.0.1. What a paused socket does not read is not waited for. Rejects
   * after 10 s of real time.
   */
  quiet(): Promise<void>;
  close(): void;
}

/** Sees connections that are made after this call; `servedPort` is the one of which a connection must find its other end. */
export function createLoopbackWatch(servedPort: () => number | undefined): LoopbackWatch {
  const clients = new Set<Socket>();
  const servers = new Map<number, Socket>();

  function onClient(message: unknown): void {
    const { socket } = message as { readonly socket: Socket };
    clients.add(socket);
  }

  function onServer(message: unknown): void {
    const { socket } = message as { readonly socket: Socket };
    if (socket.remotePort !== undefined) servers.set(socket.remotePort, socket);
  }

  subscribe("net.client.socket", onClient);
  subscribe("net.server.socket", onServer);
  const localPorts = new WeakMap<Socket, number>();

  function isQuiet(client: Socket): boolean {
    if (client.connecting) return false;
    if (client.localPort !== undefined) localPorts.set(client, client.localPort);
    const port = localPorts.get(client);
    const server = port === undefined ? undefined : servers.get(port);
    if (server === undefined) return client.destroyed || client.remotePort !== servedPort();
    if (client.destroyed && server.destroyed) {
      clients.delete(client);
      servers.delete(server.remotePort ?? port ?? 0);
      return true;
    }
    return hasRead(server, client) && hasRead(client, server);
  }

  const bytes = () =>
    [...clients].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);

  return {
    async quiet() {
      const deadlineMs = Date.now() + LONGEST_MS;
      let before = -1;
      for (let now = bytes(); now !== before || ![...clients].every(isQuiet); now = bytes()) {
        if (Date.now() > deadlineMs)
          throw new Error("a connection of this process with itself does not come to rest");
        before = now;
        await settle();
      }
    },
    close() {
      unsubscribe("net.client.socket", onClient);
      unsubscribe("net.server.socket", onServer);
    },
  };
}

/** A reader that is gone or paused reads no more; one whose peer is gone must learn of it. */
function hasRead(reader: Socket, writer: Socket): boolean {
  if (reader.destroyed || reader.isPaused()) return true;
  return !writer.destroyed && reader.bytesRead === writer.bytesWritten;
}
