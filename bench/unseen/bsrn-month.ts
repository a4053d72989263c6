import type { StationMinute } from "./pv-model.ts";
import { type Place, sunVector } from "./sun-position.ts";

/** A month of a station in the archive format of the Baseline Surface Radiation Network. */
export interface BsrnMonth {
  readonly place: Place;
  /** Whole days, each with 1440 minutes; days of which too much is missing are left out. */
  readonly days: readonly (readonly StationMinute[])[];
}

const MINUTES_A_DAY = 1_440;
const MINUTE_MS = 60_000;
const MISSING_BELOW = -90;
/** Minutes of a day that may repeat the one before, because two of the three components are missing. */
const MOST_REPEATED = 10;
/** Below this height of the sun, as its sine, the beam cannot be told from the difference of global and diffuse. */
const LOWEST_SUN = 0.05;

/** Reads the records 0001 (month), 0004 (place) and 0100 (minutes, two lines each) of an archive file. */
export function parseBsrnMonth(text: string): BsrnMonth {
  const [, month = Number.NaN, year = Number.NaN] = numbers(record(text, "0001")[0] ?? "");
  const [latitude = Number.NaN, longitude = Number.NaN] = numbers(record(text, "0004")[5] ?? "");
  const startMs = Date.UTC(year, month - 1, 1);
  // The archive counts from the south pole and from the date line.
  const place = { latitudeDeg: latitude - 90, longitudeDeg: longitude - 180 };
  const minutes = pairs(record(text, "0100")).map((pair) => completed(place, stationMinute(pair, startMs)));
  return { place, days: wholeDays(minutes) };
}

/** The lines of a logical record; `*U` and `*C` say whether it changed since the month before. */
function record(text: string, name: string): readonly string[] {
  const start = text.search(new RegExp(`^\\*[UC]${name}`, "m"));
  if (start < 0)
    throw new Error(`the file has no logical record ${name}: it is not in the BSRN archive format`);
  const body = text.slice(text.indexOf("\n", start) + 1);
  const end = body.search(/^\*/m);
  return (end < 0 ? body : body.slice(0, end)).trimEnd().split("\n");
}

function pairs(lines: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: Math.floor(lines.length / 2) }, (_, index) => [
    lines[2 * index] ?? "",
    lines[2 * index + 1] ?? "",
  ]);
}

function stationMinute([first, second]: readonly [string, string], startMs: number): StationMinute {
  const [day = Number.NaN, minute = Number.NaN, globalWm2 = Number.NaN, , , , directWm2 = Number.NaN] =
    numbers(first);
  const [diffuseWm2 = Number.NaN, , , , , , , , airC = Number.NaN] = numbers(second);
  return {
    wallMs: startMs + ((day - 1) * MINUTES_A_DAY + minute) * MINUTE_MS,
    globalWm2,
    directWm2,
    diffuseWm2,
    airC,
  };
}

function numbers(line: string): readonly number[] {
  return line.trim().split(/\s+/).map(Number);
}

/** A missing component follows from the other two: global = diffuse + direct on the horizontal. */
function completed(place: Place, minute: StationMinute): StationMinute {
  const [, , up] = sunVector(place, minute.wallMs + MINUTE_MS / 2);
  const { globalWm2, directWm2, diffuseWm2 } = minute;
  const horizontal = Math.max(0, up);
  if (isMissing(directWm2)) {
    const beamWm2 = up < LOWEST_SUN ? 0 : (globalWm2 - diffuseWm2) / up;
    return { ...minute, directWm2: isMissing(globalWm2) || isMissing(diffuseWm2) ? directWm2 : beamWm2 };
  }
  if (isMissing(diffuseWm2)) return { ...minute, diffuseWm2: globalWm2 - directWm2 * horizontal };
  if (isMissing(globalWm2)) return { ...minute, globalWm2: diffuseWm2 + directWm2 * horizontal };
  return minute;
}

function wholeDays(minutes: readonly StationMinute[]): readonly (readonly StationMinute[])[] {
  return Array.from({ length: Math.floor(minutes.length / MINUTES_A_DAY) }, (_, day) =>
    minutes.slice(day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY),
  ).flatMap((day) => {
    if (day.filter((minute) => !isWhole(minute)).length > MOST_REPEATED) return [];
    return [day.map((minute, index) => ({ ...nearestWhole(day, index), wallMs: minute.wallMs }))];
  });
}

function nearestWhole(day: readonly StationMinute[], index: number): StationMinute {
  const found = day.slice(0, index + 1).findLast(isWhole) ?? day.find(isWhole);
  if (found === undefined) throw new Error("a day without any whole minute is left out before");
  return found;
}

function isWhole({ globalWm2, directWm2, diffuseWm2, airC }: StationMinute): boolean {
  return ![globalWm2, directWm2, diffuseWm2, airC].some(isMissing);
}

function isMissing(value: number): boolean {
  return !(value > MISSING_BELOW);
}
