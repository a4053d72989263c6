/** Longest stretch that one pass may account for, ms: what happened in a longer gap is not known. */
export const LONGEST_PASS_MS = 60_000;

/** Time that a pass at `nowMs` stands for, ms; none for the first one. */
export function passDurationMs(lastMs: number | undefined, nowMs: number): number {
  return Math.min(Math.max(0, nowMs - (lastMs ?? nowMs)), LONGEST_PASS_MS);
}
