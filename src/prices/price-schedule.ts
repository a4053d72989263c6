import { type BackOffRange, backOffMs } from "../core/back-off.ts";
import type { LocalTime } from "../core/planner/local-time.ts";
import { knownUntilMs, type PriceCurve } from "../core/planner/price-curve.ts";

/** Tomorrow's prices are out at about 13:00 local time; asked for from a little earlier on. */
const PUBLICATION_MINUTE = 12 * 60 + 50;
/** Known prices are asked for again after this long, ms: corrections are rare. */
const REFRESH_MS = 6 * 3_600_000;
/** From look to look, ms: wall-clock jumps and publication are noticed within it. */
const SHORTEST_LOOK_MS = 600_000;
const LONGEST_LOOK_MS = 900_000;
const RETRY: BackOffRange = { shortestMs: 30_000, longestMs: 1_800_000 };

/** True when there may be something new: nothing for now, tomorrow missing after its publication, or old knowledge. */
export function isFetchDue(
  known: { readonly curve: PriceCurve; readonly fetchedWallMs: number | undefined },
  wallMs: number,
  local: LocalTime,
): boolean {
  const { curve, fetchedWallMs } = known;
  if (fetchedWallMs === undefined || Math.abs(wallMs - fetchedWallMs) >= REFRESH_MS) return true;
  const untilMs = knownUntilMs(curve, wallMs);
  if (untilMs <= wallMs) return true;
  const { dayNumber, minute } = local.momentAt(wallMs);
  const lastKnownDay = local.momentAt(untilMs - 1).dayNumber;
  return minute >= PUBLICATION_MINUTE && lastKnownDay <= dayNumber;
}

/** How long to wait after `failures` failed requests in a row, ms; `random` gives 0..1. */
export function lookDelayMs(failures: number, random: () => number): number {
  return failures === 0
    ? SHORTEST_LOOK_MS + random() * (LONGEST_LOOK_MS - SHORTEST_LOOK_MS)
    : backOffMs(failures, RETRY, random);
}
