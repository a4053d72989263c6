import type { PartnerConfig } from "../config/partner-schema.ts";
import { readSecret, type Secret } from "../config/secret.ts";

/** Who we are towards the Partner API; all texts are the secrets themselves. */
export type PartnerCredentials =
  | { readonly grant: "password"; readonly username: string; readonly password: string }
  | { readonly grant: "client_credentials"; readonly clientId: string; readonly clientSecret: string };

export interface PartnerClientOptions {
  /** Scheme, host and port, without a slash at the end. */
  readonly baseUrl: string;
  /** Undefined: the documented address of the grant. */
  readonly tokenUrl: string | undefined;
  readonly orgId: string;
  readonly userId: string;
  readonly auth: PartnerCredentials;
  /** Longest time for one answer, ms. */
  readonly timeoutMs: number;
  /** Template with `{base_url}`, `{org_id}`, `{user_id}`. Undefined: beside the charging-config. */
  readonly statusUrl: string | undefined;
}

export type PartnerOptionsOutcome =
  | { readonly ok: true; readonly options: PartnerClientOptions }
  | { readonly ok: false; readonly detail: string };

/** The client's options from the config file, with its secrets read. Fails with a sentence that says what to do. */
export function partnerClientOptions(
  config: PartnerConfig,
  environment: NodeJS.ProcessEnv,
): PartnerOptionsOutcome {
  const credentials = partnerCredentials(config.auth, environment);
  if (!credentials.ok) return credentials;
  return {
    ok: true,
    options: {
      baseUrl: config.base_url.replace(/\/+$/, ""),
      tokenUrl: config.token_url,
      orgId: config.org_id,
      userId: config.user_id,
      auth: credentials.auth,
      timeoutMs: config.timeout_s * 1_000,
      statusUrl: config.status_url,
    },
  };
}

type CredentialsOutcome =
  | { readonly ok: true; readonly auth: PartnerCredentials }
  | { readonly ok: false; readonly detail: string };

function partnerCredentials(auth: PartnerConfig["auth"], environment: NodeJS.ProcessEnv): CredentialsOutcome {
  const read = (name: string, secret: Secret) => {
    const outcome = readSecret(secret, environment);
    return outcome.ok ? outcome : { ok: false as const, detail: `partner.auth.${name}: ${outcome.detail}` };
  };
  if (auth.grant === "password") {
    const password = read("password", auth.password);
    if (!password.ok) return password;
    return { ok: true, auth: { grant: "password", username: auth.username, password: password.value } };
  }
  const clientId = read("client_id", auth.client_id);
  if (!clientId.ok) return clientId;
  const clientSecret = read("client_secret", auth.client_secret);
  if (!clientSecret.ok) return clientSecret;
  return {
    ok: true,
    auth: { grant: "client_credentials", clientId: clientId.value, clientSecret: clientSecret.value },
  };
}
