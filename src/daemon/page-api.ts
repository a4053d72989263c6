import { type Api, createApi } from "../api/api.ts";
import { createMemoryAccessFile } from "../api/login/access-file.ts";
import type { Config } from "../config/schema.ts";
import type { Commissioning } from "../control/commissioning.ts";
import type { HistoryRecorder } from "../history/history-recorder.ts";
import { createSupportDesk } from "../support/support-desk.ts";
import type { DaemonDeps } from "./daemon-deps.ts";
import { apiOptions } from "./options.ts";
import type { Runtime } from "./runtime.ts";
import type { Telling, TellingDeps } from "./telling.ts";

export interface PageApiDeps extends TellingDeps {
  readonly telling: Telling;
  readonly commissioning: Commissioning;
  readonly runtime: Runtime;
}

/** The page and the local API, which show what all the others know. */
export function createPageApi(config: Config, deps: PageApiDeps): Api {
  const { equipment, control, sync, telling, commissioning } = deps;
  const { mqtt, influx, notifier, history, limits } = telling;
  return createApi(apiOptions(config, deps.version, deps.secrets.apiTls), {
    ...deps,
    accessFile: deps.accessFile ?? createMemoryAccessFile(),
    chargePlans: control.chargePlans,
    desk: equipment.wallboxes.desk,
    partnerState: () => sync?.state(),
    mqttState: () => mqtt?.state(),
    operatorEndpoint: equipment.gridOperator?.endpoint,
    limits,
    notifications: notifier,
    devices: () => ({
      devices: equipment.devices.statuses(),
      balance: commissioning.verdict(),
      advice: commissioning.advice(),
    }),
    history,
    historyState: () => history?.state(),
    influxState: () => influx?.state(),
    ocppCounters: equipment.wallboxes.centralSystem.counters,
    runtime: deps.runtime.view,
    support: createSupport(deps, history),
  });
}

function createSupport({ clock, origin }: DaemonDeps, history: HistoryRecorder | undefined) {
  if (origin === undefined) return undefined;
  const { secretTexts: secrets, ...rest } = origin;
  return createSupportDesk({ ...rest, clock, history, secrets });
}
