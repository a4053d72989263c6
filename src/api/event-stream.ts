import type { ServerResponse } from "node:http";
import type { Clock, Timer } from "../ports/clock.ts";

export interface Watcher {
  readonly headers: Readonly<Record<string, string>>;
  /** False ends the stream: a logout or a revoked token counts at once. */
  mayStillRead(): boolean;
}

/** Fans the newest state out to the pages that watch. */
export interface EventStream {
  /** Takes over `response`; false when there are too many watchers already. */
  add(response: ServerResponse, watcher: Watcher): boolean;
  /** Something changed. Costs next to nothing while nobody watches. */
  notify(): void;
  close(): void;
  readonly clients: number;
}

/** Twice a second is all that eyes can use. */
const INTERVAL_MS = 500;
const MOST_CLIENTS = 16;
/** About forty events that a client did not take: it is gone or asleep. */
const LARGEST_BACKLOG_BYTES = 64 * 1_024;

/** `render` gives the data of one event, undefined while there is none; `clock` is the watchers' own time. */
export function createEventStream(deps: {
  readonly clock: Clock;
  readonly render: () => string | undefined;
}): EventStream {
  const { clock, render } = deps;
  const clients = new Map<ServerResponse, Watcher>();
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;

  function send(to: Iterable<[ServerResponse, Watcher]>): void {
    const data = render();
    if (data === undefined) return;
    const message = `event: state\ndata: ${data}\n\n`;
    for (const [client, { mayStillRead }] of to) {
      if (client.writableLength > LARGEST_BACKLOG_BYTES || !mayStillRead()) drop(client);
      else client.write(message);
    }
  }

  function drop(client: ServerResponse): void {
    clients.delete(client);
    client.destroy();
  }

  function sendAll(): void {
    timer = undefined;
    sentAtMs = clock.monotonicMs();
    send(clients);
  }

  return {
    add(response, watcher) {
      if (clients.size >= MOST_CLIENTS) return false;
      clients.set(response, watcher);
      response.on("close", () => clients.delete(response));
      response.on("error", () => drop(response));
      response.writeHead(200, { ...watcher.headers, "content-type": "text/event-stream; charset=utf-8" });
      response.write("retry: 2000\n\n");
      send([[response, watcher]]);
      return true;
    },
    notify() {
      if (clients.size === 0 || timer !== undefined) return;
      const waitMs = sentAtMs + INTERVAL_MS - clock.monotonicMs();
      if (waitMs <= 0) sendAll();
      else timer = clock.setTimeout(sendAll, waitMs);
    },
    close() {
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = undefined;
      for (const client of clients.keys()) drop(client);
    },
    get clients() {
      return clients.size;
    },
  };
}
