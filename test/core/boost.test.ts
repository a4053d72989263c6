import { describe, expect, it } from "vitest";
import { type Boost, isPluggedIn, isSameCar, NO_BOOST, nextBoost } from "../../src/core/boost.ts";
import { VEHICLE_STATES, type VehicleState, type WallboxSample } from "../../src/core/site-sample.ts";
import { reading, wallboxSample } from "./support/site.ts";

const ARMED: Boost = { state: "armed", hasDrawn: false };
const WAITING: Boost = { state: "ongoing", hasDrawn: false };
const DRAWN: Boost = { state: "ongoing", hasDrawn: true };

const PLUGGED: readonly VehicleState[] = [
  "connected",
  "charging",
  "suspended_by_vehicle",
  "suspended_by_wallbox",
];
const GONE: readonly VehicleState[] = ["absent", "finishing"];
const UNTOLD: readonly VehicleState[] = ["unknown", "faulted"];

describe("a car", () => {
  it("is in one of these states", () => {
    expect([...PLUGGED, ...GONE, ...UNTOLD].toSorted()).toEqual(VEHICLE_STATES.toSorted());
  });

  it.each(PLUGGED)("that is %s is plugged in, and the same as before", (vehicle) => {
    expect(isPluggedIn(vehicle)).toBe(true);
    expect(isSameCar(wallboxSample({ vehicle }))).toBe(true);
  });

  it.each(GONE)("that is %s is not", (vehicle) => {
    expect(isPluggedIn(vehicle)).toBe(false);
    expect(isSameCar(wallboxSample({ vehicle }))).toBe(false);
  });

  it.each(UNTOLD)("of which the box says %s may still be there", (vehicle) => {
    expect(isPluggedIn(vehicle)).toBe(false);
    expect(isSameCar(wallboxSample({ vehicle }))).toBe(true);
  });

  it("may still be there while the box is away", () => {
    expect(isSameCar(wallboxSample({ vehicle: "absent", isConnected: false }))).toBe(true);
  });
});

describe("a boost", () => {
  it("is off and has brought nothing where there is none", () => {
    expect(NO_BOOST).toEqual({ state: "off", hasDrawn: false });
  });

  const idleCar = { vehicle: "connected", chargePowerW: reading(0) } as const;

  it.each<[string, Boost, Partial<WallboxSample>, Boost]>([
    ["that is off stays off", NO_BOOST, {}, NO_BOOST],
    ["that is armed waits for the plug", ARMED, { vehicle: "absent" }, ARMED],
    ["that is armed waits out a finished session", ARMED, { vehicle: "finishing" }, ARMED],
    ["that is armed starts at the plug-in", ARMED, idleCar, WAITING],
    ["that is armed starts with a car that charges", ARMED, {}, WAITING],
    ["that goes on waits for the car to draw", WAITING, idleCar, WAITING],
    [
      "that goes on waits for a car asleep",
      WAITING,
      { ...idleCar, vehicle: "suspended_by_vehicle" },
      WAITING,
    ],
    ["takes 299 W for the car's electronics", WAITING, { chargePowerW: reading(299) }, WAITING],
    ["notes 300 W as charging", WAITING, { chargePowerW: reading(300) }, DRAWN],
    ["notes nothing without a reading", WAITING, { chargePowerW: undefined }, WAITING],
    [
      "waits for the car to draw again after a pause of the box",
      DRAWN,
      { ...idleCar, vehicle: "suspended_by_wallbox" },
      WAITING,
    ],
    ["goes on while the box says it is connected", DRAWN, idleCar, DRAWN],
    ["goes on while a pause does not show yet", DRAWN, { vehicle: "suspended_by_wallbox" }, DRAWN],
    ["ends when a car that has drawn stops", DRAWN, { vehicle: "suspended_by_vehicle" }, NO_BOOST],
    ["ends when the car leaves", DRAWN, { vehicle: "absent" }, NO_BOOST],
    ["ends when the car leaves before it draws", WAITING, { vehicle: "absent" }, NO_BOOST],
    ["ends with the session", DRAWN, { vehicle: "finishing" }, NO_BOOST],
    ["survives a fault of the box", DRAWN, { vehicle: "faulted" }, DRAWN],
    ["survives a box that does not know", DRAWN, { vehicle: "unknown" }, DRAWN],
    ["survives a box that is away", DRAWN, { vehicle: "absent", isConnected: false }, DRAWN],
    ["stays armed while the box is away", ARMED, { isConnected: false }, ARMED],
  ])("%s", (_case, before, wallbox, after) => {
    expect(nextBoost(before, wallboxSample(wallbox))).toEqual(after);
  });
});
