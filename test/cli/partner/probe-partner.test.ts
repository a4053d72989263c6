import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SIMULATED_ORG_ID } from "../../../simulator/partner/partner-server.ts";
import { runCli } from "../../../src/cli/cli.ts";
import { ANNA, ANNA_LOGIN } from "../../partner/organisation-fixture.ts";
import { partnerProgram } from "./partner-program.ts";

async function probe(password: string) {
  const { folder, server } = await partnerProgram({
    logins: [{ ...ANNA_LOGIN, caller: { role: "user", userId: ANNA } }],
  });
  const path = join(folder, "config.yaml");
  const config = {
    site: { main_fuse_a: 35, pv_peak_w: 10_000 },
    control: { thresholds: { hems_min_export_to_start_w: 4_000, hems_max_import_before_stopping_w: 200 } },
    devices: [
      {
        name: "inverter",
        driver: "sunspec",
        roles: ["pv", "grid"],
        connection: { type: "tcp", host: "192.0.2.1" },
      },
    ],
    wallbox: { identity: "BOX", phases: 3, max_current_a: 16 },
    partner: {
      base_url: server.address().url,
      org_id: SIMULATED_ORG_ID,
      user_id: ANNA,
      auth: { grant: "password", username: ANNA_LOGIN.username, password },
    },
  };
  writeFileSync(path, JSON.stringify(config));
  const output = { out: "", err: "" };
  const code = await runCli(["probe", "partner", "--config", path], {
    out: (text) => {
      output.out += text;
    },
    err: (text) => {
      output.err += text;
    },
    environment: {},
    isTerminal: true,
  });
  return { code, ...output };
}

describe("hems-edge probe partner", () => {
  it("logs in as the daemon would and shows the charging-config", async () => {
    const { code, out, err } = await probe(ANNA_LOGIN.password);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/login +taken by http/);
    expect(out).toMatch(/mode +hems/);
  });

  it("says why it cannot", async () => {
    const { code, err } = await probe("wrong-canary");
    expect(code).toBe(1);
    expect(err).toMatch(/unauthorized: no token: invalid_grant/);
    expect(err).not.toContain("wrong-canary");
  });
});
