import { type DayTrace, type DayTraceResult, loadShippedDay } from "../../../../simulator/house/day-trace.ts";
import { noiseAt } from "../../../../simulator/house/second-by-second.ts";
import type { MadeHouse, Pattern, ScenarioHouse } from "./scenario-schema.ts";

const SECONDS_A_MINUTE = 60;
const STEP_MS = 1_000;
/** 2026-06-21T06:00:00Z. */
const START_WALL_MS = 1_782_021_600_000;

/** Sun and load of a scenario, in seconds where they are made, so that edges stay edges. */
export function houseTrace(house: ScenarioHouse, name: string): DayTraceResult {
  if ("day" in house) return loadShippedDay(house.day);
  return { ok: true, trace: madeTrace(house, name) };
}

function madeTrace(house: MadeHouse, name: string): DayTrace {
  const seconds = Math.round(house.minutes * SECONDS_A_MINUTE);
  const pvW = summed(house.sun, seconds);
  const loadW = summed(house.load, seconds);
  if (house.clouds !== undefined) veil(pvW, house.clouds);
  if (house.load_noise_w > 0) addNoise(loadW, house.load_noise_w, house.noise_seed);
  return { name, stepMs: STEP_MS, startWallMs: START_WALL_MS, pvW, loadW };
}

function summed(patterns: readonly Pattern[], seconds: number): Float64Array {
  const sumW = new Float64Array(seconds);
  for (const pattern of patterns) {
    const powerAtW = powerOf(pattern);
    for (let second = 0; second < seconds; second++) sumW[second] = (sumW[second] ?? 0) + powerAtW(second);
  }
  return sumW;
}

/** Power of a pattern in each second, W. */
function powerOf(pattern: Pattern): (second: number) => number {
  switch (pattern.kind) {
    case "steady":
      return () => pattern.power_w;
    case "steps":
      return (second) =>
        pattern.steps.findLast(({ from_min }) => second >= from_min * SECONDS_A_MINUTE)?.power_w ?? 0;
    case "points":
      return (second) => interpolatedW(pattern.points, second / SECONDS_A_MINUTE);
    case "pulses":
      return (second) => pulseW(pattern, second);
    case "arc":
      return (second) => arcW(pattern, second / SECONDS_A_MINUTE);
  }
}

function interpolatedW(points: Extract<Pattern, { kind: "points" }>["points"], minute: number): number {
  const next = points.findIndex(({ at_min }) => at_min > minute);
  const after = points[next];
  const before = points[next - 1];
  if (after === undefined || before === undefined) return 0;
  const share = (minute - before.at_min) / (after.at_min - before.at_min);
  return before.power_w + (after.power_w - before.power_w) * share;
}

function pulseW(
  { first_min, every_min, on_s, count, power_w }: Extract<Pattern, { kind: "pulses" }>,
  second: number,
): number {
  const sinceS = second - first_min * SECONDS_A_MINUTE;
  const everyS = every_min * SECONDS_A_MINUTE;
  const isOver = count !== undefined && sinceS >= count * everyS;
  return sinceS >= 0 && !isOver && sinceS % everyS < on_s ? power_w : 0;
}

function arcW({ from_min, to_min, peak_w }: Extract<Pattern, { kind: "arc" }>, minute: number): number {
  const share = (minute - from_min) / (to_min - from_min);
  return share > 0 && share < 1 ? peak_w * Math.sin(Math.PI * share) : 0;
}

/** Lets clouds pass: clear and cloudy spells of exponentially distributed lengths, with soft edges. */
function veil(
  pvW: Float64Array,
  { seed, through, clear_s, cloudy_s, edge_s }: NonNullable<MadeHouse["clouds"]>,
): void {
  let isCloudy = false;
  let untilS = 0;
  let light = 1;
  for (let second = 0; second < pvW.length; second++) {
    if (second >= untilS) {
      isCloudy = second > 0 && !isCloudy;
      untilS = second + spellS(isCloudy ? cloudy_s : clear_s, seed, second);
    }
    const change = (1 - through) / edge_s;
    light = isCloudy ? Math.max(through, light - change) : Math.min(1, light + change);
    pvW[second] = (pvW[second] ?? 0) * light;
  }
}

function spellS(meanS: number, seed: number, second: number): number {
  const chance = (noiseAt(seed, second) + 1) / (2 ** 32 + 1);
  return Math.max(1, Math.round(-Math.log(chance) * meanS));
}

function addNoise(loadW: Float64Array, noiseW: number, seed: number): void {
  for (let second = 0; second < loadW.length; second++) {
    const share = noiseAt(seed, second) / 2 ** 31 - 1;
    loadW[second] = Math.max(0, (loadW[second] ?? 0) + share * noiseW);
  }
}
