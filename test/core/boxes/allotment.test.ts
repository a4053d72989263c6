import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allotment, type Claim } from "../../../src/core/boxes/allotment.ts";

const parts = (budget: number, claims: readonly Claim[]) => claims.map(allotment(budget, claims));
const claim = (least: number, most: number): Claim => ({ least, most });

describe("an allotment", () => {
  it.each<[string, number, readonly Claim[], readonly number[]]>([
    ["nobody", 10, [], []],
    ["nothing to divide", 0, [claim(6, 16)], [0]],
    ["less than nothing", -5, [claim(6, 16), claim(0, 4)], [0, 0]],
    ["exactly one minimum", 6, [claim(6, 16), claim(6, 16)], [6, 0]],
    ["two minimums", 12, [claim(6, 16), claim(6, 16)], [6, 6]],
    ["equal parts", 20, [claim(6, 16), claim(6, 16)], [10, 10]],
    ["a part that one cannot use goes to the other", 20, [claim(6, 8), claim(6, 16)], [8, 12]],
    ["all that all can use", 50, [claim(6, 16), claim(6, 16)], [16, 16]],
    ["a large minimum first", 20, [claim(12, 16), claim(6, 16)], [12, 8]],
    ["one that does not fit is passed over", 10, [claim(6, 16), claim(6, 16), claim(2, 4)], [6, 0, 4]],
    ["a fixed claim", 20, [claim(3, 3), claim(6, 16)], [3, 16]],
  ])("of %s", (_case, budget, claims, expected) => {
    expect(parts(budget, claims)).toEqual(expected);
  });

  const claims = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })).map(([least, more]) => ({
      least,
      most: least + more,
    })),
    { maxLength: 6 },
  );

  it("gives never more than there is, to nobody more than it can use, and leaves nothing that somebody served could use", () => {
    fc.assert(
      fc.property(claims, fc.integer({ min: 0, max: 100 }), (given, budget) => {
        const shares = parts(budget, given);
        const total = shares.reduce((sum, share) => sum + share, 0);
        expect(total).toBeLessThanOrEqual(budget + 1e-9);
        const served = given.filter((_, index) => (shares[index] ?? 0) > 0);
        for (const [index, share] of shares.entries())
          expect(share).toBeLessThanOrEqual((given[index]?.most ?? 0) + 1e-9);
        const usable = served.reduce((sum, { most }) => sum + most, 0);
        if (given.every(({ least }) => least > 0)) expect(total).toBeCloseTo(Math.min(budget, usable), 6);
      }),
    );
  });
});
