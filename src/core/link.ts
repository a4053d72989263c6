import { type LimitName, nearestStepA } from "./limits.ts";
import type { SiteSample } from "./site-sample.ts";
import { currentA, type PhaseCount } from "./units.ts";

/** A charge found running is held this long, after it had time to show, while surplus is still unknown, ms. */
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
  /** When what the car drew was adopted, ms: what the box was told before may still be on its way. */
  readonly adoptedMs?: number | undefined;
  /** A charge that was found running is judged until this time, ms. */
  readonly adoptingUntilMs: number | undefined;
  /** The limit that the set point was made for, if one did. */
  readonly limitedBy?: LimitName | undefined;
}

/**
 * The link at a pass. While the box is away nothing about it is believed; when it is back, what the car draws is
 * adopted as the set point, so that control neither jumps up nor cuts off. `delayMs`: what a set point takes to show.
 */
export function nextLink(link: Link | undefined, sample: SiteSample, delayMs: number): Link {
  const { wallbox, nowMs } = sample;
  if (!wallbox.isConnected) return { kind: "unread", sinceMs: unreadSinceMs(link) ?? nowMs };
  if (link?.kind === "held") return judgedLink(link, sample);
  const sinceMs = unreadSinceMs(link);
  return adoptedLink(sample, { sinceMs, delayMs }) ?? { kind: "unread", sinceMs: sinceMs ?? nowMs };
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

/** When the box may last have taken another set point, ms: at the latest from a gateway before this one. */
export function lastStepMs(link: Link | undefined, lastWriteMs: number | undefined): number | undefined {
  const adoptedMs = link?.kind === "held" ? link.adoptedMs : undefined;
  if (adoptedMs === undefined || lastWriteMs === undefined) return adoptedMs ?? lastWriteMs;
  return Math.max(adoptedMs, lastWriteMs);
}

/** Undefined while there is no reading that tells what the box does now. */
function adoptedLink(
  { wallbox, nowMs }: SiteSample,
  unread: { readonly sinceMs: number | undefined; readonly delayMs: number },
): HeldLink | undefined {
  const { capability, chargePowerW, vehicle } = wallbox;
  if (vehicle === "unknown" || chargePowerW === undefined) return undefined;
  if (unread.sinceMs !== undefined && chargePowerW.atMs < unread.sinceMs) return undefined;
  const drawnA = currentA(chargePowerW.value, capability.phases);
  const adoptedA = nearestStepA(Math.min(drawnA, capability.maxCurrentA), capability.stepA);
  const isCharging = drawnA >= capability.minCurrentA / 2;
  return {
    kind: "held",
    setpointA: isCharging ? Math.max(adoptedA, capability.minCurrentA) : 0,
    phases: capability.phases,
    lastChangeMs: nowMs,
    adoptedMs: nowMs,
    adoptingUntilMs: isCharging ? nowMs + unread.delayMs + ADOPTION_MS : undefined,
  };
}
