import type { LimitPeriod } from "../core/limit-periods.ts";

/** Evidence of a limit; one that is not over yet is told as far as it has come. */
export interface RecordedLimit extends LimitPeriod {
  readonly isOver: boolean;
}

export interface LimitReader {
  /** Periods that touch the range of wall times, newest first, at most `most` of them. */
  periods(range: { readonly fromMs: number; readonly toMs: number }, most: number): readonly RecordedLimit[];
}

/** Told of each period as it begins and as it ends; must return at once and never throw. */
export type LimitListener = (kind: "began" | "ended", period: LimitPeriod) => void;
