import type { Config } from "../config/schema.ts";
import { readSecret, type Secret } from "../config/secret.ts";
import { type PartnerClientOptions, partnerClientOptions } from "../partner/partner-options.ts";
import { readTlsFiles, type TlsFiles } from "./tls-files.ts";

/** The secrets that the config refers to, read once at start. */
export interface DaemonSecrets {
  /** By the identity of the box. */
  readonly wallboxes: ReadonlyMap<string, { readonly password?: string; readonly upstreamPassword?: string }>;
  readonly mqtt: { readonly password?: string };
  /** Bearer token of the grid operator's sender. */
  readonly gridOperator: { readonly token?: string };
  readonly influx: { readonly token?: string };
  /** By the name of the channel. */
  readonly notifications?: ReadonlyMap<string, ChannelSecrets>;
  readonly partner: PartnerClientOptions | undefined;
  readonly ocppTls?: TlsFiles | undefined;
  readonly apiTls?: TlsFiles | undefined;
}

/** Address and key of a channel of notifications. */
export interface ChannelSecrets {
  readonly url: string;
  readonly key: string | undefined;
}

/** A token that anybody in the network may try. */
const SHORTEST_TOKEN = 16;

export type SecretsOutcome =
  | { readonly ok: true; readonly secrets: DaemonSecrets; readonly texts: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads every secret; all problems at once, each with the field it belongs to. `texts` are to be hidden from logs. */
export function readSecrets(config: Config, environment: NodeJS.ProcessEnv): SecretsOutcome {
  const problems: string[] = [];
  const texts: string[] = [];

  function password(field: string, secret: Secret | undefined): { readonly password?: string } {
    if (secret === undefined) return {};
    const outcome = readSecret(secret, environment);
    if (!outcome.ok) {
      problems.push(`${field}: ${outcome.detail}`);
      return {};
    }
    texts.push(outcome.value);
    return { password: outcome.value };
  }

  function tlsFiles(
    place: Parameters<typeof readTlsFiles>[0],
    tls: Parameters<typeof readTlsFiles>[1] | undefined,
  ): TlsFiles | undefined {
    if (tls === undefined) return undefined;
    const outcome = readTlsFiles(place, tls);
    if (outcome.ok) return outcome.files;
    problems.push(...outcome.problems);
    return undefined;
  }

  const wallboxes = new Map(
    config.wallboxes.map(({ identity, password: secret, upstream }, index) => {
      const place = config.wallboxes.length === 1 ? "wallbox" : `wallboxes[${index}]`;
      const { password: upstreamPassword } = password(`${place}.upstream.password`, upstream?.password);
      const own = password(`${place}.password`, secret);
      return [identity, { ...own, ...(upstreamPassword !== undefined && { upstreamPassword }) }];
    }),
  );
  const mqtt = password("mqtt.password", config.mqtt?.password);
  const operatorSource = config.grid_operator?.source;
  const operator = password(
    "grid_operator.source.token",
    operatorSource?.type === "http" ? operatorSource.token : undefined,
  );
  if (operator.password !== undefined && operator.password.length < SHORTEST_TOKEN)
    problems.push(`grid_operator.source.token: use at least ${SHORTEST_TOKEN} characters`);
  const gridOperator = operator.password === undefined ? {} : { token: operator.password };
  const influx = password("influx.token", config.influx?.type === "http" ? config.influx.token : undefined);
  const notifications = new Map(
    (config.notifications?.channels ?? []).flatMap((channel, index) => {
      if (channel.type === "mqtt") return [];
      const place = `notifications.channels[${index}]`;
      const { password: url = "" } = password(`${place}.url`, channel.url);
      if (url !== "" && !isHttpUrl(url))
        problems.push(`${place}.url: write http:// or https://, a host and a path`);
      const [field, secret] =
        channel.type === "webhook"
          ? (["secret", channel.secret] as const)
          : (["token", channel.token] as const);
      return [[channel.name, { url, key: password(`${place}.${field}`, secret).password }] as const];
    }),
  );
  const partner =
    config.partner === undefined ? undefined : partnerClientOptions(config.partner, environment);
  if (partner?.ok === false) problems.push(partner.detail);
  const ocppTls = tlsFiles("ocpp.tls", config.ocpp.tls);
  const apiTls = tlsFiles("api.tls", config.api.tls);
  if (problems.length > 0) return { ok: false, problems };
  const partnerOptions = partner?.ok ? partner.options : undefined;
  return {
    ok: true,
    secrets: {
      wallboxes,
      mqtt,
      gridOperator,
      influx: influx.password === undefined ? {} : { token: influx.password },
      notifications,
      partner: partnerOptions,
      ocppTls,
      apiTls,
    },
    texts: [...texts, ...partnerSecrets(partnerOptions)],
  };
}

function partnerSecrets(options: PartnerClientOptions | undefined): readonly string[] {
  if (options === undefined) return [];
  const { auth } = options;
  return auth.grant === "password" ? [auth.password] : [auth.clientId, auth.clientSecret];
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.pathname.length > 1;
}
