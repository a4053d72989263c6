import { describe, expect, it } from "vitest";
import { nextSolarEnergy } from "../../src/core/solar-energy.ts";

const DAY = "2022-03-19";
const hourly = { day: DAY, durationMs: 36_000, chargePowerW: 2_000, gridPowerW: 0 };

describe("the day's solar energy", () => {
  it.each([
    ["all that the car takes while the house exports", { gridPowerW: -500 }, 20],
    ["all of it at zero import", {}, 20],
    ["what is not imported", { gridPowerW: 500 }, 15],
    ["nothing where more is imported than the car takes", { gridPowerW: 3_000 }, 0],
    ["nothing of what the car gives back", { chargePowerW: -100 }, 0],
    ["nothing without the car's power", { chargePowerW: undefined }, 0],
    ["nothing without the meter", { gridPowerW: undefined }, 0],
    ["a minute at the most of a long pass", { durationMs: 3_600_000 }, 2_000 / 60],
    ["nothing of a time that runs back", { durationMs: -36_000 }, 0],
  ])("grows by %s", (_case, changes, grownWh) => {
    const next = nextSolarEnergy({ day: DAY, energyWh: 100 }, { ...hourly, ...changes });
    expect(next.day).toBe(DAY);
    expect(next.energyWh).toBeCloseTo(100 + grownWh, 9);
  });

  it("begins at nothing on a new day, known or not", () => {
    const yesterday = { day: "2022-03-18", energyWh: 100 };
    expect(nextSolarEnergy(yesterday, hourly)).toEqual({ day: DAY, energyWh: 20 });
    expect(nextSolarEnergy(yesterday, { ...hourly, gridPowerW: undefined })).toEqual({
      day: DAY,
      energyWh: 0,
    });
  });
});
