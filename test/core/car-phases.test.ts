import { describe, expect, it } from "vitest";
import { carPhases } from "../../src/core/car-phases.ts";
import type { PhaseCurrentsA } from "../../src/core/units.ts";
import { ONE_PHASE, reading, THREE_PHASE, wallboxSample } from "./support/site.ts";

describe("the phases that a car charges on", () => {
  const on = (currentsA: PhaseCurrentsA) =>
    carPhases(wallboxSample({ capability: THREE_PHASE, phaseCurrentsA: reading(currentsA) }));

  it.each([
    [[10, 10, 10], 3],
    [[10, 5, 10], 3],
    [[10, 4.9, 10], 2],
    [[0, 16, 0], 1],
    [[0.2, 0.1, 16], 1],
    [[1, 0, 0], 1],
    [[0.9, 0.9, 0.9], undefined],
    [[0, 0, 0], undefined],
  ] as const)("of %j are %s", (currentsA, expected) => {
    expect(on(currentsA)).toBe(expected);
  });

  it("are not known while the box gives one phase, or does not tell its phases apart", () => {
    const phaseCurrentsA = reading<PhaseCurrentsA>([16, 0, 0]);
    expect(carPhases(wallboxSample({ capability: ONE_PHASE, phaseCurrentsA }))).toBeUndefined();
    expect(carPhases(wallboxSample({ capability: THREE_PHASE }))).toBeUndefined();
  });
});
