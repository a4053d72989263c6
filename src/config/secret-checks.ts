import { statSync } from "node:fs";
import type { SoundParts } from "./cross-checks.ts";
import type { NotificationChannelConfig } from "./notification-schema.ts";
import type { ConfigPath, Finding } from "./problem.ts";
import { readSecret, type Secret } from "./secret.ts";

/** Permission bit "everybody may read". */
const WORLD_READABLE = 0o004;

interface PlacedSecret {
  readonly at: ConfigPath;
  readonly secret: Secret;
}

/** All secrets that the valid parts of a config name. */
export function secretsOf({
  wallboxes,
  partner,
  mqtt,
  gridOperator,
  influx,
  notifications,
}: SoundParts): readonly PlacedSecret[] {
  const auth = partner?.auth;
  const candidates: readonly (readonly [ConfigPath, Secret | undefined])[] = [
    ...wallboxes.map(({ wallbox, at }) => [[...at, "password"], wallbox.password] as const),
    ...wallboxes.map(
      ({ wallbox, at }) => [[...at, "upstream", "password"], wallbox.upstream?.password] as const,
    ),
    [["partner", "auth", "password"], auth?.grant === "password" ? auth.password : undefined],
    [["partner", "auth", "client_id"], auth?.grant === "client_credentials" ? auth.client_id : undefined],
    [
      ["partner", "auth", "client_secret"],
      auth?.grant === "client_credentials" ? auth.client_secret : undefined,
    ],
    [["mqtt", "password"], mqtt?.password],
    [["influx", "token"], influx?.type === "http" ? influx.token : undefined],
    [
      ["grid_operator", "source", "token"],
      gridOperator?.source.type === "http" ? gridOperator.source.token : undefined,
    ],
    ...(notifications?.channels ?? []).flatMap(channelSecrets),
  ];
  return candidates.flatMap(([at, secret]) => (secret === undefined ? [] : [{ at, secret }]));
}

function channelSecrets(
  channel: NotificationChannelConfig,
  index: number,
): readonly (readonly [ConfigPath, Secret | undefined])[] {
  const at = ["notifications", "channels", index];
  switch (channel.type) {
    case "webhook":
      return [
        [[...at, "url"], channel.url],
        [[...at, "secret"], channel.secret],
      ];
    case "ntfy":
      return [
        [[...at, "url"], channel.url],
        [[...at, "token"], channel.token],
      ];
    case "mqtt":
      return [];
  }
}

/**
 * Secrets that cannot be read. Outside the service there are no systemd credentials: then those are only
 * doubtful, as `isService` false says.
 */
export function secretFindings(
  secrets: readonly PlacedSecret[],
  environment: NodeJS.ProcessEnv,
  isService: boolean,
): { readonly problems: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  for (const { at, secret } of secrets) {
    const outcome = readSecret(secret, environment);
    if (outcome.ok) continue;
    const isCredential = typeof secret === "object" && "credential" in secret;
    if (isCredential && !isService && environment.CREDENTIALS_DIRECTORY === undefined) {
      warnings.push({
        at,
        problem: "a systemd credential can only be read inside the service",
        remedy: `make sure that the unit has LoadCredential=${secret.credential}:FILE`,
      });
    } else {
      problems.push({ at, problem: "the secret cannot be read", remedy: outcome.detail });
    }
  }
  return { problems, warnings };
}

/** Warns of every file with a secret that all users of the machine can read. */
export function exposedSecrets(secrets: readonly PlacedSecret[], configFile: string): readonly Finding[] {
  const inConfig = secrets
    .filter(({ secret }) => typeof secret === "string")
    .map(({ at }) => ({ at, path: configFile }));
  const inFiles = secrets.flatMap(({ at, secret }) =>
    typeof secret === "object" && "file" in secret ? [{ at, path: secret.file }] : [],
  );
  return [...inConfig, ...inFiles]
    .filter(({ path }) => isWorldReadable(path))
    .map(({ at, path }) => ({
      at,
      problem: `every user of this machine can read this secret in ${path}`,
      remedy: `chmod o-r ${path}`,
    }));
}

function isWorldReadable(path: string): boolean {
  try {
    return (statSync(path).mode & WORLD_READABLE) !== 0;
  } catch {
    return false;
  }
}
