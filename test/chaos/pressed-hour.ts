import type { WireMode } from "../../simulator/partner/wire.ts";
import { BREATH_MS, type PlannedFault } from "./fault-schedule.ts";

/** Times are milliseconds of the run. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What the house without the car does for a while, whatever the day would bring. */
export interface Weather extends Span {
  readonly loadW: number;
  readonly pvW: number;
}

const MINUTE_MS = 60_000;

function minutes(from: number, until: number): Span {
  return { fromMs: from * MINUTE_MS, untilMs: until * MINUTE_MS };
}

/**
 * The first hour of a run presses on each limit while lines that matter are good, so that a limit that does nothing breaks
 * a law in any run; then chance takes over. The car may charge with all it can take. The kitchen hangs on L1: more than
 * 4.7 kW of it bring the fuse before the import limit.
 */
export const PRESSED_HOUR_MS = 55 * MINUTE_MS;
export const PRESSED_MODE: WireMode = "none";

export const PRESSED_WEATHER: readonly Weather[] = [
  // The import limit: 16 A would be 13.3 kW.
  { ...minutes(5, 16), loadW: 2_300, pvW: 0 },
  // The main fuse: the import limit alone would leave 13 A, with 23 A on L1.
  { ...minutes(16, 26), loadW: 11_000, pvW: 8_000 },
  // Room for 16 A, but for the operator and the lost meter.
  { ...minutes(26, 55), loadW: 800, pvW: 0 },
];

/** Ends when the meter is suspect, and not yet lost: nothing is raised before it is heard again. */
export const PRESSED_OPERATOR: Span = minutes(30, 37 + 26 / 60);

/** In a run that is no day the car leaves in the second hour. */
export const PRESSED_TRIP_MS = 70 * MINUTE_MS;

const PRESSED_FAULTS: readonly PlannedFault[] = [
  { peer: "meter", fault: { kind: "half_open" }, ...minutes(37, 39) },
  // Long enough to be lost for good: no more than the failsafe current is left.
  { peer: "meter", fault: { kind: "half_open" }, ...minutes(45, 51) },
  // The events of the operator's limit are told to nobody.
  { peer: "broker", fault: { kind: "half_open" }, ...minutes(29.5, 31.5) },
  // Nobody hears the end of the charge, which is just on its way.
  { peer: "upstream", fault: { kind: "half_open" }, ...minutes(70 - 1 / 60, 76) },
];

/** Without them nothing could be told of this hour's limits. */
const NEEDED_LINES = ["meter", "wallbox"];

/**
 * The faults of a run with those above that are over at `lastMs`, in place of what chance had there, or for the lines that
 * matter in the first hour.
 */
export function withPressedHour(schedule: readonly PlannedFault[], lastMs: number): readonly PlannedFault[] {
  const pressed = PRESSED_FAULTS.filter(({ untilMs }) => untilMs <= lastMs);
  const others = schedule.filter(
    (planned) =>
      !(planned.fromMs < PRESSED_HOUR_MS && NEEDED_LINES.includes(planned.peer)) &&
      !pressed.some((fault) => isInTheWay(planned, fault)),
  );
  return [...pressed, ...others].sort((one, other) => one.fromMs - other.fromMs);
}

function isInTheWay(planned: PlannedFault, { peer, fromMs, untilMs }: PlannedFault): boolean {
  return (
    planned.peer === peer && planned.fromMs < untilMs + BREATH_MS && planned.untilMs + BREATH_MS > fromMs
  );
}
