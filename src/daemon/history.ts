import type { Config } from "../config/schema.ts";
import { createHistoryThread, type HistoryThread } from "../history/history-thread.ts";
import type { Clock } from "../ports/clock.ts";

const BYTES_PER_MB = 1_000_000;

/** The history in the state folder; `diskClock` is real time. */
export function createDaemonHistory(config: Config, diskClock: Clock): HistoryThread {
  const { history, site, state_dir: stateDir } = config;
  return createHistoryThread(
    {
      stateDir,
      timeZone: site.time_zone,
      retention: {
        minutesDays: history.minutes_days,
        eventsDays: history.events_days,
        quartersDays: history.quarters_days,
        maxBytes: history.max_mb * BYTES_PER_MB,
      },
      meta: historyMeta(config),
    },
    { clock: diskClock },
  );
}

/** What a reader of the file has to know of the house, e.g. to replay its days; `wallboxes` is a list as JSON. */
export function historyMeta({ site, wallboxes }: Config): Readonly<Record<string, string>> {
  return {
    site: site.name,
    time_zone: site.time_zone,
    pv_peak_w: String(site.pv_peak_w),
    wallboxes: JSON.stringify(
      wallboxes.map(({ name, phases, min_current_a, max_current_a, step_a }) => ({
        name,
        phases,
        min_current_a,
        max_current_a,
        step_a,
      })),
    ),
  };
}
