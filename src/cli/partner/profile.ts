import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { PartnerCredentials } from "../../partner/partner-options.ts";

/** Where a secret is. The profile file itself holds none. */
const secretPlaceSchema = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ env: z.string().min(1) }),
]);
export type SecretPlace = z.infer<typeof secretPlaceSchema>;

const profileSchema = z.strictObject({
  base_url: z.url({ protocol: /^https?$/ }),
  token_url: z.url({ protocol: /^https?$/ }).exactOptional(),
  org_id: z.string().min(1),
  auth: z.discriminatedUnion("grant", [
    z.strictObject({
      grant: z.literal("client_credentials"),
      client_id: secretPlaceSchema,
      client_secret: secretPlaceSchema,
    }),
    z.strictObject({
      grant: z.literal("password"),
      username: z.string().min(1),
      password: secretPlaceSchema,
    }),
  ]),
});
export type Profile = z.infer<typeof profileSchema>;

const profilesSchema = z.strictObject({
  default: z.string(),
  profiles: z.record(z.string(), profileSchema),
});
export type Profiles = z.infer<typeof profilesSchema>;

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

type Environment = NodeJS.ProcessEnv;

export const ENVIRONMENT = {
  profiles: "HEMS_PARTNER_PROFILES",
  baseUrl: "HEMS_PARTNER_BASE_URL",
  tokenUrl: "HEMS_PARTNER_TOKEN_URL",
  orgId: "HEMS_PARTNER_ORG_ID",
  clientId: "HEMS_PARTNER_CLIENT_ID",
  clientSecret: "HEMS_PARTNER_CLIENT_SECRET",
  username: "HEMS_PARTNER_USERNAME",
  password: "HEMS_PARTNER_PASSWORD",
} as const;

export function profilesPath(environment: Environment): string {
  const base = environment.XDG_CONFIG_HOME ?? join(environment.HOME ?? homedir(), ".config");
  return environment[ENVIRONMENT.profiles] ?? join(base, "hems-edge", "partner.json");
}

/** The remembered profiles; none when the file is not there. */
export function readProfiles(environment: Environment): Outcome<Profiles> {
  const path = profilesPath(environment);
  const text = textOf(path);
  if (text === undefined) return { ok: true, value: { default: "", profiles: {} } };
  const parsed = profilesSchema.safeParse(jsonOf(text));
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, detail: `${path} is no profile file: move it away and log in again` };
}

/** Readable by its owner only, and written as a whole. */
export function writeProfiles(environment: Environment, profiles: Profiles): void {
  const path = profilesPath(environment);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(profiles, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The profile that is asked for, else the one of the environment's variables, else the last login. */
export function chosenProfile(
  asked: string | undefined,
  environment: Environment,
): Outcome<{ readonly name: string; readonly profile: Profile }> {
  const fromEnvironment = asked === undefined ? environmentProfile(environment) : undefined;
  if (fromEnvironment !== undefined) {
    const parsed = profileSchema.safeParse(fromEnvironment);
    if (parsed.success) return { ok: true, value: { name: "environment", profile: parsed.data } };
    return { ok: false, detail: `the environment's login is incomplete: ${firstProblem(parsed.error)}` };
  }
  const profiles = readProfiles(environment);
  if (!profiles.ok) return profiles;
  const name = asked ?? profiles.value.default;
  const profile = new Map(Object.entries(profiles.value.profiles)).get(name);
  if (profile !== undefined) return { ok: true, value: { name, profile } };
  const known = Object.keys(profiles.value.profiles);
  const hint =
    known.length === 0
      ? `log in first with hems-edge partner login, or set ${ENVIRONMENT.baseUrl} and its siblings`
      : `there is ${known.join(", ")}`;
  return { ok: false, detail: `no profile${asked === undefined ? "" : ` ${asked}`}: ${hint}` };
}

/** A profile of what the environment holds; undefined when it names no server. */
function environmentProfile(environment: Environment): unknown {
  const baseUrl = environment[ENVIRONMENT.baseUrl];
  if (baseUrl === undefined) return undefined;
  const tokenUrl = environment[ENVIRONMENT.tokenUrl];
  const username = environment[ENVIRONMENT.username];
  return {
    base_url: baseUrl,
    ...(tokenUrl === undefined ? {} : { token_url: tokenUrl }),
    org_id: environment[ENVIRONMENT.orgId] ?? "",
    auth:
      username === undefined
        ? {
            grant: "client_credentials",
            client_id: { env: ENVIRONMENT.clientId },
            client_secret: { env: ENVIRONMENT.clientSecret },
          }
        : { grant: "password", username, password: { env: ENVIRONMENT.password } },
  };
}

/** The secrets themselves. Fails with a sentence that says what to do, never with a value. */
export function readCredentials(
  auth: Profile["auth"],
  environment: Environment,
): Outcome<PartnerCredentials> {
  if (auth.grant === "password") {
    const password = readPlace(auth.password, environment);
    if (!password.ok) return password;
    const { username } = auth;
    return { ok: true, value: { grant: "password", username, password: password.value } };
  }
  const clientId = readPlace(auth.client_id, environment);
  if (!clientId.ok) return clientId;
  const clientSecret = readPlace(auth.client_secret, environment);
  if (!clientSecret.ok) return clientSecret;
  return {
    ok: true,
    value: { grant: "client_credentials", clientId: clientId.value, clientSecret: clientSecret.value },
  };
}

/** A note when others on this machine can read a secret's file. */
export function exposureNote(place: SecretPlace): string | undefined {
  if (!("file" in place)) return undefined;
  const mode = statSync(place.file, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o077) === 0 ? undefined : `${place.file} can be read by others: chmod 600 ${place.file}`;
}

function readPlace(place: SecretPlace, environment: Environment): Outcome<string> {
  const text = "env" in place ? environment[place.env] : textOf(place.file)?.replace(/\r?\n$/, "");
  if (text !== undefined && text !== "") return { ok: true, value: text };
  return {
    ok: false,
    detail:
      "env" in place ? `set ${place.env} in the environment` : `cannot read a secret from ${place.file}`,
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".")}: ${issue?.message}`;
}
