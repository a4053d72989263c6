import type { Site } from "../../../simulator/site.ts";

/** What the box did in one second of the house, seen at the box and not at the daemon. */
export interface ChargeSecond {
  readonly atMs: number;
  /** What the control pilot offered the car, A per phase. */
  readonly offeredA: number;
  readonly chargePowerW: number;
}

/** Every second since the recording began. */
export interface ChargeHistory {
  /** A place in time for `since`. */
  mark(): number;
  since(mark: number): readonly ChargeSecond[];
  /** Highest offer since the mark, A per phase; 0 when nothing was recorded. */
  highestSinceA(mark: number): number;
  lowestSinceA(mark: number): number;
}

export function recordCharging(site: Site): ChargeHistory {
  const seconds: ChargeSecond[] = [];
  site.house.watch(1_000, ({ atMs, chargePowerW }) => {
    seconds.push({ atMs, offeredA: site.house.evse.offeredCurrentA, chargePowerW });
  });
  const offersSince = (mark: number) => seconds.slice(mark).map(({ offeredA }) => offeredA);
  return {
    mark: () => seconds.length,
    since: (mark) => seconds.slice(mark),
    highestSinceA: (mark) => Math.max(0, ...offersSince(mark)),
    lowestSinceA: (mark) => Math.min(...offersSince(mark)),
  };
}
