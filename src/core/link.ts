import { nearestStepA } from "./limits.ts";
import type { SiteSample } from "./site-sample.ts";
import { currentA } from "./units.ts";

/** A charge found running is held this long while surplus is still unknown, ms. */
const ADOPTION_MS = 30_000;

/** What control knows of the set point that the box holds. */
export interface Link {
  /** A per phase; undefined until the box has been read after each (re)connect. */
  readonly setpointA: number | undefined;
  readonly lastChangeMs: number | undefined;
  /** A charge that was found running is judged until this time, ms. */
  readonly adoptingUntilMs: number | undefined;
  /** Since when the box has been away, ms. */
  readonly lostSinceMs: number | undefined;
}

export const UNREAD_LINK: Link = {
  setpointA: undefined,
  lastChangeMs: undefined,
  adoptingUntilMs: undefined,
  lostSinceMs: undefined,
};

/**
 * The link at a pass. While the box is away its set point expires by itself, so nothing about it is believed; when
 * it is back, what the car draws is adopted as the set point, so that control neither jumps up nor cuts off.
 */
export function nextLink(link: Link, sample: SiteSample): Link {
  const { wallbox, nowMs } = sample;
  if (!wallbox.isConnected) return { ...UNREAD_LINK, lostSinceMs: link.lostSinceMs ?? nowMs };
  if (link.setpointA === undefined) return adoptedLink(link, sample);
  const isJudged = link.adoptingUntilMs !== undefined && nowMs >= link.adoptingUntilMs;
  return isJudged ? { ...link, adoptingUntilMs: undefined } : link;
}

function adoptedLink(link: Link, { wallbox, nowMs }: SiteSample): Link {
  const { capability, chargePowerW, vehicle } = wallbox;
  if (vehicle === "unknown" || chargePowerW === undefined) return link;
  if (link.lostSinceMs !== undefined && chargePowerW.atMs < link.lostSinceMs) return link;
  const drawnA = currentA(chargePowerW.value, capability.phases);
  const adoptedA = nearestStepA(Math.min(drawnA, capability.maxCurrentA), capability.stepA);
  const isCharging = drawnA >= capability.minCurrentA / 2;
  return {
    setpointA: isCharging ? Math.max(adoptedA, capability.minCurrentA) : 0,
    lastChangeMs: nowMs,
    adoptingUntilMs: isCharging ? nowMs + ADOPTION_MS : undefined,
    lostSinceMs: undefined,
  };
}
