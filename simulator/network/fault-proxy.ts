import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Clock } from "../../src/ports/clock.ts";
import { createLine, type LineCounters } from "./line.ts";
import type { LineFault } from "./line-fault.ts";

export interface FaultProxyOptions {
  readonly host?: string;
  /** Where connections lead to; asked anew for each of them. */
  readonly target: () => { readonly host: string; readonly port: number };
}

export interface FaultProxyDeps {
  readonly clock: Clock;
  /** Evenly distributed in 0..1. */
  readonly random: () => number;
}

/** A TCP relay on loopback whose line can be made bad. */
export interface FaultProxy {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * From now on, for connections that stand and for new ones; undefined heals. A line that heals resets the connections
   * that bytes were lost on: a router that comes back knows nothing of them.
   */
  setFault(fault: LineFault | undefined): void;
  readonly fault: LineFault | undefined;
  counters(): Readonly<LineCounters> & { readonly connections: number; readonly open: number };
  close(): Promise<void>;
}

/** The second end is missing where the line was mute when the first one dialled. */
interface Connection {
  readonly ends: readonly [Socket, Socket] | readonly [Socket];
  hasLostBytes: boolean;
}

/** Listens on a free port. Rejects when it cannot. */
export async function createFaultProxy(
  options: FaultProxyOptions,
  deps: FaultProxyDeps,
): Promise<FaultProxy> {
  const counters: LineCounters = { passed: 0, delayed: 0, dropped: 0, corrupted: 0, reordered: 0 };
  const connections = new Set<Connection>();
  let fault: LineFault | undefined;
  let accepted = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    accepted += 1;
    switch (fault?.kind) {
      case "reset":
        near.on("error", () => {});
        near.resetAndDestroy();
        return;
      case "half_open":
        leave(near);
        return;
      default:
        join(near, connect({ ...options.target(), allowHalfOpen: true, noDelay: true }));
    }
  });

  /** A connection that seems to stand, and leads nowhere. */
  function leave(near: Socket): void {
    const connection = { ends: [near], hasLostBytes: true } as const;
    connections.add(connection);
    near.on("data", () => {
      counters.dropped += 1;
    });
    near.on("end", () => near.end());
    near.on("error", () => {});
    near.on("close", () => connections.delete(connection));
  }

  function join(near: Socket, far: Socket): void {
    const connection: Connection = { ends: [near, far], hasLostBytes: false };
    const onLoss = () => {
      connection.hasLostBytes = true;
    };
    const lineDeps = { ...deps, fault: () => fault, counters, onLoss };
    connections.add(connection);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const line = createLine(to, lineDeps);
      from.on("data", line.take);
      from.on("end", line.end);
      // What breaks one end breaks the other, unless nothing gets through.
      from.on("error", () => (fault?.kind === "half_open" ? onLoss() : reset(connection)));
      from.on("close", () => {
        if (near.destroyed && far.destroyed) connections.delete(connection);
      });
    }
  }

  function reset({ ends }: Connection): void {
    for (const end of ends) if (!end.destroyed) end.resetAndDestroy();
  }

  server.listen(0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  const { address: host, port } = server.address() as AddressInfo;

  return {
    address: { host, port },
    setFault(next) {
      const isHealed = next === undefined && fault !== undefined;
      fault = next;
      for (const connection of connections) {
        if (next?.kind === "reset" || (isHealed && connection.hasLostBytes)) reset(connection);
      }
    },
    get fault() {
      return fault;
    },
    counters: () => ({ ...counters, connections: accepted, open: connections.size }),
    async close() {
      for (const connection of connections) reset(connection);
      server.close();
      await once(server, "close");
    },
  };
}
