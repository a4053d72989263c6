import type { Config } from "./config/schema.ts";
import { createCommissioning } from "./control/commissioning.ts";
import { createLocalCommands } from "./control/local-commands.ts";
import type { TickReport } from "./core/tick-report.ts";
import type { DaemonDeps } from "./daemon/daemon-deps.ts";
import { createListening } from "./daemon/listening.ts";
import { createPageApi } from "./daemon/page-api.ts";
import { createPartnerSync } from "./daemon/partner-sync.ts";
import { createPriceFeed } from "./daemon/price-feed.ts";
import { createRuntime } from "./daemon/runtime.ts";
import { createSiteControl, type SiteControl } from "./daemon/site-control.ts";
import { createSiteEquipment } from "./daemon/site-equipment.ts";
import { createTelling } from "./daemon/telling.ts";
import type { HistoryRecorder, HistoryState } from "./history/history-recorder.ts";
import type { Commands } from "./ports/commands.ts";
import type { ReportSink } from "./ports/report-sink.ts";
import { createFullCollection } from "./service/full-collection.ts";
import { createMemoryWatch } from "./service/memory-watch.ts";
import type { SyncLoop } from "./sync/sync-loop.ts";
import type { MqttTelemetryState } from "./telemetry/mqtt-telemetry.ts";

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
  const parts = createParts(config, deps);
  const { control, telling } = parts;
  return {
    start: () => startParts(parts),
    stop: () => stopParts(parts, deps),
    latest: control.loop.latest,
    ocppPort: parts.listening.ocppPort,
    pageUrl: parts.listening.pageUrl,
    noteConfig: (problems) => telling.notifier?.noteConfig(problems),
    mqttState: () => telling.mqtt?.state(),
    historyState: () => telling.history?.state(),
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(config: Config, deps: DaemonDeps) {
  const { clock, log } = deps;
  const runtime = createRuntime();
  const commissioning = createCommissioning(config.devices, deps);
  const prices = createPriceFeed(config, deps);
  const equipment = createSiteEquipment(config, deps);
  // The loop comes before most that it tells: they ask it for its newest pass.
  const sinks: ReportSink[] = [];
  const control = createSiteControl(config, { ...deps, equipment, prices, sinks, onPass: runtime.notePass });
  const sync = createPartnerSync(config, { ...deps, control });
  const commands = createCommands(config, control, sync);
  const tellingDeps = { ...deps, equipment, control, sync, commands, prices };
  const telling = createTelling(config, tellingDeps);
  const api = createPageApi(config, { ...tellingDeps, telling, commissioning, runtime });
  const { mqtt, history, notifier, limits } = telling;
  const memorySinks = [createMemorySink(config, deps, history), createCollectionSink(deps)];
  const optional = [sync, mqtt, history, notifier, ...memorySinks];
  sinks.push(
    ...(deps.sinks ?? []),
    commissioning,
    limits,
    api,
    ...optional.filter((sink) => sink !== undefined),
  );
  const { centralSystem } = equipment.wallboxes;
  const listening = createListening({ clock, log, centralSystem, api });
  return { runtime, prices, equipment, control, sync, telling, api, listening };
}

async function startParts(parts: Parts): Promise<void> {
  const { equipment, prices, control, sync, telling, listening } = parts;
  await Promise.all([listening.open(), equipment.proxies.start()]);
  sync?.start();
  telling.mqtt?.start();
  prices.start();
  telling.history?.start();
  telling.notifier?.start();
  equipment.gridOperator?.source.start();
  control.loop.start();
}

/** Control ends first, then what it listened to and told, the wallboxes' lines after their last word, and the store last. */
async function stopParts(parts: Parts, { store }: DaemonDeps): Promise<void> {
  const { runtime, equipment, prices, control, sync, telling, api, listening } = parts;
  const { devices, proxies, gridOperator, wallboxes } = equipment;
  const { mqtt, influx, notifier, history, limits } = telling;
  listening.stopTrying();
  await control.loop.stop();
  runtime.stop();
  sync?.stop();
  await gridOperator?.source.stop();
  await notifier?.stop();
  await Promise.all([mqtt?.stop(), prices.stop(), api.stop(), proxies.close().then(() => devices.close())]);
  await Promise.all(wallboxes.boxes.map(({ wallbox }) => wallbox.close()));
  await Promise.all([wallboxes.centralSystem.close(), history?.stop().then(() => influx?.stop())]);
  limits.save();
  control.crashGuard.endedInOrder();
  store.flush();
  store.close();
}

function createCommands(
  { wallboxes }: Config,
  { settings, loop, chargePlans }: SiteControl,
  sync: SyncLoop | undefined,
): Commands {
  return createLocalCommands({
    settings,
    latest: loop.latest,
    requestBoost: loop.requestBoost,
    wallboxNames: wallboxes.map(({ name }) => name),
    configuredMaxA: Math.max(...wallboxes.map((box) => box.max_current_a)),
    changes: sync,
    chargePlans,
  });
}

/** Undefined where nobody starts the program anew. */
function createMemorySink(
  { memory_limit_mb: limitMb }: Config,
  { clock, log, restart }: DaemonDeps,
  history: HistoryRecorder | undefined,
): ReportSink | undefined {
  if (restart === undefined) return undefined;
  return createMemoryWatch(limitMb, {
    clock,
    log,
    restart,
    rssBytes: () => process.memoryUsage.rss(),
    onHigh: (detail) => history?.note("memory_high", detail),
  });
}

/** Undefined where V8 alone says when garbage is collected. */
function createCollectionSink({ clock, collectGarbage }: DaemonDeps): ReportSink | undefined {
  return collectGarbage && createFullCollection({ clock, collect: collectGarbage });
}
