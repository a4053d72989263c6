import type { Site } from "../../simulator/site.ts";
import type { Clock, Timer } from "../../src/ports/clock.ts";

const DAY_MS = 86_400_000;
/** Half past four, when the clock began at midnight. */
const FIRST_TRIP_MS = 16.5 * 3_600_000;
const AWAY_MS = 90 * 60_000;
/** What is left in the battery when it comes home. */
const LEFT_SHARE = 0.2;

export interface CarLifeOptions {
  readonly firstTripMs?: number;
  readonly awayMs?: number;
}

/** The car leaves once a day and comes home empty, so that each day has a charging session of its own. */
export interface CarLife {
  readonly trips: number;
  stop(): void;
}

export function createCarLife(
  { house }: Site,
  clock: Clock,
  { firstTripMs = FIRST_TRIP_MS, awayMs = AWAY_MS }: CarLifeOptions = {},
): CarLife {
  const { car } = house.evse;
  let trips = 0;
  let timer: Timer = clock.setTimeout(leave, firstTripMs);

  function leave(): void {
    car.unplug();
    timer = clock.setTimeout(comeHome, awayMs);
  }

  function comeHome(): void {
    const capacityWh = car.socPct > 0 ? (100 * car.storedWh) / car.socPct : 0;
    car.drive(Math.max(0, car.storedWh - LEFT_SHARE * capacityWh));
    car.plugIn();
    trips += 1;
    timer = clock.setTimeout(leave, DAY_MS - awayMs);
  }

  return {
    get trips() {
      return trips;
    },
    stop: () => clock.clearTimeout(timer),
  };
}
