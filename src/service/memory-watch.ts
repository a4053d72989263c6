import type { Logger } from "pino";
import type { NamedBoxReport, TickReport } from "../core/tick-report.ts";
import type { Clock } from "../ports/clock.ts";

/** Memory is looked at this often, ms. */
const LOOK_MS = 60_000;
/** A program that needs more than its limit from the start must not restart all day, ms. */
const LEAST_LIFE_MS = 600_000;
/** Less than this is no charge, W. */
const CHARGING_W = 50;
const MB = 1024 * 1024;

export interface MemoryWatchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rssBytes: () => number;
  /** Tells once that the limit was passed. */
  readonly onHigh: (detail: { readonly rss_mb: number; readonly limit_mb: number }) => void;
  /** Ends the program in order; whoever runs it starts it anew. */
  readonly restart: () => void;
}

/** Told of every pass; restarts a program that has grown too large while no car charges. */
export interface MemoryWatch {
  report(report: TickReport): void;
}

export function createMemoryWatch(limitMb: number, deps: MemoryWatchDeps): MemoryWatch {
  const { clock, log } = deps;
  const startMs = clock.monotonicMs();
  let lookedMs = startMs;
  let isHigh = false;
  let isRestarting = false;

  function look(): void {
    const rssMb = Math.round(deps.rssBytes() / MB);
    const wasHigh = isHigh;
    isHigh = rssMb > limitMb;
    if (!isHigh || wasHigh) return;
    log.warn({ rssMb, limitMb }, "memory is above its limit: restart as soon as no car charges");
    deps.onHigh({ rss_mb: rssMb, limit_mb: limitMb });
  }

  return {
    report({ wallboxes }) {
      const nowMs = clock.monotonicMs();
      if (nowMs - lookedMs >= LOOK_MS) {
        lookedMs = nowMs;
        look();
      }
      const isDue = isHigh && !isRestarting && nowMs - startMs >= LEAST_LIFE_MS;
      if (!isDue || !wallboxes.every(isAtRest)) return;
      isRestarting = true;
      log.warn({ limitMb }, "restarting in order: memory is above its limit");
      deps.restart();
    },
  };
}

/** No car, or one that is paused and draws nothing. */
function isAtRest({ wallbox, setpointA, powers }: NamedBoxReport): boolean {
  return wallbox.vehicle === "absent" || (setpointA === 0 && (powers.chargePowerW ?? 0) < CHARGING_W);
}
