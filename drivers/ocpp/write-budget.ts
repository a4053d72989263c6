import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { integerOf, recordOf, textOf } from "./lenient-json.ts";

const DAY_CHECK_MS = 1_000;

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
  const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: options.timeZone });
  const stored = recordOf(store.get(options.key));
  let day = textOf(stored.day) ?? "";
  let writes = Math.max(0, integerOf(stored.writes) ?? 0);
  let checkedWallMs = Number.NaN;

  // Formatting a date is slow and passes are many.
  function turnDay(): void {
    const wallMs = clock.wallMs();
    if (Math.abs(wallMs - checkedWallMs) < DAY_CHECK_MS) return;
    checkedWallMs = wallMs;
    const today = dayFormat.format(wallMs);
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
