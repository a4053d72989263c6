import type { House, HouseReadings } from "./house.ts";

export interface DelayedReadingsOptions {
  /** A device measures this often; whole seconds. */
  readonly refreshMs: number;
  /** Its registers show a measurement this long after it was taken. */
  readonly lagMs: number;
}

/** What a device that measures now and then shows of the house. */
export interface DelayedReadings {
  /** The newest measurement that is visible at that time; the same object until a newer one is. */
  visibleAt(monotonicMs: number): HouseReadings;
}

/** Watches `house` from now on. The caller advances the house to the time it asks for. */
export function createDelayedReadings(house: House, options: DelayedReadingsOptions): DelayedReadings {
  let visible = house.readings();
  const coming: HouseReadings[] = [];

  function reveal(monotonicMs: number): void {
    for (
      let next = coming[0];
      next !== undefined && next.atMs + options.lagMs <= monotonicMs;
      next = coming[0]
    ) {
      visible = next;
      coming.shift();
    }
  }

  house.watch(options.refreshMs, (readings) => {
    // Keeps the queue as short as the lag, however long nobody looks.
    reveal(readings.atMs);
    coming.push(readings);
  });
  return {
    visibleAt(monotonicMs) {
      reveal(monotonicMs);
      return visible;
    },
  };
}
