import { describe, expect, it } from "vitest";
import { CHARGING_MODES } from "../../src/core/settings.ts";
import {
  currentA,
  energyWh,
  LOWEST_CHARGE_CURRENT_A,
  NOMINAL_VOLTAGE_V,
  powerW,
} from "../../src/core/units.ts";

describe("units", () => {
  it("knows the grid's voltage and the lowest current of IEC 61851", () => {
    expect([NOMINAL_VOLTAGE_V, LOWEST_CHARGE_CURRENT_A]).toEqual([230, 6]);
  });

  it.each([
    [6, 1, 1_380],
    [6, 3, 4_140],
    [16, 3, 11_040],
  ] as const)("%d A on %d phases are %d W, and back", (amperes, phases, watts) => {
    expect(powerW(amperes, phases)).toBe(watts);
    expect(currentA(watts, phases)).toBe(amperes);
  });

  it("counts a kilowatt for half an hour as 500 Wh", () => {
    expect(energyWh(1_000, 1_800_000)).toBe(500);
  });

  it("has the modes of the Partner API", () => {
    expect(CHARGING_MODES).toEqual(["none", "spot", "hems", "hems_and_spot"]);
  });
});
