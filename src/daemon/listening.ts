import type { Logger } from "pino";
import type { CentralSystem } from "../../drivers/index.ts";
import type { Api } from "../api/api.ts";
import { type Clock, delay } from "../ports/clock.ts";

/** A port that is taken is tried again after this long, ms. */
const RETRY_MS = 30_000;

/** Keeps the daemon's two ports open, however long it takes. */
export interface Listening {
  /** Tries both once; what fails is tried again until `stopTrying`. */
  open(): Promise<void>;
  stopTrying(): void;
  ocppPort(): number | undefined;
  pageUrl(): string | undefined;
}

export function createListening(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly centralSystem: Pick<CentralSystem, "start">;
  readonly api: Pick<Api, "start">;
}): Listening {
  const { clock, log, centralSystem, api } = deps;
  const stopping = new AbortController();
  let ocppPort: number | undefined;
  let pageUrl: string | undefined;

  async function openOcpp(): Promise<boolean> {
    const outcome = await centralSystem.start();
    if (outcome.ok) ocppPort = outcome.port;
    else log.error({ fault: outcome.fault }, "wallboxes cannot dial in");
    return outcome.ok;
  }

  async function openPage(): Promise<boolean> {
    const outcome = await api.start();
    if (outcome.ok) pageUrl = outcome.url;
    else log.error({ detail: outcome.detail }, "page cannot be shown");
    return outcome.ok;
  }

  async function retry(open: () => Promise<boolean>): Promise<void> {
    for (;;) {
      await delay(clock, RETRY_MS, stopping.signal);
      if (stopping.signal.aborted || (await open())) return;
    }
  }

  return {
    async open() {
      await Promise.all(
        [openOcpp, openPage].map(async (open) => {
          if (!(await open())) void retry(open);
        }),
      );
    },
    stopTrying: () => stopping.abort(),
    ocppPort: () => ocppPort,
    pageUrl: () => pageUrl,
  };
}
