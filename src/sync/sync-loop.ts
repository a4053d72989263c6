import type { Logger } from "pino";
import type { TickReport } from "../core/tick-report.ts";
import type { ChargingConfig } from "../partner/charging-config.ts";
import type { PartnerClient } from "../partner/partner-client.ts";
import type { TokenState } from "../partner/token-source.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReportSink } from "../ports/report-sink.ts";
import type { ChangeQueue, SettingsTarget } from "../ports/settings.ts";
import type { StateStore } from "../ports/state-store.ts";
import { type ConfigExchangeState, createConfigExchange } from "./config-exchange.ts";
import type { RemoteView } from "./pending-change.ts";
import { createPollSlots } from "./poll-slots.ts";
import { createStatusPush, type StatusPushState } from "./status-push.ts";

export interface SyncLoopOptions {
  /** Time from pull to pull, ms. */
  readonly pollMs: number;
  /** Which moment of each interval is this gateway's, 0..1: `pollPhase` of its id. */
  readonly phase: number;
}

/** Status goes out on a change and this often. */
const STATUS_INTERVAL_MS = 60_000;

export interface SyncLoopDeps {
  readonly client: PartnerClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly target: SettingsTarget;
  /** Evenly distributed in 0..1. */
  readonly random: () => number;
}

export interface SyncState extends ConfigExchangeState {
  /** Wall time, ms, of the last charging-config that could be read, before a restart too. */
  readonly lastGoodPullWallMs: number | undefined;
  readonly ageMs: number | undefined;
  /** The whole last answer, undefined until the first one since the start. */
  readonly config: ChargingConfig | undefined;
  /** Where control acts on something else than the Partner API says, e.g. because a local change is pending. */
  readonly divergence: { readonly mode: boolean; readonly thresholds: boolean };
  readonly token: TokenState;
  readonly status: StatusPushState;
}

/** Keeps the gateway and the Partner API in step. It never stops control: what is down is in `state()`. */
export interface SyncLoop extends ChangeQueue, ReportSink {
  /** Applies the last good config at once and begins to pull and push. */
  start(): void;
  /** Nothing is applied, pulled or pushed any more; what is unsent stays in the store. */
  stop(): void;
  state(): SyncState;
}

export function createSyncLoop(options: SyncLoopOptions, deps: SyncLoopDeps): SyncLoop {
  const { clock } = deps;
  const { pollMs, phase } = options;
  const config = createConfigExchange({
    ...deps,
    slots: createPollSlots({ intervalMs: pollMs, phase }, clock),
  });
  const status = createStatusPush({
    ...deps,
    slots: createPollSlots({ intervalMs: STATUS_INTERVAL_MS, phase }, clock),
  });
  let newest: TickReport | undefined;

  return {
    start() {
      config.start();
      status.start();
    },
    stop() {
      config.stop();
      status.stop();
    },
    queue: config.queue,
    report(report) {
      newest = report;
      status.report(report);
    },
    state: () => ({
      ...config.state(),
      lastGoodPullWallMs: config.lastGood.pulledWallMs(),
      ageMs: config.lastGood.ageMs(),
      config: config.lastGood.config(),
      divergence: divergence(newest, config.lastGood),
      token: deps.client.tokenState(),
      status: status.state(),
    }),
  };
}

function divergence(
  report: TickReport | undefined,
  remote: { view(): RemoteView; config(): ChargingConfig | undefined },
): SyncState["divergence"] {
  if (report === undefined) return { mode: false, thresholds: false };
  const { thresholds } = remote.view();
  const remoteMode: string | undefined = remote.config()?.smart_charging_mode ?? remote.view().mode;
  const { asked } = report.thresholds;
  return {
    mode: remoteMode !== undefined && remoteMode !== report.mode,
    thresholds:
      thresholds !== undefined &&
      (thresholds.minExportToStartW !== asked.minExportToStartW ||
        thresholds.maxImportBeforeStoppingW !== asked.maxImportBeforeStoppingW),
  };
}
