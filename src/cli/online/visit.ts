import type { Logger } from "pino";
import type { Clock } from "../../ports/clock.ts";

/** What every visit of `check --online` works with. */
export interface VisitDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: NodeJS.ProcessEnv;
  /** Our name at the broker: one of our own, or the daemon's connection would be pushed aside. */
  readonly visitor: string;
  /** A device or feed that publishes by itself is listened to for this long, ms. */
  readonly listenMs: number;
  /** A running daemon may hold what can only be held once. */
  readonly isDaemonRunning: boolean;
}
