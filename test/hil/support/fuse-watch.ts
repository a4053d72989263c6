import type { Bench } from "./bench.ts";

/** What a fuse does not feel, A. */
const TOLERANCE_A = 0.5;

/** Watches the fullest phase from now on; gives the longest time above the fuse, s. */
export function watchFuse({ site }: Bench, fuseA: number): () => number {
  let aboveS = 0;
  let longestS = 0;
  site.house.watch(1_000, ({ gridPhaseCurrentsA }) => {
    aboveS = Math.max(...gridPhaseCurrentsA) > fuseA + TOLERANCE_A ? aboveS + 1 : 0;
    longestS = Math.max(longestS, aboveS);
  });
  return () => longestS;
}
