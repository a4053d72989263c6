import { MAX_THRESHOLD_W } from "../../control/settings-keeper.ts";
import type { Thresholds } from "../../core/settings.ts";

/** Finer than any meter and any cloud tells apart, W. */
const STEP_W = 50;
/** Import allowed before stopping, and export beyond the least that does not flap, as parts of the smallest load. */
const COARSE_STOPS = [0.05, 0.2, 0.4, 0.6, 0.8];
const COARSE_SLACKS = [0, 0.2, 0.5];

/**
 * A pair as it is searched: the stop, and how much later than the least legal start charging starts, both as parts of the
 * smallest load that the wallbox can switch. Every point is a pair that does not flap.
 */
export interface PairPoint {
  readonly stop: number;
  readonly slack: number;
}

/** The pair in whole steps; the start is rounded up, so that the band stays at least as wide as the smallest load. */
export function pairAt({ stop, slack }: PairPoint, minChargePowerW: number): Thresholds {
  const stopW = clamped(Math.floor((stop * minChargePowerW) / STEP_W) * STEP_W);
  const leastW = Math.max(0, minChargePowerW - stopW);
  const startW = Math.ceil((leastW + slack * minChargePowerW) / STEP_W) * STEP_W;
  return { minExportToStartW: clamped(startW), maxImportBeforeStoppingW: stopW };
}

export function coarsePoints(): readonly PairPoint[] {
  return COARSE_STOPS.flatMap((stop) => COARSE_SLACKS.map((slack) => ({ stop, slack })));
}

/** The eight points around one, `step` away; none below zero. */
export function pointsAround({ stop, slack }: PairPoint, step: number): readonly PairPoint[] {
  const moves = [-step, 0, step];
  return moves
    .flatMap((byStop) => moves.map((bySlack) => ({ stop: stop + byStop, slack: slack + bySlack })))
    .filter(
      (point) => point.stop >= 0 && point.slack >= 0 && !(point.stop === stop && point.slack === slack),
    );
}

export function pairKey({ minExportToStartW, maxImportBeforeStoppingW }: Thresholds): string {
  return `${minExportToStartW} ${maxImportBeforeStoppingW}`;
}

function clamped(watts: number): number {
  return Math.min(MAX_THRESHOLD_W, Math.max(0, watts));
}
