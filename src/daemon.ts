import type { Logger } from "pino";
import { createApi } from "./api/api.ts";
import { type AccessFile, createMemoryAccessFile } from "./api/login/access-file.ts";
import type { Config } from "./config/schema.ts";
import { createBoxStore } from "./control/box-store.ts";
import { createChargePlanner } from "./control/charge-planner.ts";
import { createCommissioning } from "./control/commissioning.ts";
import { createControlLoop } from "./control/control-loop.ts";
import { createCrashGuard } from "./control/crash-guard.ts";
import { createLocalCommands } from "./control/local-commands.ts";
import { createSampleCollector } from "./control/sample-collector.ts";
import { createSettingsKeeper } from "./control/settings-keeper.ts";
import type { TickReport } from "./core/tick-report.ts";
import { createGridOperator } from "./daemon/grid-operator.ts";
import { createInflux } from "./daemon/influx.ts";
import { createListening } from "./daemon/listening.ts";
import { createModbusProxies } from "./daemon/modbus-proxies.ts";
import { createNotifications } from "./daemon/notifications.ts";
import {
  apiOptions,
  chargePlannerOptions,
  collectorOptions,
  controlLoopOptions,
  controlOptions,
  houseLimits,
  initialSettings,
  telemetryDevices,
} from "./daemon/options.ts";
import { createPriceFeed } from "./daemon/price-feed.ts";
import { createRuntime } from "./daemon/runtime.ts";
import type { DaemonSecrets } from "./daemon/secrets.ts";
import { createSiteDevices } from "./daemon/site-devices.ts";
import { type ConfiguredWallbox, createSiteWallboxes } from "./daemon/site-wallboxes.ts";
import type { HistoryState } from "./history/history-recorder.ts";
import { createHistoryRecorder, type HistoryRecorder } from "./history/history-recorder.ts";
import type { HistoryThread } from "./history/history-thread.ts";
import { createLimitLog } from "./history/limit-log.ts";
import type { Notifier } from "./notify/notifier.ts";
import { createPartnerClient } from "./partner/partner-client.ts";
import type { ChargePolicyTarget } from "./ports/charge-plan.ts";
import type { Clock } from "./ports/clock.ts";
import type { Commands } from "./ports/commands.ts";
import type { MinuteSink } from "./ports/minute-sink.ts";
import type { Prices } from "./ports/prices.ts";
import type { ReportSink } from "./ports/report-sink.ts";
import type { SettingsTarget } from "./ports/settings.ts";
import type { StateStore } from "./ports/state-store.ts";
import { createMemoryWatch } from "./service/memory-watch.ts";
import type { BuildInfo } from "./support/support-bundle.ts";
import { createSupportDesk } from "./support/support-desk.ts";
import { createPolicyPull } from "./sync/policy-pull.ts";
import { pollPhase } from "./sync/poll-slots.ts";
import { createSyncLoop, type SyncLoop } from "./sync/sync-loop.ts";
import {
  createMqttTelemetry,
  type MqttTelemetry,
  type MqttTelemetryState,
} from "./telemetry/mqtt-telemetry.ts";

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
  /** Told of every pass beside the daemon's own listeners, e.g. the service manager. */
  readonly sinks?: readonly ReportSink[];
  /** The time of the people who look at the page, where it differs from the daemon's. */
  readonly viewerClock?: Clock;
}

/** The whole gateway. Starting waits for no device, broker or cloud: all of them may be away. */
export interface Daemon {
  start(): Promise<void>;
  stop(): Promise<void>;
  latest(): TickReport | undefined;
  /** Port on which wallboxes dial in; undefined while it cannot be had. */
  ocppPort(): number | undefined;
  /** Address of the page; undefined while its port cannot be had. */
  pageUrl(): string | undefined;
  /** Why the newest config was not taken; empty when it was. */
  noteConfig(problems: readonly string[]): void;
  mqttState(): MqttTelemetryState | undefined;
  historyState(): HistoryState | undefined;
}

