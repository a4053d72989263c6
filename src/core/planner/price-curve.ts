/** A stretch of time with one price; wall times in ms. */
export interface PricePeriod {
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
  /** ct/kWh that the house pays; may be below zero. */
  readonly priceCtKwh: number;
}

/** Periods in order of time without overlap; there may be gaps. */
export type PriceCurve = readonly PricePeriod[];

/**
 * The curve of `periods` in any order, hourly and quarter-hourly mixed. Where they overlap the shorter one counts, and of
 * equally long ones the later in the list. A period that is not longer than nothing, or not finite, is left out.
 */
export function priceCurve(periods: readonly PricePeriod[]): PriceCurve {
  const byWeight = periods.filter(isSound).sort((a, b) => durationMs(b) - durationMs(a));
  return laid([], byWeight);
}

/** `older` where `newer` says nothing. */
export function updatedCurve(older: PriceCurve, newer: PriceCurve): PriceCurve {
  return laid(older, newer);
}

/** What lies after `wallMs`, the period of `wallMs` itself included. */
export function curveFrom(curve: PriceCurve, wallMs: number): PriceCurve {
  return curve.filter(({ endMs }) => endMs > wallMs);
}

/** What a kWh costs at `wallMs`, ct; undefined where that is not known. */
export function priceAt(curve: PriceCurve, wallMs: number): number | undefined {
  return curve.find(({ startMs, endMs }) => startMs <= wallMs && wallMs < endMs)?.priceCtKwh;
}

/** Until when prices are known without a gap from `wallMs` on; `wallMs` itself when there is none. */
export function knownUntilMs(curve: PriceCurve, wallMs: number): number {
  let untilMs = wallMs;
  for (const { startMs, endMs } of curve) {
    if (startMs <= untilMs && endMs > untilMs) untilMs = endMs;
  }
  return untilMs;
}

function laid(curve: PriceCurve, periods: readonly PricePeriod[]): PriceCurve {
  return periods.reduce(laidOver, curve).toSorted((a, b) => a.startMs - b.startMs);
}

/** `curve`, unsorted, with what `period` covers replaced. */
function laidOver(curve: PriceCurve, period: PricePeriod): PriceCurve {
  const { startMs, endMs } = period;
  const isClear = curve.every((other) => other.endMs <= startMs || other.startMs >= endMs);
  const rest = isClear ? curve : curve.flatMap((other) => uncovered(other, startMs, endMs));
  return [...rest, period];
}

function uncovered(period: PricePeriod, startMs: number, endMs: number): readonly PricePeriod[] {
  return [
    { ...period, endMs: Math.min(period.endMs, startMs) },
    { ...period, startMs: Math.max(period.startMs, endMs) },
  ].filter((part) => part.endMs > part.startMs);
}

function isSound(period: PricePeriod): boolean {
  const { startMs, endMs, priceCtKwh } = period;
  return Number.isFinite(startMs) && Number.isFinite(endMs) && Number.isFinite(priceCtKwh) && endMs > startMs;
}

function durationMs({ startMs, endMs }: PricePeriod): number {
  return endMs - startMs;
}
