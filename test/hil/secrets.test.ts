import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readArchive } from "../../src/cli/backup/sqlite-archive.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { eventually } from "../support/eventually.ts";
import {
  ACCESS_TOKEN,
  CANARIES,
  createSecretHouse,
  type Grant,
  type SecretHouse,
} from "./support/secret-house.ts";

const PATIENCE_MS = 60_000;
/** Whatever stands before a secret in a Basic login, its middle is encoded in one of three ways. */
function base64Forms(secret: string): readonly string[] {
  return [0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + secret)
      .toString("base64")
      .slice(4, -4),
  );
}

/** All of them begin with the same word, so that half a secret is found as well. */
const FORMS = ["canary", ...[...Object.values(CANARIES), ACCESS_TOKEN].flatMap(base64Forms)];
const seenIn = (text: string) => FORMS.filter((form) => text.includes(form));

/** The fields of the config that take a secret, as its schema has them. */
function secretFields(node: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const entries = Object.entries(node);
  const isSecret = entries.some(
    ([key, value]) => key === "anyOf" && JSON.stringify(value).includes('"credential":'),
  );
  if (isSecret) return [path.join(".")];
  return entries.flatMap(([key, value]) =>
    secretFields(value, /^(properties|items|oneOf|anyOf|\d+)$/.test(key) ? path : [...path, key]),
  );
}

/** Every address that can be read, its answer and what it says to nonsense. */
async function everythingToRead({ pageUrl }: SecretHouse): Promise<string> {
  const description = await (await fetch(`${pageUrl}/api/openapi.json`)).text();
  const { paths } = JSON.parse(description) as { paths: Record<string, Record<string, unknown>> };
  const texts = [description];
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods)) {
      const response = await fetch(`${pageUrl}${path.replaceAll(/\{[^}]+\}/g, "x")}`, {
        method: method.toUpperCase(),
        signal: AbortSignal.timeout(10_000),
        ...(method === "get"
          ? {}
          : { headers: { "content-type": "application/json" }, body: '{"nonsense": 1}' }),
      });
      texts.push(`${method} ${path} ${response.status}`, await firstPart(response));
    }
  }
  return texts.join("\n");
}

/** The whole answer, or of a stream its first event. */
async function firstPart(response: Response): Promise<string> {
  if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) return response.text();
  const reader = response.body?.getReader();
  let text = "";
  while (reader !== undefined && !text.includes("data:"))
    text += Buffer.from((await reader.read()).value ?? []);
  await reader?.cancel();
  return text;
}

/** What commands say to a person who looks for a mistake. */
async function everythingTyped({ configPath }: SecretHouse): Promise<string> {
  const broken = `${configPath}.broken`;
  const config = readFileSync(configPath, "utf8");
  writeFileSync(
    broken,
    config.replace("main_fuse_a: 35", "main_fuse_a: 5").replace("password: ", "passwort: "),
    {
      mode: 0o600,
    },
  );
  const lines = [
    ["check", "--config", configPath],
    ["check", "--json", "--config", configPath],
    ["check", "--online", "--config", configPath],
    ["check", "--config", broken],
    ["run", "--config", broken],
    ["doctor", "--config", configPath],
    ["status", "--json", "--config", configPath],
    ["why", "--config", configPath],
    ["wallbox", "show", "--config", configPath],
    ["notify", "test", "--config", configPath],
    ["notify", "list", "--config", configPath],
  ];
  const answers = [];
  for (const argv of lines) answers.push({ argv, ...(await capturedCli(argv)) });
  return JSON.stringify(answers);
}

function filesOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("secrets", () => {
  it("the house of these tests has one in every field that takes one", () => {
    const schema: unknown = JSON.parse(readFileSync("config/schema.json", "utf8"));
    const fields = secretFields(schema).map((field) => field.replace(/^wallboxes/, "wallbox"));
    expect(new Set(fields)).toEqual(new Set(Object.keys(CANARIES)));
  });

  it.each<Grant>(["password", "client_credentials"])(
    "are seen nowhere, though every peer repeats what it was told: %s",
    { timeout: 120_000 },
    async (grant) => {
      const house = await createSecretHouse(grant);
      try {
        const used = Object.entries(CANARIES)
          .filter(
            ([field]) =>
              !/auth|source/.test(field) || field.includes(grant === "password" ? "auth.password" : "client"),
          )
          .map(([, secret]) => secret);
        // A secret that only signs is told to nobody, and every other one to its peer.
        used.splice(used.indexOf(CANARIES["notifications.channels.secret"]), 1);
        const isUsed = (secret: string) =>
          [secret, JSON.stringify(secret).slice(1, -1), ...base64Forms(secret)].some((form) =>
            house.heard().includes(form),
          );
        const test = () => fetch(`${house.pageUrl}/api/notifications/test`, { method: "POST" });
        await eventually(
          () =>
            test().then(
              ({ ok }) => ok,
              () => false,
            ),
          PATIENCE_MS,
        );
        await eventually(() => used.every(isUsed), PATIENCE_MS);
        await eventually(() => house.heard().includes(`Bearer ${ACCESS_TOKEN}`), PATIENCE_MS);
        await eventually(() => house.messages.some(({ topic }) => topic.endsWith("/telemetry")), PATIENCE_MS);

        const operator = await fetch(`${house.pageUrl}/api/grid-operator/limit`, {
          method: "PUT",
          headers: {
            "content-type": "application/json",
            authorization: `Bearer ${CANARIES["grid_operator.source.token"]}`,
          },
          body: '{"limit_w": 5000}',
        });
        expect(operator.status).toBe(204);

        const read = await everythingToRead(house);
        const typed = await everythingTyped(house);
        const bundle = join(house.stateDir, "..", "bundle.sqlar");
        await capturedCli(["support-bundle", bundle, "--config", house.configPath]);
        const bundled = readArchive(bundle).map(
          ({ name, content }) => `${name} ${Buffer.from(content).toString("latin1")}`,
        );
        const backup = join(house.stateDir, "..", "backup.sqlar");
        await capturedCli(["backup", backup, "--config", house.configPath]);

        expect(read).toContain("get /metrics 200");
        expect(typed).toContain("main_fuse_a");
        expect(bundled.join()).toContain("(hidden)");
        expect(house.log()).toContain("Token ***");
        for (const [place, text] of Object.entries({
          read,
          typed,
          bundled: bundled.join("\n"),
          mqtt: JSON.stringify(house.messages),
          log: house.log(),
          files: filesOf(house.stateDir),
        })) {
          expect({ place, seen: seenIn(text) }).toEqual({ place, seen: [] });
        }
        // A backup brings the config back and therefore holds what stands in it.
        expect(statSync(backup).mode & 0o777).toBe(0o600);
      } finally {
        await house.close();
      }
    },
  );
});
