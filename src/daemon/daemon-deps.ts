import type { Logger } from "pino";
import type { AccessFile } from "../api/login/access-file.ts";
import type { HistoryThread } from "../history/history-thread.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { BuildInfo } from "../support/support-bundle.ts";
import type { DaemonSecrets } from "./secrets.ts";

export interface DaemonDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly secrets: DaemonSecrets;
  /** Evenly distributed in 0..1, for jitter. */
  readonly random: () => number;
  readonly version: string;
  /** Password and tokens of the page; without it they are gone with the daemon. */
  readonly accessFile?: AccessFile;
  /** The file that the config came from, and what was built; undefined where there is no such file. */
  readonly origin?: {
    readonly configPath: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly build: BuildInfo;
    /** Not to be told to anybody. */
    readonly secretTexts: readonly string[];
  };
  /** Where passes are recorded; without it nothing is. Closed with the daemon. */
  readonly history?: { readonly thread: HistoryThread; readonly diskClock: Clock };
  /** Ends the program in order, so that it is started anew; without it memory may grow. */
  readonly restart?: () => void;
  /** Collects all garbage at once, in some tens of milliseconds; without it V8 alone says when. */
  readonly collectGarbage?: (() => void) | undefined;
  /** Told of every pass beside the daemon's own listeners, e.g. the service manager. */
  readonly sinks?: readonly ReportSink[];
  /** The time of the people who look at the page, where it differs from the daemon's. */
  readonly viewerClock?: Clock;
}