export function createDaemon(config: Config, deps: DaemonDeps): Daemon {
  const { clock, log, store } = deps;
  const devices = createSiteDevices(config, deps);
  const { centralSystem, boxes, desk } = createSiteWallboxes(config, deps);
  const crashGuard = createCrashGuard(deps);
  const settings = createSettingsKeeper(initialSettings(config), deps);
  const collector = createSampleCollector(collectorOptions(config), {
    clock,
    log,
    sources: devices.sources,
  });
  const proxies = createModbusProxies(config, { clock, log, recordedBusOf: devices.recordedBusOf });
  const commissioning = createCommissioning(config.devices, { log });
  const runtime = createRuntime();
  const sinks: ReportSink[] = [...(deps.sinks ?? []), commissioning];
  const prices = createPriceFeed(config, deps);
  const steered = boxes.map((box, index) =>
    steeredWallbox(config, box, { ...deps, prices, isFirst: index === 0 }),
  );
  const sync = createSync(config, deps, { settings, chargePlans: steered.map(({ planner }) => planner) });
  const gridOperator = createGridOperator(config, { ...deps, busOf: devices.busOf });
  const loop = createControlLoop(controlLoopOptions(config), {
    clock,
    log,
    collector,
    wallboxes: steered,
    settings,
    crashGuard,
    gridOperator: gridOperator?.keeper,
    sinks,
    onPass: runtime.notePass,
  });
  const chargePlans = new Map(steered.map(({ wallbox, planner }) => [wallbox.name, planner]));
  const commands = createLocalCommands({
    settings,
    latest: loop.latest,
    requestBoost: loop.requestBoost,
    wallboxNames: boxes.map(({ config: { name } }) => name),
    configuredMaxA: Math.max(...boxes.map(({ config: box }) => box.max_current_a)),
    changes: sync,
    chargePlans,
  });
  const mqtt = createMqtt(config, { ...deps, commands });
  const influx = createInflux(config, { ...deps, mqtt });
  const notifier = createNotifications(config, {
    ...deps,
    mqtt,
    offlineDevices: () => devices.statuses().filter(({ health }) => health.state === "offline"),
    partnerState: () => sync?.state(),
    ocppCertificate: desk.certificate,
    isRecordFailing: () => history?.state().isFailing === true,
    isSafeMode: crashGuard.isSafeMode,
  });
  const history: HistoryRecorder | undefined = createHistory(config, {
    ...deps,
    prices,
    minuteSinks: influx === undefined ? [] : [influx],
    ...(notifier === undefined ? {} : { onSession: notifier.session }),
  });
  const limits = createLimitLog(houseLimits(config), {
    store,
    log,
    listener(kind, period) {
      mqtt?.limit(kind, period);
      history?.limit(kind, period);
    },
  });
  const api = createApi(apiOptions(config, deps.version, deps.secrets.apiTls), {
    ...deps,
    accessFile: deps.accessFile ?? createMemoryAccessFile(),
    commands,
    chargePlans,
    desk,
    partnerState: () => sync?.state(),
    mqttState: () => mqtt?.state(),
    operatorEndpoint: gridOperator?.endpoint,
    limits,
    notifications: notifier,
    devices: () => ({
      devices: devices.statuses(),
      balance: commissioning.verdict(),
      advice: commissioning.advice(),
    }),
    history,
    historyState: () => history?.state(),
    influxState: () => influx?.state(),
    ocppCounters: centralSystem.counters,
    runtime: runtime.view,
    support: createSupport(deps, history),
  });
  sinks.push(limits, api, ...[sync, mqtt, history, notifier].filter((sink) => sink !== undefined));
  if (deps.restart !== undefined) {
    sinks.push(
      createMemoryWatch(config.memory_limit_mb, {
        clock,
        log,
        rssBytes: () => process.memoryUsage.rss(),
        onHigh: (detail) => history?.note("memory_high", detail),
        restart: deps.restart,
      }),
    );
  }
  const listening = createListening({ clock, log, centralSystem, api });

  return {
    async start() {
      await Promise.all([listening.open(), proxies.start()]);
      sync?.start();
      mqtt?.start();
      prices.start();
      history?.start();
      notifier?.start();
      gridOperator?.source.start();
      loop.start();
    },
    async stop() {
      listening.stopTrying();
      await loop.stop();
      runtime.stop();
      sync?.stop();
      await gridOperator?.source.stop();
      await notifier?.stop();
      await Promise.all([
        mqtt?.stop(),
        prices.stop(),
        api.stop(),
        proxies.close().then(() => devices.close()),
      ]);
      await Promise.all(boxes.map(({ wallbox }) => wallbox.close()));
      await Promise.all([centralSystem.close(), history?.stop().then(() => influx?.stop())]);
      limits.save();
      crashGuard.endedInOrder();
      store.flush();
      store.close();
    },
    latest: loop.latest,
    ocppPort: listening.ocppPort,
    pageUrl: listening.pageUrl,
    noteConfig: (problems) => notifier?.noteConfig(problems),
    mqttState: () => mqtt?.state(),
    historyState: () => history?.state(),
  };
}

