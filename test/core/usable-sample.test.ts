import { describe, expect, it } from "vitest";
import { usableSample } from "../../src/core/usable-sample.ts";
import { ONE_PHASE, reading, siteSample } from "./support/site.ts";

describe("a usable sample", () => {
  const full = siteSample(
    {
      gridPhaseCurrentsA: reading([1, 2, 3] as const),
      batteryPowerW: reading(-800),
      batterySocPct: reading(55),
    },
    { phaseCurrentsA: reading([4, 5, 6] as const), offeredCurrentA: reading(10) },
  );

  it("is the sample itself when everything is in order", () => {
    expect(usableSample(full)).toEqual(full);
    expect(usableSample(siteSample())).toEqual(siteSample());
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "knows no reading of %d",
    (value) => {
      const nonsense = siteSample(
        {
          gridPowerW: reading(value),
          gridPhaseCurrentsA: reading([1, value, 3] as const),
          pvPowerW: reading(value),
          batteryPowerW: reading(value),
          batterySocPct: reading(value),
        },
        { chargePowerW: reading(value), phaseCurrentsA: reading([value, 5, 6] as const) },
      );
      expect(usableSample(nonsense)).toEqual(
        siteSample({ gridPowerW: undefined, pvPowerW: undefined }, { chargePowerW: undefined }),
      );
    },
  );

  it.each([
    [1, 6.4, 15.9, 7, 15],
    [1, 6, 16, 6, 16],
    [0.1, 6.43, 15.97, 6.5, 15.9],
    [0.1, 6.3, 16.1, 6.3, 16.1],
  ])("has a range of whole steps of %d A", (stepA, minCurrentA, maxCurrentA, fromA, toA) => {
    const capability = { ...ONE_PHASE, stepA, minCurrentA, maxCurrentA };
    expect(usableSample(siteSample({}, { capability })).wallbox.capability).toEqual({
      ...capability,
      minCurrentA: fromA,
      maxCurrentA: toA,
    });
  });
});
