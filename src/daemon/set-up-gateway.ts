import type { Logger } from "pino";
import { createCentralSystem } from "../../drivers/index.ts";
import type { AccessFile } from "../api/login/access-file.ts";
import { createSetUpApi } from "../api/set-up-api.ts";
import type { SetUpConfig } from "../config/set-up-config.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import { createSetUpDesk } from "../setup/set-up-desk.ts";
import type { Running } from "./daemon-host.ts";
import { createDeviceSearch, ownAddresses } from "./device-search.ts";
import { createListening } from "./listening.ts";
import type { TlsFiles } from "./tls-files.ts";

const ALIVE_MS = 1_000;

export interface SetUpGatewayOptions {
  readonly config: SetUpConfig;
  /** Of the page; undefined for plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** The file that the set-up writes. */
  readonly configPath: string;
  readonly version: string;
}

export interface SetUpGatewayDeps {
  /** Real time: people wait for what is done here. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: NodeJS.ProcessEnv;
  /** Keeps who is logged in beyond the set-up; closed with it. */
  readonly store: StateStore;
  readonly accessFile: AccessFile;
  /** Told each second that the program lives. */
  alive(status: string): void;
  /** Takes up the config that was written. */
  goOn(): void;
}

/** A gateway that knows no house yet: it serves the set-up, listens for wallboxes, and steers nothing. */
export function createSetUpGateway(options: SetUpGatewayOptions, deps: SetUpGatewayDeps): Running {
  const { config, tls, configPath, version } = options;
  const { clock, log, environment, store } = deps;
  const { ocpp, api: page } = config;
  const centralSystem = createCentralSystem(
    {
      host: ocpp.host,
      port: ocpp.port,
      callTimeoutMs: ocpp.call_timeout_s * 1_000,
      pingIntervalMs: ocpp.ping_interval_s * 1_000,
      accounts: [],
    },
    { clock, log, store },
  );
  const desk = createSetUpDesk(
    { configPath, wallboxUrls: wallboxUrls(ocpp) },
    {
      search: createDeviceSearch({ clock }),
      environment,
      strangers: centralSystem.strangers,
      goOn: deps.goOn,
    },
  );
  const api = createSetUpApi({ ...page, tls, version }, { clock, log, desk, store, file: deps.accessFile });
  const listening = createListening({ clock, log, centralSystem, api });
  let timer: Timer | undefined;

  function beat(): void {
    deps.alive("waits to be set up on its page");
    timer = clock.setTimeout(beat, ALIVE_MS);
  }

  return {
    async start() {
      await listening.open();
      log.warn({ url: listening.pageUrl() }, "no house is configured: set it up on the page");
      beat();
    },
    async stop() {
      if (timer !== undefined) clock.clearTimeout(timer);
      listening.stopTrying();
      desk.stopScan();
      await Promise.all([api.stop(), centralSystem.close()]);
      store.flush();
      store.close();
    },
  };
}

/** The addresses under which a wallbox in the house reaches us. */
function wallboxUrls({ host, port }: SetUpConfig["ocpp"]): readonly string[] {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const hosts = isEverywhere ? ownAddresses() : [host.includes(":") ? `[${host}]` : host];
  return hosts.map((name) => `ws://${name}:${port}/`);
}
