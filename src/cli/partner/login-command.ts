import { resolve } from "node:path";
import { listUsers } from "../../partner/users.ts";
import { createSystemClock } from "../../service/clock.ts";
import { EXIT } from "../../service/exit-codes.ts";
import type { Command, CommandInput } from "../command.ts";
import { outputOptions, printRows } from "./output.ts";
import {
  ENVIRONMENT,
  exposureNote,
  type Profile,
  profilesPath,
  readCredentials,
  readProfiles,
  type SecretPlace,
  writeProfiles,
} from "./profile.ts";
import { createConnection, failed, misused } from "./session.ts";

export const loginCommand: Command = {
  options: {
    profile: { summary: "Name under which the login is remembered; default: default.", placeholder: "NAME" },
    "base-url": { summary: "Host of the Partner API.", placeholder: "URL" },
    "token-url": { summary: "Token endpoint, where it is not the documented one.", placeholder: "URL" },
    "org-id": { summary: "The organisation.", placeholder: "ID" },
    "client-id-file": {
      summary: `File that holds the client id; else $${ENVIRONMENT.clientId} at each use.`,
      placeholder: "FILE",
    },
    "client-secret-file": {
      summary: `File that holds the client secret; else $${ENVIRONMENT.clientSecret} at each use.`,
      placeholder: "FILE",
    },
    username: { summary: "Log in as a person instead of a client.", placeholder: "NAME" },
    "password-file": {
      summary: `File that holds the person's password; else $${ENVIRONMENT.password} at each use.`,
      placeholder: "FILE",
    },
  },
  example:
    "hems-edge partner login --base-url https://sandbox-app.podero.com --org-id ORG_ID --client-id-file id.txt --client-secret-file secret.txt",
  async run(input) {
    const { texts, io } = input;
    const profile = profileOf(input);
    if (profile === undefined) return misused(input, "login needs --base-url http(s)://HOST and --org-id ID");
    const auth = readCredentials(profile.auth, io.environment);
    if (!auth.ok) return misused(input, auth.detail);
    for (const note of exposureNotes(profile)) io.err(`hems-edge partner: ${note}\n`);

    const api = createConnection(profile, auth.value, createSystemClock());
    const users = await api.call(listUsers());
    api.close();
    if (!users.ok) return failed(input, users.error);

    const known = readProfiles(io.environment);
    if (!known.ok) return misused(input, known.detail);
    const name = texts.profile ?? "default";
    writeProfiles(io.environment, {
      default: name,
      profiles: { ...known.value.profiles, [name]: profile },
    });
    io.out(
      `Logged in at ${profile.base_url}: ${users.value.length} users are visible.\n` +
        `Remembered as ${name} in ${profilesPath(io.environment)}, which names where the secrets are and holds none.\n`,
    );
    return EXIT.ok;
  },
};

export const profilesCommand: Command = {
  options: outputOptions,
  example: "hems-edge partner profiles",
  async run(input) {
    const profiles = readProfiles(input.io.environment);
    if (!profiles.ok) return misused(input, profiles.detail);
    const rows = Object.entries(profiles.value.profiles).map(([name, { base_url, org_id, auth }]) => ({
      name,
      is_default: name === profiles.value.default,
      base_url,
      org_id,
      login: auth.grant === "password" ? auth.username : auth.grant,
    }));
    printRows(input, rows, [
      { title: "name", cell: ({ name }) => name },
      { title: "default", cell: ({ is_default }) => (is_default ? "yes" : "") },
      { title: "base_url", cell: ({ base_url }) => base_url },
      { title: "org_id", cell: ({ org_id }) => org_id },
      { title: "login", cell: ({ login }) => login },
    ]);
    return EXIT.ok;
  },
};

function profileOf({ texts, io }: CommandInput): Profile | undefined {
  const baseUrl = texts["base-url"] ?? io.environment[ENVIRONMENT.baseUrl];
  const orgId = texts["org-id"] ?? io.environment[ENVIRONMENT.orgId];
  const isAddress = /^https?:$/.test(URL.parse(baseUrl ?? "")?.protocol ?? "");
  if (baseUrl === undefined || orgId === undefined || !isAddress) return undefined;
  const place = (option: string, env: string): SecretPlace => {
    const file = texts[option];
    return file === undefined ? { env } : { file: resolve(file) };
  };
  const { username } = texts;
  return {
    base_url: baseUrl.replace(/\/+$/, ""),
    ...(texts["token-url"] === undefined ? {} : { token_url: texts["token-url"] }),
    org_id: orgId,
    auth:
      username === undefined
        ? {
            grant: "client_credentials",
            client_id: place("client-id-file", ENVIRONMENT.clientId),
            client_secret: place("client-secret-file", ENVIRONMENT.clientSecret),
          }
        : { grant: "password", username, password: place("password-file", ENVIRONMENT.password) },
  };
}

function exposureNotes({ auth }: Profile): readonly string[] {
  const places = auth.grant === "password" ? [auth.password] : [auth.client_id, auth.client_secret];
  return places.flatMap((place) => exposureNote(place) ?? []);
}
