import type { Logger } from "pino";
import type { TickReport } from "../core/tick-report.ts";
import type { Clock } from "../ports/clock.ts";
import type { Commands } from "../ports/commands.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { ApiContext, ApiOptions, ApiSuppliers, ChargePlanView } from "./api-context.ts";
import { addChargePlanRoutes } from "./charge-plan.ts";
import { createEnergyCounters } from "./energy-counters.ts";
import { createEventStream } from "./event-stream.ts";
import { addHistoryRoutes } from "./history-routes.ts";
import { createHttpServer, type StartOutcome } from "./http-server.ts";
import { addLimitRoutes } from "./limit-routes.ts";
import type { AccessFile } from "./login/access-file.ts";
import { createGuard } from "./login/guard.ts";
import { addNotificationRoutes } from "./notification-routes.ts";
import { addOperatorRoutes } from "./operator-routes.ts";
import { addCommandRoutes, addPartnerRoutes, addReadingRoutes } from "./routes.ts";
import { addSetUpRoutes, NO_SET_UP } from "./set-up-routes.ts";
import { stateView } from "./state-view.ts";
import { addSupportRoutes } from "./support-routes.ts";
import { addWallboxRoutes } from "./wallbox-routes.ts";

export interface ApiDeps extends ApiSuppliers {
  /** The daemon's time, by which passes are judged. */
  readonly clock: Clock;
  /** The time of the people who watch, where it differs from the daemon's: paces the events. */
  readonly viewerClock?: Clock | undefined;
  readonly log: Logger;
  readonly commands: Commands;
  /** Keeps who is logged in. */
  readonly store: StateStore;
  /** Password and tokens. */
  readonly accessFile: AccessFile;
  /** By name of the wallbox. */
  readonly chargePlans: ReadonlyMap<string, ChargePlanView>;
}

/** The local page and HTTP API. Control goes on without it. */
export interface Api extends ReportSink {
  /** Listens. A port that is taken is an outcome, not a crash; may be called again after a failure. */
  start(): Promise<StartOutcome>;
  stop(): Promise<void>;
}

export function createApi(options: ApiOptions, deps: ApiDeps): Api {
  const { clock } = deps;
  let latest: TickReport | undefined;
  const energies = createEnergyCounters();
  const guard = createGuard(options, { ...deps, file: deps.accessFile });
  const context: ApiContext = { ...deps, options, energies, guard, latest: () => latest };
  const stream = createEventStream({
    clock: deps.viewerClock ?? clock,
    render: () => (latest === undefined ? undefined : JSON.stringify(stateView(context, latest))),
  });
  const server = createHttpServer(options, {
    log: deps.log,
    guard,
    addRoutes(app) {
      addReadingRoutes(app, context, stream);
      addHistoryRoutes(app, context);
      addCommandRoutes(app, context);
      addChargePlanRoutes(app, context);
      addPartnerRoutes(app, context);
      addOperatorRoutes(app, context);
      addLimitRoutes(app, context);
      addWallboxRoutes(app, context);
      addSetUpRoutes(app, NO_SET_UP);
      addNotificationRoutes(app, context);
      addSupportRoutes(app, context);
    },
  });

  return {
    report(report) {
      latest = report;
      energies.add(report);
      stream.notify();
    },
    start: server.start,
    async stop() {
      stream.close();
      await server.stop();
    },
  };
}
