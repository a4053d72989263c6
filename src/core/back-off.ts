export interface BackOffRange {
  readonly shortestMs: number;
  readonly longestMs: number;
}

/**
 * Pause before try number `failures` + 1, ms: evenly anywhere between the shortest pause and a ceiling that doubles
 * (full jitter), so that many clients do not come back all at once.
 */
export function backOffMs(failures: number, range: BackOffRange, random: () => number): number {
  const ceilingMs = Math.min(range.longestMs, range.shortestMs * 2 ** failures);
  return range.shortestMs + random() * (ceilingMs - range.shortestMs);
}
