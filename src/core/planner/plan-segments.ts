import type { PriceCurve } from "./price-curve.ts";

/** Surplus that is expected to reach the car, W, over a stretch of wall time. */
export interface SunPeriod {
  readonly startMs: number;
  readonly endMs: number;
  readonly powerW: number;
}

/** A stretch of the window in which neither price nor expected sun changes. */
export interface PlanSegment {
  readonly startMs: number;
  readonly endMs: number;
  /** ct/kWh; undefined where no price is known. */
  readonly priceCtKwh: number | undefined;
  /** What the sun brings without the plan, W. */
  readonly sunPowerW: number;
}

export interface PlanWindow {
  readonly nowMs: number;
  /** After `nowMs`. */
  readonly deadlineMs: number;
}

/** A stretch without prices is cut this fine, ms, so that a part of it can be used late. */
const UNKNOWN_STEP_MS = 900_000;

/** The window cut where a price or the expected sun changes. `sun` is in order of time without overlap. */
export function planSegments(
  { nowMs, deadlineMs }: PlanWindow,
  prices: PriceCurve,
  sun: readonly SunPeriod[],
): readonly PlanSegment[] {
  const cuts = [
    ...[...prices, ...sun].flatMap(({ startMs, endMs }) => [startMs, endMs]),
    ...unknownCuts({ nowMs, deadlineMs }, prices),
  ];
  const inside = cuts.filter((cutMs) => cutMs > nowMs && cutMs < deadlineMs);
  const ends = [...new Set([...inside, deadlineMs])].sort((a, b) => a - b);
  const priceAt = reader(prices);
  const sunAt = reader(sun);
  const segments: PlanSegment[] = [];
  let startMs = nowMs;
  for (const endMs of ends) {
    const priceCtKwh = priceAt(startMs)?.priceCtKwh;
    segments.push({ startMs, endMs, priceCtKwh, sunPowerW: sunAt(startMs)?.powerW ?? 0 });
    startMs = endMs;
  }
  return segments;
}

function unknownCuts({ nowMs, deadlineMs }: PlanWindow, prices: PriceCurve): readonly number[] {
  const steps = Math.max(0, Math.ceil((deadlineMs - nowMs) / UNKNOWN_STEP_MS) - 1);
  const priceAt = reader(prices);
  return Array.from({ length: steps }, (_, index) => deadlineMs - (steps - index) * UNKNOWN_STEP_MS).filter(
    (cutMs) => priceAt(cutMs) === undefined,
  );
}

/** Finds the period of a time; the times that it is asked for must not fall. */
function reader<T extends { readonly startMs: number; readonly endMs: number }>(periods: readonly T[]) {
  let index = 0;
  return (wallMs: number): T | undefined => {
    while ((periods[index]?.endMs ?? Number.POSITIVE_INFINITY) <= wallMs) index += 1;
    const period = periods[index];
    return period !== undefined && period.startMs <= wallMs ? period : undefined;
  };
}
