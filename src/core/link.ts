import { type LimitName, nearestStepA } from "./limits.ts";
import type { SiteSample } from "./site-sample.ts";
import { currentA, type PhaseCount } from "./units.ts";

/** A charge found running is held this long while surplus is still unknown, ms. */
const ADOPTION_MS = 30_000;
/** A box that has not changed its phases by then will not, ms. */
const PHASE_SWITCH_MS = 120_000;

/** What control knows of the set point that the box holds. */
export type Link = UnreadLink | HeldLink;

/** The box is away, or what it does has not been read since it is back: its set point expires by itself. */
export interface UnreadLink {
  readonly kind: "unread";
  readonly sinceMs: number;
}

export interface HeldLink {
  readonly kind: "held";
  /** A per phase. */
  readonly setpointA: number;
  /** Phases that the box was told to use. */
  readonly phases: PhaseCount;
  readonly lastChangeMs: number;
  /** A charge that was found running is judged until this time, ms. */
  readonly adoptingUntilMs: number | undefined;
  /** The limit that the set point was made for, if one did. */
  readonly limitedBy?: LimitName | undefined;
}

/**
 * The link at a pass. While the box is away nothing about it is believed; when it is back, what the car draws is
 * adopted as the set point, so that control neither jumps up nor cuts off.
 */
export function nextLink(link: Link | undefined, sample: SiteSample): Link {
  const { wallbox, nowMs } = sample;
  if (!wallbox.isConnected) return { kind: "unread", sinceMs: unreadSinceMs(link) ?? nowMs };
  if (link?.kind === "held") return judgedLink(link, sample);
  return (
    adoptedLink(sample, unreadSinceMs(link)) ?? { kind: "unread", sinceMs: unreadSinceMs(link) ?? nowMs }
  );
}

function unreadSinceMs(link: Link | undefined): number | undefined {
  return link?.kind === "unread" ? link.sinceMs : undefined;
}

function judgedLink(link: HeldLink, { wallbox, nowMs }: SiteSample): HeldLink {
  const isJudged = link.adoptingUntilMs !== undefined && nowMs >= link.adoptingUntilMs;
  const { phases } = wallbox.capability;
  const hasSwitchFailed = link.phases !== phases && nowMs - link.lastChangeMs >= PHASE_SWITCH_MS;
  if (!isJudged && !hasSwitchFailed) return link;
  return {
    ...link,
    adoptingUntilMs: isJudged ? undefined : link.adoptingUntilMs,
    phases: hasSwitchFailed ? phases : link.phases,
  };
}

/** Undefined while there is no reading that tells what the box does now. */
function adoptedLink({ wallbox, nowMs }: SiteSample, unreadMs: number | undefined): HeldLink | undefined {
  const { capability, chargePowerW, vehicle } = wallbox;
  if (vehicle === "unknown" || chargePowerW === undefined) return undefined;
  if (unreadMs !== undefined && chargePowerW.atMs < unreadMs) return undefined;
  const drawnA = currentA(chargePowerW.value, capability.phases);
  const adoptedA = nearestStepA(Math.min(drawnA, capability.maxCurrentA), capability.stepA);
  const isCharging = drawnA >= capability.minCurrentA / 2;
  return {
    kind: "held",
    setpointA: isCharging ? Math.max(adoptedA, capability.minCurrentA) : 0,
    phases: capability.phases,
    lastChangeMs: nowMs,
    adoptingUntilMs: isCharging ? nowMs + ADOPTION_MS : undefined,
  };
}
