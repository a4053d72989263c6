import { type ClientRequest, get } from "node:http";
import type { Clock, Timer } from "../../src/ports/clock.ts";

const SCRAPE_MS = 60_000;

/** Somebody who has the page open, and a Prometheus that asks each minute. */
export interface Viewer {
  readonly scrapes: number;
  close(): void;
}

export function createViewer(pageUrl: string, clock: Clock): Viewer {
  let scrapes = 0;
  let page = watch();
  let timer: Timer = clock.setTimeout(scrape, SCRAPE_MS);

  function watch(): ClientRequest {
    const request = get(new URL("/api/events", pageUrl), { agent: false }, (response) => response.resume());
    request.on("error", () => {});
    return request;
  }

  function scrape(): void {
    timer = clock.setTimeout(scrape, SCRAPE_MS);
    const request = get(new URL("/metrics", pageUrl), { agent: false }, (response) => {
      response.resume();
      response.on("end", () => {
        scrapes += 1;
      });
    });
    request.on("error", () => {});
    if (page.destroyed) page = watch();
  }

  return {
    get scrapes() {
      return scrapes;
    },
    close() {
      clock.clearTimeout(timer);
      page.destroy();
    },
  };
}
