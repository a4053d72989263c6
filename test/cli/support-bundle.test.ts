import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readArchive } from "../../src/cli/backup/sqlite-archive.ts";
import { redactedConfig, withoutSecrets } from "../../src/support/redaction.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

describe("the config that is shown", () => {
  it("has no secret in it, whatever form it takes, and says where references point", () => {
    const shown = redactedConfig(`
# my password is canary-comment
wallbox: { identity: box, password: canary-text }
mqtt: { url: "mqtt://canary-user:canary-word@broker:1883", username: canary-name, password: { credential: mqtt-password } }
partner: { auth: { grant: client_credentials, client_id: canary-id, client_secret: { file: /etc/secret } } }
influx: { url: "https://host/write?db=x&access_token=canary-query", token: [canary-list] }
notifications: { channels: [{ type: ntfy, url: "https://ntfy.sh/canary-topic" }, { type: ntfy, url: { file: /etc/ntfy-url } }] }
`);
    expect(shown).not.toMatch(/canary/);
    expect(shown).toContain("credential: mqtt-password");
    expect(shown).toContain("file: /etc/secret");
    expect(shown).toContain("file: /etc/ntfy-url");
    expect(shown).toContain("https://host/write");
    expect(shown).toContain("db=x");
    expect(redactedConfig("a: [unclosed")).toBeUndefined();
  });

  it("and any text lose the secrets that are known, but no short words", () => {
    expect(withoutSecrets("token=s3cret-token, an ox", ["s3cret-token", "ox"])).toBe("token=(hidden), an ox");
  });
});

describe("support-bundle", () => {
  it("collects what there is, and says of the rest why it is not there", async () => {
    const config = join(folder, "config.yaml");
    const stateDir = join(folder, "state");
    const target = join(folder, "support.sqlar");
    mkdirSync(stateDir);
    writeFileSync(
      config,
      `site: { main_fuse_a: 35, pv_peak_w: 9000 }
wallbox: { identity: box-canary-secret, password: canary-secret, phases: 3, max_current_a: 16 }
state_dir: ${stateDir}
`,
      { mode: 0o600 },
    );
    const { code, out, err } = await capturedCli([
      ...["support-bundle", target, "--config", config, "--url", "http://127.0.0.1:1"],
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("look through it before you send it");
    expect(statSync(target).mode & 0o777).toBe(0o600);
    const files = new Map(
      readArchive(target).map(({ name, content }) => [name, Buffer.from(content).toString()]),
    );
    expect([...files.keys()].sort()).toEqual([
      ...[
        "config.yaml",
        "devices.json",
        "doctor.json",
        "history.json",
        "log.txt",
        "state.json",
        "version.json",
      ],
    ]);
    for (const text of files.values()) expect(text).not.toContain("canary-secret");
    expect(JSON.parse(files.get("state.json") ?? "")).toMatchObject({ problem: expect.any(String) });
    expect(JSON.parse(files.get("history.json") ?? "")).toMatchObject({
      problem: expect.stringMatching(/There is no/),
    });
    expect(JSON.parse(files.get("doctor.json") ?? "")).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: "disk" })]),
    );
    expect(files.get("config.yaml")).toContain("main_fuse_a: 35");
  });

  it("overwrites nothing, and is no bundle where it cannot be written", async () => {
    const there = join(folder, "there");
    writeFileSync(there, "precious");
    expect(await capturedCli(["support-bundle", there])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is there already/),
    });
    const nowhere = join(folder, "none", "file");
    const { code } = await capturedCli(["support-bundle", nowhere, "--url", "http://127.0.0.1:1"]);
    expect([code, existsSync(nowhere)]).toEqual([1, false]);
  });
});
