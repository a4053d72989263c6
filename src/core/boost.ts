import type { BoostState } from "./settings.ts";
import type { VehicleState, WallboxSample } from "./site-sample.ts";

/** A car that draws this much is charging, W: less is its electronics. */
const DRAWING_POWER_W = 300;

export interface Boost {
  readonly state: BoostState;
  /** True once the car has drawn power under this boost and since its box last paused it: then a car that stops is full. */
  readonly hasDrawn: boolean;
}

export const NO_BOOST: Boost = { state: "off", hasDrawn: false };

/** The boost after one pass: armed starts at plug-in, ongoing ends when the car is full or gone. */
export function nextBoost(boost: Boost, wallbox: WallboxSample): Boost {
  if (!isVehicleTold(wallbox)) return boost;
  const { vehicle } = wallbox;
  switch (boost.state) {
    case "off":
      return boost;
    case "armed":
      return isPluggedIn(vehicle) ? { state: "ongoing", hasDrawn: false } : boost;
    case "ongoing":
      return isPluggedIn(vehicle) ? boostOfPluggedIn(boost, wallbox) : NO_BOOST;
  }
}

function boostOfPluggedIn(boost: Boost, wallbox: WallboxSample): Boost {
  const { vehicle } = wallbox;
  if (vehicle === "suspended_by_vehicle") return boost.hasDrawn ? NO_BOOST : boost;
  if (isDrawing(wallbox)) return { ...boost, hasDrawn: true };
  // A limit has paused it: it takes its time to draw again, and is not full because of that.
  return vehicle === "suspended_by_wallbox" ? { ...boost, hasDrawn: false } : boost;
}

/** A car is plugged in and its session is not over. */
export function isPluggedIn(vehicle: VehicleState): boolean {
  switch (vehicle) {
    case "connected":
    case "charging":
    case "suspended_by_vehicle":
    case "suspended_by_wallbox":
      return true;
    case "absent":
    case "finishing":
    case "faulted":
    case "unknown":
      return false;
  }
}

/** False only when the box tells that the car has been unplugged or its session is over. */
export function isSameCar(wallbox: WallboxSample): boolean {
  return !isVehicleTold(wallbox) || isPluggedIn(wallbox.vehicle);
}

/** A box that is away, silent or broken tells nothing of the car. */
function isVehicleTold({ isConnected, vehicle }: WallboxSample): boolean {
  return isConnected && vehicle !== "unknown" && vehicle !== "faulted";
}

function isDrawing(wallbox: WallboxSample): boolean {
  return wallbox.chargePowerW !== undefined && wallbox.chargePowerW.value >= DRAWING_POWER_W;
}
