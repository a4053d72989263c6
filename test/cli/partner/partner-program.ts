import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  createPartnerServer,
  type PartnerServer,
  type PartnerServerOptions,
  SIMULATED_ORG_ID,
} from "../../../simulator/partner/partner-server.ts";
import { runCli } from "../../../src/cli/cli.ts";
import { createSystemClock } from "../../../src/service/clock.ts";
import { ANNA_SEED, BEN_SEED } from "../../partner/organisation-fixture.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The output as JSON. */
  json(): unknown;
}

export interface PartnerProgram {
  readonly server: PartnerServer;
  /** A folder of its own, in which profiles and notes are kept. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `hems-edge partner ...` with output into a pipe. */
  run(...argv: string[]): Promise<Ran>;
  /** The same on a terminal. */
  type(...argv: string[]): Promise<Ran>;
  auditLines(): readonly Readonly<Record<string, unknown>>[];
}

/** The back office in this process, against a simulated Partner API over real HTTP and real time. */
export async function partnerProgram(options: Partial<PartnerServerOptions> = {}): Promise<PartnerProgram> {
  const server = await createPartnerServer({
    clock: createSystemClock(),
    users: [ANNA_SEED, BEN_SEED],
    ...options,
  });
  const folder = temporaryFolder();
  onTestFinished(() => server.close());
  const audit = join(folder, "audit.jsonl");
  const environment = {
    HOME: folder,
    HEMS_PARTNER_AUDIT_LOG: audit,
    HEMS_PARTNER_BASE_URL: server.address().url,
    HEMS_PARTNER_ORG_ID: SIMULATED_ORG_ID,
    HEMS_PARTNER_CLIENT_ID: "simulated-client",
    HEMS_PARTNER_CLIENT_SECRET: "simulated-client-secret",
  };

  async function execute(argv: readonly string[], isTerminal: boolean): Promise<Ran> {
    const output = { out: "", err: "" };
    const code = await runCli(["partner", ...argv], {
      out: (text) => {
        output.out += text;
      },
      err: (text) => {
        output.err += text;
      },
      environment,
      isTerminal,
    });
    return { code, ...output, json: () => JSON.parse(output.out) };
  }

  return {
    server,
    folder,
    environment,
    run: (...argv) => execute(argv, false),
    type: (...argv) => execute(argv, true),
    auditLines: () =>
      readFileSync(audit, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
  };
}
