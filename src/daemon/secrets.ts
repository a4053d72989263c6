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
  const reader = createSecretReader(environment);
  const { influx, partner: partnerConfig, ocpp, api } = config;
  const secrets = {
    wallboxes: wallboxSecrets(config, reader),
    mqtt: optional("password", reader.secret("mqtt.password", config.mqtt?.password)),
    gridOperator: optional("token", operatorToken(config, reader)),
    influx: optional(
      "token",
      reader.secret("influx.token", influx?.type === "http" ? influx.token : undefined),
    ),
    notifications: notificationSecrets(config, reader),
  };
  const partner = partnerConfig === undefined ? undefined : partnerClientOptions(partnerConfig, environment);
  if (partner?.ok === false) reader.problems.push(partner.detail);
  const ocppTls = tlsFiles("ocpp.tls", ocpp.tls, reader);
  const apiTls = tlsFiles("api.tls", api.tls, reader);
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const partnerOptions = partner?.ok ? partner.options : undefined;
  return {
    ok: true,
    secrets: { ...secrets, partner: partnerOptions, ocppTls, apiTls },
    texts: [...reader.texts, ...partnerSecrets(partnerOptions)],
  };
}

/** Gathers what it reads and what it could not read. */
interface SecretReader {
  /** Undefined for one that is not configured, and for one that cannot be read: that is a problem. */
  secret(field: string, secret: Secret | undefined): string | undefined;
  readonly problems: string[];
  readonly texts: readonly string[];
}

function createSecretReader(environment: NodeJS.ProcessEnv): SecretReader {
  const problems: string[] = [];
  const texts: string[] = [];
  return {
    secret(field, secret) {
      if (secret === undefined) return undefined;
      const outcome = readSecret(secret, environment);
      if (!outcome.ok) {
        problems.push(`${field}: ${outcome.detail}`);
        return undefined;
      }
      texts.push(outcome.value);
      return outcome.value;
    },
    problems,
    texts,
  };
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}

function wallboxSecrets({ wallboxes }: Config, reader: SecretReader): DaemonSecrets["wallboxes"] {
  return new Map(
    wallboxes.map(({ identity, password, upstream }, index) => {
      const place = wallboxes.length === 1 ? "wallbox" : `wallboxes[${index}]`;
      const upstreamPassword = reader.secret(`${place}.upstream.password`, upstream?.password);
      const own = reader.secret(`${place}.password`, password);
      return [
        identity,
        { ...optional("password", own), ...optional("upstreamPassword", upstreamPassword) },
      ] as const;
    }),
  );
}

function operatorToken({ grid_operator: operator }: Config, reader: SecretReader): string | undefined {
  const field = "grid_operator.source.token";
  const token = reader.secret(field, operator?.source.type === "http" ? operator.source.token : undefined);
  if (token !== undefined && token.length < SHORTEST_TOKEN)
    reader.problems.push(`${field}: use at least ${SHORTEST_TOKEN} characters`);
  return token;
}

function notificationSecrets(
  { notifications }: Config,
  reader: SecretReader,
): ReadonlyMap<string, ChannelSecrets> {
  return new Map(
    (notifications?.channels ?? []).flatMap((channel, index) => {
      if (channel.type === "mqtt") return [];
      const place = `notifications.channels[${index}]`;
      const url = reader.secret(`${place}.url`, channel.url) ?? "";
      if (url !== "" && !isHttpUrl(url))
        reader.problems.push(`${place}.url: write http:// or https://, a host and a path`);
      const key =
        channel.type === "webhook"
          ? reader.secret(`${place}.secret`, channel.secret)
          : reader.secret(`${place}.token`, channel.token);
      return [[channel.name, { url, key }] as const];
    }),
  );
}

function tlsFiles(
  place: Parameters<typeof readTlsFiles>[0],
  tls: Parameters<typeof readTlsFiles>[1] | undefined,
  { problems }: SecretReader,
): TlsFiles | undefined {
  if (tls === undefined) return undefined;
  const outcome = readTlsFiles(place, tls);
  if (outcome.ok) return outcome.files;
  problems.push(...outcome.problems);
  return undefined;
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
