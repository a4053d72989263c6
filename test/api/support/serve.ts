import { onTestFinished } from "vitest";
import { type Api, type ApiDeps, createApi } from "../../../src/api/api.ts";
import type { ApiOptions } from "../../../src/api/api-context.ts";
import { createMemoryAccessFile } from "../../../src/api/login/access-file.ts";
import { createMemoryStateStore } from "../../../src/history/memory-state-store.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { recordingCommands } from "../../support/recording-commands.ts";
import { silentLog } from "../../support/silent-log.ts";

export const OPTIONS: ApiOptions = {
  host: "127.0.0.1",
  port: 0,
  login: "remote",
  siteName: "home",
  wallboxNames: ["garage"],
  timeZone: "Europe/Berlin",
  version: "1.2.3",
  intervalMs: 1_000,
  mainFuseA: 63,
  importLimitW: undefined,
  minBandW: 1_380,
  deviceRoles: ["grid", "pv"],
  hasPrices: false,
};

/** A running API on a free port of 127.0.0.1 that stops with the test. */
export async function serve(options: Partial<ApiOptions> = {}, deps: Partial<ApiDeps> = {}) {
  const clock = createManualClock();
  const recorder = recordingCommands();
  const api: Api = createApi(
    { ...OPTIONS, ...options },
    {
      clock,
      log: silentLog,
      commands: recorder.commands,
      chargePlans: new Map(),
      store: createMemoryStateStore(),
      accessFile: createMemoryAccessFile(),
      ...deps,
    },
  );
  const started = await api.start();
  if (!started.ok) throw new Error(started.detail);
  onTestFinished(() => api.stop());
  return { api, clock, recorder, port: started.port, url: started.url };
}
