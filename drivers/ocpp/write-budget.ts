import { createLocalDay } from "../../src/core/local-day.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { integerOf, recordOf, textOf } from "./lenient-json.ts";

/** Counts the profile writes of the local day; survives a restart. */
export interface WriteBudget {
  count(): number;
  record(): void;
  isSpent(): boolean;
}

export function createWriteBudget(
  options: { readonly key: string; readonly maxWritesPerDay: number; readonly timeZone: string },
  { clock, store }: { readonly clock: Clock; readonly store: StateStore },
): WriteBudget {
  const localDay = createLocalDay(options.timeZone);
  const stored = recordOf(store.get(options.key));
  let day = textOf(stored.day) ?? "";
  let writes = Math.max(0, integerOf(stored.writes) ?? 0);

  function turnDay(): void {
    const today = localDay(clock.wallMs());
    if (today === day) return;
    day = today;
    writes = 0;
  }

  function count(): number {
    turnDay();
    return writes;
  }

  return {
    count,
    record() {
      writes = count() + 1;
      store.put(options.key, { day, writes });
    },
    isSpent: () => count() >= options.maxWritesPerDay,
  };
}
