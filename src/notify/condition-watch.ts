import { type Condition, HOLD_MS } from "./conditions.ts";

/** A condition that people were told of. */
export interface Raised extends Condition {
  readonly sinceWallMs: number;
}

export type Turn = { readonly kind: "raised" | "cleared"; readonly condition: Raised };

export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A condition that comes and goes is not told of again within this, ms. */
const RAISE_PAUSE_MS = 1_800_000;

/** Decides when a condition has held long enough to be told, and when it has been over long enough. */
export interface ConditionWatch {
  /** What is to be told now. `mayRaise` is asked for each that would begin: false leaves it for a later pass. */
  turns(active: readonly Condition[], at: Moment, mayRaise: () => boolean): readonly Turn[];
  /** Told and not over. */
  raised(): readonly Raised[];
}

/** `before`: what was told before a restart and is not told again. */
export function createConditionWatch(before: readonly Raised[]): ConditionWatch {
  const raised = new Map(before.map((condition) => [keyOf(condition), condition]));
  /** Since when a condition that was not told holds, and since when one that was is over, monotonic ms. */
  const turning = new Map<string, number>();
  const lastRaisedMs = new Map<string, number>();

  function heldMs(key: string, nowMs: number): number {
    const sinceMs = turning.get(key) ?? nowMs;
    turning.set(key, sinceMs);
    return nowMs - sinceMs;
  }

  function isDue(condition: Condition, key: string, nowMs: number): boolean {
    const isHeld = heldMs(key, nowMs) >= HOLD_MS[condition.code].raise;
    return isHeld && nowMs - (lastRaisedMs.get(key) ?? Number.NEGATIVE_INFINITY) >= RAISE_PAUSE_MS;
  }

  function begin(condition: Condition, key: string, { nowMs, wallMs }: Moment): Turn {
    const told = { ...condition, sinceWallMs: wallMs - heldMs(key, nowMs) };
    raised.set(key, told);
    lastRaisedMs.set(key, nowMs);
    turning.delete(key);
    return { kind: "raised", condition: told };
  }

  return {
    turns(active, at, mayRaise) {
      const { nowMs } = at;
      const keys = new Set(active.map(keyOf));
      for (const key of turning.keys()) if (keys.has(key) === raised.has(key)) turning.delete(key);
      const begun = active.flatMap((condition) => {
        const key = keyOf(condition);
        if (raised.has(key) || !isDue(condition, key, nowMs) || !mayRaise()) return [];
        return [begin(condition, key, at)];
      });
      const ended = [...raised].flatMap(([key, condition]): Turn[] => {
        if (keys.has(key) || heldMs(key, nowMs) < HOLD_MS[condition.code].clear) return [];
        raised.delete(key);
        turning.delete(key);
        return [{ kind: "cleared", condition }];
      });
      return [...begun, ...ended];
    },
    raised: () => [...raised.values()],
  };
}

function keyOf({ code, subject }: Condition): string {
  return subject === undefined ? code : `${code}/${subject}`;
}
