import { createLocalTime } from "../core/planner/local-time.ts";
import { type Clock, delay } from "../ports/clock.ts";
import type { PriceKeeper } from "./price-keeper.ts";
import type { PriceReading } from "./price-reading.ts";
import { isFetchDue, lookDelayMs } from "./price-schedule.ts";

/** Something that runs beside control and ends on demand. */
export interface PriceFeeder {
  start(): void;
  stop(): Promise<void>;
}

/** Asks `fetchPrices` when there may be something new, with jitter and back-off. `fetchPrices` never rejects. */
export function createPricePoller(
  options: { readonly timeZone: string },
  deps: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly keeper: PriceKeeper;
    readonly fetchPrices: (wallMs: number, signal: AbortSignal) => Promise<PriceReading>;
  },
): PriceFeeder {
  const { clock, random, keeper, fetchPrices } = deps;
  const local = createLocalTime(options.timeZone);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /** How many requests have failed in a row after this look. */
  async function look(failures: number): Promise<number> {
    const wallMs = clock.wallMs();
    const known = { curve: keeper.curve(), fetchedWallMs: keeper.fetchedWallMs() };
    if (failures === 0 && !isFetchDue(known, wallMs, local)) return 0;
    const reading = await fetchPrices(wallMs, stopping.signal);
    if (stopping.signal.aborted) return 0;
    keeper.take(reading);
    return reading.ok ? 0 : failures + 1;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      failures = await look(failures);
      await delay(clock, lookDelayMs(failures, random), stopping.signal);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
