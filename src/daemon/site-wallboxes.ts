import type { Logger } from "pino";
import { type CentralSystem, createCentralSystem, createOcppWallbox } from "../../drivers/index.ts";
import type { Config } from "../config/schema.ts";
import type { WallboxConfig } from "../config/wallbox-schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { Wallbox } from "../ports/wallbox.ts";
import type { WallboxDesk } from "../ports/wallbox-card.ts";
import type { DaemonSecrets } from "./secrets.ts";
import { wallboxOptions } from "./wallbox-options.ts";

type Security = NonNullable<WallboxConfig["security"]>;

const protocolByVersion = { "1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1" } as const;

export interface ConfiguredWallbox {
  readonly config: WallboxConfig;
  readonly wallbox: Wallbox;
}

export interface SiteWallboxes {
  readonly centralSystem: CentralSystem;
  /** In the order of the config. */
  readonly boxes: readonly ConfiguredWallbox[];
  readonly desk: WallboxDesk;
}

/** The central system and a driver for each wallbox that dials in to it. */
export function createSiteWallboxes(
  config: Config,
  deps: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly store: StateStore;
    readonly secrets: Pick<DaemonSecrets, "wallboxes" | "ocppTls">;
  },
): SiteWallboxes {
  const { ocpp } = config;
  const { secrets } = deps;
  const configured = config.wallboxes.map((wallbox) => ({
    wallbox,
    secret: secrets.wallboxes.get(wallbox.identity),
  }));
  const needsPlainPort = configured.some(({ wallbox }) => !isTls(securityOf(wallbox)));
  const centralSystem = createCentralSystem(
    {
      host: ocpp.host,
      port: needsPlainPort ? ocpp.port : undefined,
      tls:
        ocpp.tls === undefined || secrets.ocppTls === undefined
          ? undefined
          : { port: ocpp.tls.port, ...secrets.ocppTls },
      callTimeoutMs: ocpp.call_timeout_s * 1_000,
      pingIntervalMs: ocpp.ping_interval_s * 1_000,
      accounts: configured.map(({ wallbox, secret }) => ({
        identity: wallbox.identity,
        security: securityOf(wallbox),
        certificateName: wallbox.certificate_name,
        ...(wallbox.protocol !== "auto" && { protocols: [protocolByVersion[wallbox.protocol]] }),
        pinsPeer: wallbox.peer === "learn",
        assumesOcpp16: wallbox.quirks?.no_subprotocol ?? false,
        ...(secret?.password !== undefined && { password: secret.password }),
      })),
    },
    deps,
  );
  const boxes = config.wallboxes.map((box) => ({
    config: box,
    wallbox: createOcppWallbox(
      { ...wallboxOptions(config, box), security: securityOf(box), upstream: upstreamOf(box, secrets) },
      { ...deps, centralSystem },
    ),
  }));
  return {
    centralSystem,
    boxes,
    desk: {
      wallboxes: boxes.map(({ wallbox }) => wallbox),
      strangers: () => centralSystem.strangers(),
      certificate: () => centralSystem.certificate(),
    },
  };
}

function upstreamOf({ identity, upstream }: WallboxConfig, { wallboxes }: Pick<DaemonSecrets, "wallboxes">) {
  if (upstream === undefined) return undefined;
  return {
    url: upstream.url,
    identity: upstream.identity ?? identity,
    password: wallboxes.get(identity)?.upstreamPassword,
    mayCommand: upstream.commands === "allow",
    isAskedForTags: upstream.tags === "ask",
  };
}

function securityOf({ security, password }: WallboxConfig): Security {
  return security ?? (password === undefined ? "open" : "password");
}

function isTls(security: Security): boolean {
  return security === "tls" || security === "mutual_tls";
}
