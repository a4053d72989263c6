import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "..", "..");
const program = join(root, "src", "main.ts");

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function spawnProgram(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment };
    const child = execFile(process.execPath, [program, ...argv], { env }, (_, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

let folder = "";
beforeAll(() => {
  folder = temporaryFolder();
});

describe("the program", () => {
  it("prints its version as JSON", async () => {
    const { code, out, err } = await spawnProgram(["version", "--json"]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: expect.any(String),
      node: process.versions.node,
      libraries: { zod: expect.any(String) },
    });
  });

  it("checks the example: valid, 0", async () => {
    const { code, out } = await spawnProgram(["check", "--config", join(root, "config", "example.yaml")]);
    expect(code).toBe(0);
    expect(out).toContain("is valid.");
    expect(out).toContain("Wallbox GARAGE-1 dials in on port 8887");
  });

  it("is led by another clock only where a parent process can lead it: 2", async () => {
    const path = join(folder, "led.yaml");
    writeFileSync(
      path,
      "site: { main_fuse_a: 35, pv_peak_w: 9000 }\nwallbox: { identity: B, phases: 3, max_current_a: 16 }\n",
    );
    const { code, err } = await spawnProgram(["run", "--config", path, "--clock-led", "1773835200000"]);
    expect([code, err]).toEqual([
      2,
      "hems-edge run: --clock-led takes a wall time in ms, from a parent process with an IPC channel\n",
    ]);
  });

  it("checks a bad file: every problem with line and remedy, 78", async () => {
    const path = join(folder, "bad.yaml");
    writeFileSync(
      path,
      "site: { main_fus_a: 35, pv_peak_w: many }\nwallbox: { identity: B, phases: 2, max_current_a: 16 }\n",
    );
    const { code, out } = await spawnProgram(["check"], { HEMS_EDGE_CONFIG: path });
    expect(code).toBe(78);
    expect(out).toContain("3 problems");
    expect(out).toContain("line 1, site.main_fus_a: is not a known key\n    -> did you mean main_fuse_a?");
    expect(out).toContain("line 2, wallbox.phases: must be one of 1, 3");
  });

  it("checks as JSON for programs", async () => {
    const { code, out } = await spawnProgram(["check", "--json", "--config", join(folder, "none.yaml")]);
    expect(code).toBe(78);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [{ problem: expect.stringContaining("ENOENT") }],
    });
  });

  it("finds the generated files fresh", async () => {
    expect(await spawnProgram(["generate", "--check"])).toEqual({ code: 0, out: "", err: "" });
  });

  it("tells an unknown option on standard error, 2", async () => {
    const { code, out, err } = await spawnProgram(["check", "--jsn"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("did you mean --json?");
  });

  it("ends quietly when its reader goes away", async () => {
    const child = spawn(process.execPath, [program, "check", "--help"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});
