import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSupportDesk } from "../../src/support/support-desk.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { sampleReport } from "../support/sample-report.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const CONFIG = `
site: {main_fuse_a: 35, pv_peak_w: 9800}
wallbox: {identity: BOX, phases: 3, max_current_a: 16, password: wallbox-secret}
`;

async function serveWithFile(text: string) {
  const folder = temporaryFolder();
  const configPath = join(folder, "config.yaml");
  writeFileSync(configPath, text, { mode: 0o600 });
  const support = createSupportDesk({
    clock: createManualClock(),
    configPath,
    environment: {},
    build: { version: "1.2.3", commit: "abc", libraries: {} },
    history: undefined,
    secrets: ["wallbox-secret", "garage-door"],
  });
  return serve({ siteName: "garage-door" }, { support });
}

describe("the check of the config file", () => {
  it("finds what is doubtful in the file as it is now", async () => {
    const { port } = await serveWithFile(CONFIG);
    expect((await ask(port, "/api/config-check")).json()).toMatchObject({
      problems: [],
      warnings: expect.arrayContaining([expect.objectContaining({ path: "devices" })]),
    });
  });

  it("finds what is wrong in it", async () => {
    const { port } = await serveWithFile("site: {main_fuse_a: 3}\n");
    expect((await ask(port, "/api/config-check")).json()).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ path: "site.main_fuse_a" })]),
    });
  });
});

describe("the support bundle", () => {
  it("is one document with the files that help, to be kept", async () => {
    const { port, api } = await serveWithFile(CONFIG);
    api.report(sampleReport());
    const answer = await ask(port, "/api/support-bundle");
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="hems-edge-support.json"');
    const files = answer.json() as Record<string, string>;
    expect(Object.keys(files).toSorted()).toEqual([
      ...["config.yaml", "devices.json", "history.json", "log.txt", "state.json", "version.json"],
    ]);
    expect(JSON.parse(files["state.json"] ?? "")).toMatchObject({ state: { mode: "hems" } });
    expect(JSON.parse(files["version.json"] ?? "")).toMatchObject({ version: "1.2.3", commit: "abc" });
  });

  it("holds no secret, wherever one stands", async () => {
    const { port, api } = await serveWithFile(CONFIG);
    api.report(sampleReport());
    const { text } = await ask(port, "/api/support-bundle");
    expect(text).toContain("BOX");
    expect(text).not.toContain("wallbox-secret");
    expect(text).not.toContain("garage-door");
  });
});

describe("a gateway without a config file", () => {
  it.each(["/api/config-check", "/api/support-bundle"])("says so at %s", async (path) => {
    const { port } = await serve();
    expect((await ask(port, path)).status).toBe(409);
  });
});