/** A box with what the config says of it, and a plan and a memory of its own. */
function steeredWallbox(
  config: Config,
  { config: box, wallbox }: ConfiguredWallbox,
  deps: DaemonDeps & { readonly prices: Prices; readonly isFirst: boolean },
) {
  const store = createBoxStore(deps.store, { name: box.name, isFirst: deps.isFirst });
  return {
    wallbox,
    store,
    priority: box.priority,
    control: controlOptions(config, box),
    expiryMs: config.ocpp.horizon_s * 1_000,
    planner: createChargePlanner(chargePlannerOptions(config, box), { ...deps, store }),
  };
}

function createSync(
  { partner, site }: Config,
  deps: DaemonDeps,
  targets: { readonly settings: SettingsTarget; readonly chargePlans: readonly ChargePolicyTarget[] },
): SyncLoop | undefined {
  const options = deps.secrets.partner;
  if (partner === undefined || options === undefined) return undefined;
  const client = createPartnerClient(options, deps);
  const { settings: target, chargePlans } = targets;
  const phase = pollPhase(partner.user_id);
  const sync = createSyncLoop({ pollMs: partner.poll_s * 1_000, phase }, { ...deps, client, target });
  const policyTarget: ChargePolicyTarget = {
    applyPolicy(policy) {
      for (const chargePlan of chargePlans) chargePlan.applyPolicy(policy);
    },
  };
  const policyPull = createPolicyPull(
    { timeZone: site.time_zone, phase },
    { ...deps, client, target: policyTarget },
  );
  return {
    ...sync,
    start() {
      sync.start();
      policyPull.start();
    },
    stop() {
      sync.stop();
      policyPull.stop();
      client.close();
    },
  };
}

function createHistory(
  { prices: hasPrices }: Config,
  deps: DaemonDeps & {
    readonly prices: Prices;
    readonly minuteSinks: readonly MinuteSink[];
    readonly onSession?: Notifier["session"];
  },
): HistoryRecorder | undefined {
  if (deps.history === undefined) return undefined;
  const { prices, ...rest } = deps;
  return createHistoryRecorder(
    { version: deps.version },
    { ...rest, ...deps.history, ...(hasPrices === undefined ? {} : { prices }) },
  );
}

function createSupport({ clock, origin }: DaemonDeps, history: HistoryRecorder | undefined) {
  if (origin === undefined) return undefined;
  const { secretTexts: secrets, ...rest } = origin;
  return createSupportDesk({ ...rest, clock, history, secrets });
}

function createMqtt(
  config: Config,
  deps: DaemonDeps & { readonly commands: Commands },
): MqttTelemetry | undefined {
  if (config.mqtt === undefined) return undefined;
  const { password: _reference, ...mqtt } = config.mqtt;
  return createMqttTelemetry(
    {
      mqtt: { ...mqtt, ...deps.secrets.mqtt },
      siteName: config.site.name,
      devices: telemetryDevices(config),
      wallboxNames: config.wallboxes.map(({ name }) => name),
      largestCurrentA: Math.max(...config.wallboxes.map((box) => box.max_current_a)),
      version: deps.version,
    },
    deps,
  );
}
