import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAccessFile, createMemoryAccessFile } from "../../src/api/login/access-file.ts";
import { createSetUpApi } from "../../src/api/set-up-api.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import type { SetUpDesk, SetUpOutcome } from "../../src/ports/set-up.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { silentLog } from "../support/silent-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { ask } from "./support/http.ts";
import { serve } from "./support/serve.ts";

const DRAFT = { site: { main_fuse_a: 35 }, wallbox: { identity: "BOX" } };

async function serveSetUp(
  changes: Partial<SetUpDesk> = {},
  { host = "127.0.0.1", file = createMemoryAccessFile() } = {},
) {
  const calls: unknown[] = [];
  const desk: SetUpDesk = {
    view: () => ({
      configPath: "/etc/hems-edge/config.yaml",
      wallboxUrls: ["ws://192.168.7.5:8887/"],
      strangers: [],
      networks: ["192.168.7.0/24"],
      scan: { network: "192.168.7.0/24", isRunning: true, tried: 3, total: 762, found: [] },
    }),
    ask: async () => ({ ok: false, detail: "nothing answers" }),
    startScan: () => false,
    stopScan: () => void calls.push("stop scan"),
    check: () => ({ problems: [], warnings: [{ path: "devices", problem: "none", remedy: "add one" }] }),
    finish: () => ({ ok: true }),
    goOn: () => void calls.push("go on"),
    ...changes,
  };
  const api = createSetUpApi(
    { host, port: 0, login: "remote", version: "1.2.3" },
    {
      clock: createManualClock(),
      log: silentLog,
      store: createMemoryStateStore(),
      file,
      desk,
    },
  );
  const started = await api.start();
  if (!started.ok) throw new Error(started.detail);
  onTestFinished(() => api.stop());
  return { port: started.port, calls };
}

describe("a gateway that waits to be set up", () => {
  it("shows its set-up code in hems-edge status, to whoever may read its state folder", async () => {
    const folder = temporaryFolder();
    const { port } = await serveSetUp({}, { host: "0.0.0.0", file: createAccessFile(folder) });
    const config = join(folder, "config.yaml");
    writeFileSync(config, `api: { host: 0.0.0.0, port: ${port} }\nstate_dir: ${folder}\n`);
    const { out, err } = await capturedCli(["status"], { HEMS_EDGE_CONFIG: config });
    expect(err).toContain("waits to be set up");
    expect(out).toMatch(/set-up code \w{4}-\w{4}\n$/);
  });

  it("tells what its page needs", async () => {
    const { port } = await serveSetUp();
    expect((await ask(port, "/api/setup")).json()).toEqual({
      is_needed: true,
      config_path: "/etc/hems-edge/config.yaml",
      wallbox_urls: ["ws://192.168.7.5:8887/"],
      strangers: [],
      networks: ["192.168.7.0/24"],
      scan: { network: "192.168.7.0/24", is_running: true, tried: 3, total: 762, found: [] },
    });
  });

  it("is alive but not ready, and says so to whoever asks for its state", async () => {
    const { port } = await serveSetUp();
    expect((await ask(port, "/healthz")).status).toBe(200);
    for (const path of ["/readyz", "/api/state"]) {
      const answer = await ask(port, path);
      expect(answer.status).toBe(503);
      expect(answer.json()).toEqual({ detail: expect.stringContaining("waits to be set up") });
    }
  });

  it("tells the powers of a device in watts, with null for what it lacks", async () => {
    const { port } = await serveSetUp({
      ask: async ({ host, port: asked, unit }) => ({
        ok: true,
        found: [
          {
            driver: "sunspec",
            title: `${host} ${asked} ${unit}`,
            maturity: undefined,
            unit: 1,
            certainty: "certain",
            values: { gridPowerW: -2_310.4 },
          },
        ],
      }),
    });
    const answer = await ask(port, "/api/setup/probe", { method: "POST", body: { host: "192.168.7.20" } });
    expect(answer.json()).toEqual({
      found: [
        {
          driver: "sunspec",
          title: "192.168.7.20 502 undefined",
          maturity: null,
          unit: 1,
          certainty: "certain",
          grid_w: -2_310,
          pv_w: null,
          battery_w: null,
          battery_soc_pct: null,
        },
      ],
    });
  });

  it("goes on once the answer is out", async () => {
    const { port, calls } = await serveSetUp();
    expect((await ask(port, "/api/setup", { method: "PUT", body: DRAFT })).status).toBe(202);
    await eventually(() => calls.includes("go on"));
  });

  it.each<[string, SetUpOutcome, number, unknown]>([
    [
      "a draft with mistakes",
      { ok: false, problems: [{ path: "site.main_fuse_a", problem: "is too small", remedy: "look again" }] },
      422,
      [{ type: "config", loc: ["body", "site.main_fuse_a"], msg: "is too small: look again" }],
    ],
    [
      "a file that cannot be written",
      { ok: false, detail: "cannot write", text: "site:" },
      409,
      "cannot write",
    ],
  ])("stays where it is after %s", async (_case, outcome, status, detail) => {
    const { port, calls } = await serveSetUp({ finish: () => outcome });
    const answer = await ask(port, "/api/setup", { method: "PUT", body: DRAFT });
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ detail });
    expect(calls).toEqual([]);
  });

  it.each([
    ["PUT", "/api/setup", { site: {}, wallbox: {}, state_dir: "/elsewhere" }],
    ["POST", "/api/setup/check", { site: {} }],
    ["POST", "/api/setup/probe", { host: "192.168.7.20", port: 0 }],
    ["POST", "/api/setup/scan", {}],
  ])("refuses a body of another shape: %s %s", async (method, path, body) => {
    const { port } = await serveSetUp();
    expect((await ask(port, path, { method, body })).status).toBe(422);
  });

  it("passes on what a check finds, and what cannot be searched", async () => {
    const { port, calls } = await serveSetUp();
    const check = await ask(port, "/api/setup/check", { method: "POST", body: DRAFT });
    expect(check.json()).toMatchObject({ warnings: [{ path: "devices" }] });
    const probe = await ask(port, "/api/setup/probe", { method: "POST", body: { host: "192.168.7.20" } });
    expect([probe.status, probe.json()]).toEqual([409, { detail: "nothing answers" }]);
    const scan = await ask(port, "/api/setup/scan", { method: "POST", body: { network: "10.0.0.0/24" } });
    expect(scan.status).toBe(409);
    expect((await ask(port, "/api/setup/scan", { method: "DELETE" })).status).toBe(204);
    expect(calls).toEqual(["stop scan"]);
  });
});

describe("a gateway that has its house", () => {
  it("needs no set-up and takes none", async () => {
    const { port } = await serve();
    expect((await ask(port, "/api/setup")).json()).toEqual({ is_needed: false });
    expect((await ask(port, "/api/setup", { method: "PUT", body: DRAFT })).status).toBe(409);
  });
});
