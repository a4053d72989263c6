import type { Config } from "../config/schema.ts";
import { createHistoryRecorder, type HistoryRecorder } from "../history/history-recorder.ts";
import { createLimitLog, type LimitLog } from "../history/limit-log.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { Commands } from "../ports/commands.ts";
import type { MinuteSink } from "../ports/minute-sink.ts";
import type { Prices } from "../ports/prices.ts";
import type { SyncLoop } from "../sync/sync-loop.ts";
import type { InfluxFeed } from "../telemetry/influx/influx-feed.ts";
import { createMqttTelemetry, type MqttTelemetry } from "../telemetry/mqtt-telemetry.ts";
import type { DaemonDeps } from "./daemon-deps.ts";
import { createInflux } from "./influx.ts";
import { createNotifications } from "./notifications.ts";
import { houseLimits, telemetryDevices } from "./options.ts";
import type { SiteControl } from "./site-control.ts";
import type { SiteEquipment } from "./site-equipment.ts";

/** Who is told of the passes beside the page; undefined are those that the config does not name. */
export interface Telling {
  readonly mqtt: MqttTelemetry | undefined;
  readonly influx: InfluxFeed | undefined;
  readonly notifier: Notifier | undefined;
  /** Undefined where nothing is recorded. */
  readonly history: HistoryRecorder | undefined;
  readonly limits: LimitLog;
}

export interface TellingDeps extends DaemonDeps {
  readonly equipment: SiteEquipment;
  readonly control: SiteControl;
  readonly sync: SyncLoop | undefined;
  readonly commands: Commands;
  readonly prices: Prices;
}

export function createTelling(config: Config, deps: TellingDeps): Telling {
  const { equipment, control, sync } = deps;
  const mqtt = createMqtt(config, deps);
  const influx = createInflux(config, { ...deps, mqtt });
  const notifier = createNotifications(config, {
    ...deps,
    mqtt,
    offlineDevices: () => equipment.devices.statuses().filter(({ health }) => health.state === "offline"),
    partnerState: () => sync?.state(),
    ocppCertificate: equipment.wallboxes.desk.certificate,
    isRecordFailing: () => history?.state().isFailing === true,
    isSafeMode: control.crashGuard.isSafeMode,
  });
  const history: HistoryRecorder | undefined = createHistory(config, {
    ...deps,
    minuteSinks: influx === undefined ? [] : [influx],
    ...(notifier === undefined ? {} : { onSession: notifier.session }),
  });
  const limits = createLimitLog(houseLimits(config), {
    ...deps,
    listener(kind, period) {
      mqtt?.limit(kind, period);
      history?.limit(kind, period);
    },
  });
  return { mqtt, influx, notifier, history, limits };
}

function createMqtt(config: Config, deps: TellingDeps): MqttTelemetry | undefined {
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

function createHistory(
  { prices: hasPrices }: Config,
  deps: TellingDeps & {
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
