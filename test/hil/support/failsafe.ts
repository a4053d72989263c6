import { expect, it } from "vitest";
import { type Bench, type BenchOptions, onBench } from "./bench.ts";
import { type BoundOf, FAILSAFE_ROWS, type FailsafeBound, type FailsafeId } from "./failsafe-rows.ts";

/** Holds a measured figure against its bounds in the table. */
export type Measured<Id extends FailsafeId> = (bound: BoundOf<Id>, value: number) => void;

/** The test of one row of the failsafe table, by its number: every bound of the row has to be measured. */
export function failsafe<Id extends FailsafeId>(
  id: Id,
  options: BenchOptions,
  test: (bench: Bench, measured: Measured<Id>) => Promise<void>,
): void {
  const { fault, bounds } = FAILSAFE_ROWS[id];
  it(
    `${id}: ${fault}`,
    onBench(options, async (bench) => {
      const open = new Map<string, FailsafeBound>(Object.entries(bounds));
      await test(bench, (bound, value) => {
        expectWithin(open.get(bound), value);
        open.delete(bound);
      });
      expect([...open.keys()]).toEqual([]);
    }),
  );
}

function expectWithin(bound: FailsafeBound | undefined, value: number): void {
  const { what, unit, atLeast, atMost } = bound ?? { what: "measured twice", unit: "times", atMost: 0 };
  const text = `${what}: ${value} ${unit}`;
  if (atLeast !== undefined) expect(value, text).toBeGreaterThanOrEqual(atLeast);
  if (atMost !== undefined) expect(value, text).toBeLessThanOrEqual(atMost);
}

/** Seconds of the house that pass until something is true. */
export async function secondsUntil(
  bench: Bench,
  withinSeconds: number,
  condition: () => boolean | Promise<boolean>,
): Promise<number> {
  const fromMs = bench.clock.monotonicMs();
  await bench.within(withinSeconds, condition);
  return (bench.clock.monotonicMs() - fromMs) / 1_000;
}

/** By how much the offer has left a current since a mark, A per phase. */
export function offerSince(bench: Bench, mark: number, currentA: number) {
  const raisedA = Math.max(0, bench.history.highestSinceA(mark) - currentA);
  const loweredA = Math.max(0, currentA - bench.history.lowestSinceA(mark));
  return { raisedA, loweredA, changedA: Math.max(raisedA, loweredA) };
}
