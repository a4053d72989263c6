import type { Logger } from "pino";
import { type SmartChargingStatus, smartChargingStatus } from "../core/smart-charging-status.ts";
import type { TickReport } from "../core/tick-report.ts";
import { smartChargingStatusSchema } from "../partner/charging-config.ts";
import type { PartnerClient } from "../partner/partner-client.ts";
import type { PartnerError } from "../partner/partner-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { StateStore } from "../ports/state-store.ts";
import { createLane } from "./lane.ts";
import { createOutage } from "./outage.ts";
import type { PollSlots } from "./poll-slots.ts";

export interface StatusPushState {
  readonly pushes: number;
  readonly lastPushWallMs: number | undefined;
  readonly error: PartnerError | undefined;
  /** The server has no endpoint for status; tried again once a day, or sooner when it had one before. */
  readonly isUnsupported: boolean;
}

export interface StatusPush extends ReportSink {
  start(): void;
  stop(): void;
  state(): StatusPushState;
}

export interface StatusPushDeps {
  readonly client: PartnerClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly random: () => number;
  readonly slots: PollSlots;
}

/** Changes that follow each other closely make one push. */
const NEWS_DELAY_MS = 1_000;
const UNSUPPORTED_PAUSE_MS = 86_400_000;
/** A server that has taken status before has the endpoint: it is being changed, or something stands in its place. */
const MISSING_PAUSE_MS = 900_000;
const STORE_KEY = "sync.unsent-status";

/**
 * Pushes the newest status on a change of phase, mechanism or boost and each minute; what was not sent is overwritten by
 * what is newer. The published Partner API has no endpoint that takes status: a server that says so (404, 405) is
 * asked again once a day, one that took status before each quarter of an hour.
 */
export function createStatusPush(deps: StatusPushDeps): StatusPush {
  const { client, clock, log, store, slots } = deps;
  const outage = createOutage("status", deps);
  const lane = createLane(clock, push);
  let newest: TickReport | undefined;
  let examined: TickReport | undefined;
  let announced: SmartChargingStatus | undefined;
  let unsent = smartChargingStatusSchema.safeParse(store.get(STORE_KEY)).data;
  let pushes = 0;
  let lastPushWallMs: number | undefined;
  let isUnsupported = false;

  async function push(): Promise<number> {
    const status = newest === undefined ? unsent : smartChargingStatus(newest);
    if (status === undefined) return slots.delayMs();
    announced = status;
    const result = await client.pushStatus(status);
    if (!result.ok) return failed(status, result.error);
    if (isUnsupported) log.info("Partner API takes status now");
    isUnsupported = false;
    pushes++;
    lastPushWallMs = clock.wallMs();
    if (unsent !== undefined) keep(undefined);
    outage.recovered();
    return newest !== undefined && isNews(newest) ? NEWS_DELAY_MS : slots.delayMs();
  }

  function failed(status: SmartChargingStatus, error: PartnerError): number {
    keep(status);
    if (error.kind !== "not_found" && error.kind !== "method_not_allowed") return outage.failed(error);
    if (!isUnsupported) {
      log.warn({ kind: error.kind }, "the server takes no status: tried again later");
    }
    isUnsupported = true;
    outage.recovered();
    return pushes === 0 ? UNSUPPORTED_PAUSE_MS : MISSING_PAUSE_MS;
  }

  function keep(status: SmartChargingStatus | undefined): void {
    unsent = status;
    store.put(STORE_KEY, status ?? null);
  }

  function isNews(report: TickReport): boolean {
    const status = smartChargingStatus(report);
    return (
      status.ux_phase !== announced?.ux_phase ||
      status.mechanism !== announced.mechanism ||
      status.boost !== announced.boost
    );
  }

  return {
    start: () => lane.start(0),
    stop() {
      lane.stop();
      const isBehind = isUnsupported || outage.error() !== undefined;
      if (isBehind && newest !== undefined) keep(smartChargingStatus(newest));
    },
    report(report) {
      newest = report;
      // While the server does not answer, the back-off decides.
      if (outage.error() !== undefined || isUnsupported || isAlike(report, examined)) return;
      examined = report;
      if (isNews(report)) lane.wake(NEWS_DELAY_MS);
    },
    state: () => ({ pushes, lastPushWallMs, error: outage.error(), isUnsupported }),
  };
}

/** Compares all that phase, mechanism and boost of the status depend on, and builds nothing: this runs on every pass. */
function isAlike(one: TickReport, other: TickReport | undefined): boolean {
  return (
    other !== undefined &&
    one.uxPhase === other.uxPhase &&
    one.boost === other.boost &&
    one.mode === other.mode &&
    one.wallbox.isConnected === other.wallbox.isConnected &&
    one.wallbox.vehicle === other.wallbox.vehicle
  );
}
