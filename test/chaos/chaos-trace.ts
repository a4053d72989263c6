import type { DayTrace } from "../../simulator/house/day-trace.ts";
import { seededRandom } from "../../simulator/network/seeded-random.ts";
import { shippedDaysInARow } from "../soak/long-trace.ts";
import { between } from "./fault-schedule.ts";
import { PRESSED_WEATHER } from "./pressed-hour.ts";

const DAY_MS = 86_400_000;
const APPLIANCES_PER_DAY = 12;
const APPLIANCE_W = [1_500, 9_000] as const;
const APPLIANCE_MIN = [3, 60] as const;

/**
 * Shipped days as the seed shuffles them, with ovens and heat pumps that bring the house to its limits, behind an hour
 * that does so on purpose.
 */
export function chaosTrace(options: {
  readonly seed: number;
  readonly durationMs: number;
  readonly startOfDayMs: number;
}): DayTrace {
  const random = seededRandom(options.seed);
  const shipped = shippedDaysInARow();
  const { stepMs } = shipped;
  const stepsPerDay = DAY_MS / stepMs;
  const shippedDays = shipped.pvW.length / stepsPerDay;
  const firstDay = Math.floor(random() * shippedDays);
  const skipped = options.startOfDayMs / stepMs;
  const steps = Math.ceil(options.durationMs / stepMs) + 1;
  const at = (index: number) => (firstDay * stepsPerDay + skipped + index) % shipped.pvW.length;
  const pvW = Float64Array.from({ length: steps }, (_, index) => shipped.pvW[at(index)] ?? 0);
  const loadW = Float64Array.from({ length: steps }, (_, index) => shipped.loadW[at(index)] ?? 0);
  const appliances = Math.ceil((APPLIANCES_PER_DAY * steps) / stepsPerDay);
  for (let index = 0; index < appliances; index++) {
    const from = Math.floor(random() * steps);
    const until = Math.min(steps, from + Math.round(between(random, APPLIANCE_MIN)));
    const powerW = between(random, APPLIANCE_W);
    for (let step = from; step < until; step++) loadW[step] = (loadW[step] ?? 0) + powerW;
  }
  for (const weather of PRESSED_WEATHER) {
    const [from, until] = [weather.fromMs / stepMs, weather.untilMs / stepMs];
    loadW.fill(weather.loadW, from, until);
    pvW.fill(weather.pvW, from, until);
  }
  return {
    name: `chaos ${options.seed}`,
    stepMs,
    startWallMs: shipped.startWallMs + options.startOfDayMs,
    pvW,
    loadW,
  };
}
