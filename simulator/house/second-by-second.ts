import type { DayTrace } from "./day-trace.ts";

/** The seconds of one step of a trace. The arrays are reused by the next call of `step`. */
export interface StepSeconds {
  readonly pvW: Float64Array;
  readonly loadW: Float64Array;
}

/** A trace taken apart into seconds: the mean over each step stays what the trace says. */
export interface SecondBySecond {
  readonly secondsPerStep: number;
  /** Seconds of the step `index`; the trace begins anew at its end. */
  step(index: number): StepSeconds;
}

/** Appliances that cycle within a step: this share of the load, but no more than these watts. */
const CYCLING_SHARE = 0.08;
const CYCLING_MAX_W = 60;
const RIPPLE_SHARE = 0.015;
const RIPPLE_MAX_W = 12;
/** Sunlight between two clouds gives no more than this above the day's best step. */
const PV_OVERSHOOT = 1.02;

/** Deterministic: the same trace and `seed` give the same seconds. PV runs smoothly, the load in little steps. */
export function createSecondBySecond(trace: DayTrace, seed = 1): SecondBySecond {
  const count = trace.pvW.length;
  const seconds = trace.stepMs / 1_000;
  const pvW = new Float64Array(seconds);
  const loadW = new Float64Array(seconds);
  const highestPvW = PV_OVERSHOOT * trace.pvW.reduce((a, b) => Math.max(a, b), 0);
  const at = (values: Float64Array, index: number) => values[Math.min(count - 1, Math.max(0, index))] ?? 0;

  return {
    secondsPerStep: seconds,
    step(index) {
      const i = index % count;
      const meanW = at(trace.pvW, i);
      const startW = boundaryW(at(trace.pvW, i - 1), meanW);
      const endW = boundaryW(meanW, at(trace.pvW, i + 1));
      fillPv(pvW, { meanW, startW, endW, highestW: highestPvW });
      fillLoad(loadW, at(trace.loadW, i), noiseAt(seed, i));
      return { pvW, loadW };
    },
  };
}

/**
 * Power where two steps meet. Twice the smaller mean is the most that lets either step keep its mean with two
 * straight lines and without going below zero.
 */
function boundaryW(beforeW: number, afterW: number): number {
  return Math.min((beforeW + afterW) / 2, 2 * Math.min(beforeW, afterW));
}

interface PvStep {
  readonly meanW: number;
  readonly startW: number;
  readonly endW: number;
  readonly highestW: number;
}

/** Two straight lines through the middle of the step, flattened where they would leave the possible range. */
function fillPv(values: Float64Array, { meanW, startW, endW, highestW }: PvStep): void {
  const middleW = 2 * meanW - (startW + endW) / 2;
  const topW = Math.max(startW, middleW, endW);
  const swing = topW > highestW ? (highestW - meanW) / (topW - meanW) : 1;
  for (let k = 0; k < values.length; k++) {
    const at = (2 * (k + 0.5)) / values.length;
    const lineW = at < 1 ? startW + (middleW - startW) * at : middleW + (endW - middleW) * (at - 1);
    values[k] = meanW + (lineW - meanW) * swing;
  }
  keepMean(values, meanW);
}

/** A square wave of an appliance that switches, with a ripple on top. */
function fillLoad(values: Float64Array, meanW: number, noise: number): void {
  const cyclingW = Math.min(CYCLING_SHARE * meanW, CYCLING_MAX_W);
  const rippleW = Math.min(RIPPLE_SHARE * meanW, RIPPLE_MAX_W);
  const halfPeriod = 9 + (noise % 17);
  let state = noise;
  for (let k = 0; k < values.length; k++) {
    state = nextNoise(state);
    const isOn = Math.floor((k + (noise % 31)) / halfPeriod) % 2 === 0;
    values[k] = meanW + (isOn ? cyclingW : -cyclingW) + (state / 2 ** 31 - 1) * rippleW;
  }
  keepMean(values, meanW);
}

/** Takes out what rounding, odd lengths and the noise did to the mean. */
function keepMean(values: Float64Array, meanW: number): void {
  let sumW = 0;
  for (const value of values) sumW += value;
  if (sumW <= 0) {
    values.fill(meanW);
    return;
  }
  const factor = (meanW * values.length) / sumW;
  for (let k = 0; k < values.length; k++) values[k] = (values[k] ?? 0) * factor;
}

/** A well-mixed 32-bit integer for `(seed, index)`. */
export function noiseAt(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Xorshift after Marsaglia (2003). */
function nextNoise(state: number): number {
  let next = state === 0 ? 1 : state;
  next ^= next << 13;
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}
