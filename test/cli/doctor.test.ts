import { chmodSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import {
  type Diagnosis,
  diskDiagnosis,
  nodeDiagnosis,
  portDiagnosis,
  serialDiagnoses,
  stateDirDiagnosis,
} from "../../src/cli/doctor-checks.ts";
import { serve } from "../api/support/serve.ts";
import { capturedCli } from "../support/captured-cli.ts";
import { sampleReport } from "../support/sample-report.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startBroker } from "../telemetry/support/broker.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

describe("doctor", () => {
  it.each([
    ["20.20.2", "fail"],
    ["24.0.0", "ok"],
    ["26.1.0", "ok"],
  ])("Node %s is %s", (version, verdict) => {
    expect(nodeDiagnosis(version).verdict).toBe(verdict);
  });

  it("looks at the state folder", () => {
    expect(stateDirDiagnosis(folder).verdict).toBe("ok");
    expect(stateDirDiagnosis(join(folder, "none"))).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("create it"),
    });
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(stateDirDiagnosis(file)).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("not a folder"),
    });
  });

  it("looks at the disk, and admits what it cannot see", () => {
    expect(diskDiagnosis(folder).detail).toMatch(/\d+ MB free/);
    expect(diskDiagnosis(join(folder, "none")).verdict).toBe("unknown");
  });

  it("looks at ports: free, taken by the daemon, taken by another, impossible", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const host = "127.0.0.1";
    const { port } = other.address() as AddressInfo;
    expect((await portDiagnosis("api", { host, port: 0 }, false)).verdict).toBe("ok");
    expect((await portDiagnosis("api", { host, port }, true)).verdict).toBe("ok");
    expect(await portDiagnosis("api", { host, port }, false)).toMatchObject({
      verdict: "fail",
      detail: expect.stringContaining("another program"),
    });
    expect((await portDiagnosis("api", { host: "192.0.2.1", port: 0 }, false)).verdict).toBe("fail");
    other.close();
  });

  it("looks at each serial line once", () => {
    const device = (path: string) =>
      ({ connection: { type: "rtu", path } }) as Parameters<typeof serialDiagnoses>[0][number];
    const file = join(folder, "line");
    writeFileSync(file, "");
    chmodSync(file, 0o600);
    expect(serialDiagnoses([device(file), device(file), device("/dev/none")])).toMatchObject([
      { verdict: "ok" },
      { verdict: "fail", detail: expect.stringContaining("plugged in") },
    ]);
  });

  it("as a whole gives one verdict a line and exits 1 when something fails", async () => {
    const path = join(folder, "config.yaml");
    writeFileSync(
      path,
      `site: { main_fuse_a: 35, pv_peak_w: 1 }\nwallbox: { identity: B, phases: 1, max_current_a: 16 }\napi: { port: 0 }\nocpp: { port: 0 }\nstate_dir: ${folder}/none\n`,
    );
    let out = "";
    const io = {
      out: (text: string) => {
        out += text;
      },
      err: () => {},
      environment: { PATH: "" },
      isTerminal: false,
    };
    expect(await runCli(["doctor", "--json", "--config", path], io)).toBe(1);
    const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([
      "node",
      "clock",
      "systemd",
      "config",
      "state_dir",
      "disk",
      "ocpp port",
      "api port",
      "daemon",
    ]);
  });

  describe("of the broker", () => {
    async function doctor(mqttUrl: string, pagePort = 0) {
      const path = join(folder, "config.yaml");
      writeFileSync(
        path,
        `site: { main_fuse_a: 35, pv_peak_w: 1 }\nwallbox: { identity: B, phases: 1, max_current_a: 16 }\napi: { port: ${pagePort} }\nocpp: { port: 0 }\nmqtt: { url: "${mqttUrl}" }\nstate_dir: ${folder}\n`,
      );
      const { out } = await capturedCli(["doctor", "--json", "--config", path]);
      return (JSON.parse(out) as Diagnosis[]).find(({ name }) => name === "mqtt broker");
    }

    it("tells whether the running daemon is connected", async () => {
      const counts = { published: 0, dropped: 0, eventsSpooled: 0, eventsDropped: 0 };
      const { api, port } = await serve({}, { mqttState: () => ({ isConnected: true, ...counts }) });
      api.report(sampleReport());
      expect(await doctor("mqtt://127.0.0.1:1", port)).toMatchObject({ verdict: "ok" });
    });

    it("asks it where no daemon is connected", async () => {
      const broker = await startBroker();
      onTestFinished(() => broker.close());
      expect(await doctor(broker.url)).toMatchObject({
        verdict: "ok",
        detail: `${broker.url} takes our login`,
      });
      expect(await doctor("mqtt://127.0.0.1:1")).toMatchObject({ verdict: "fail" });
    });
  });
});
