import { connect } from "node:net";
import type { Clock } from "../../src/ports/clock.ts";

/** Where something answers. */
export interface OpenPort {
  readonly host: string;
  readonly port: number;
}

export interface OpenPortsOptions {
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
  /** Longest wait for one connection, ms. */
  readonly timeoutMs: number;
  /** Connections that are tried at a time. */
  readonly width: number;
  /** Ends the search early. */
  readonly signal: AbortSignal;
  /** Told after each try. */
  progress(tried: number): void;
}

/** Tries a connection to every port of every host and sends nothing; what answers, in the order of the hosts. */
export async function openPorts(
  options: OpenPortsOptions,
  { clock }: { readonly clock: Clock },
): Promise<readonly OpenPort[]> {
  const { hosts, ports, signal } = options;
  const places = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
  const open = new Set<OpenPort>();
  let next = 0;
  let tried = 0;

  async function work(): Promise<void> {
    while (!signal.aborted) {
      const place = places[next++];
      if (place === undefined) return;
      if (await isOpen(place, options.timeoutMs, clock)) open.add(place);
      options.progress(++tried);
    }
  }

  await Promise.all(Array.from({ length: Math.min(options.width, places.length) }, work));
  return places.filter((place) => open.has(place));
}

function isOpen(place: OpenPort, timeoutMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place);
    const timer = clock.setTimeout(() => finish(false), timeoutMs);
    const finish = (answer: boolean) => {
      clock.clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}
