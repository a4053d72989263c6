/** The lowest of what was noted within the last `windowS` seconds, in constant time. */
export interface Lowest {
  note(second: number, value: number): void;
  value(): number;
}

export function createLowest(windowS: number): Lowest {
  /** Values that no later one undercuts, in order of time. */
  const seconds: number[] = [];
  const values: number[] = [];
  let first = 0;
  return {
    note(second, value) {
      while (values.length > first && (values.at(-1) ?? 0) >= value) {
        values.pop();
        seconds.pop();
      }
      values.push(value);
      seconds.push(second);
      while ((seconds[first] ?? second) < second - windowS) first += 1;
      if (first > 1_000) {
        values.splice(0, first);
        seconds.splice(0, first);
        first = 0;
      }
    },
    value: () => values[first] ?? 0,
  };
}
