import { type Logger, pino } from "pino";
import { onTestFinished } from "vitest";
import {
  createPartnerServer,
  type PartnerServer,
  type PartnerServerOptions,
  SIMULATED_ORG_ID,
  SIMULATED_USER_ID,
} from "../../simulator/partner/partner-server.ts";
import { createPartnerClient, type PartnerClient } from "../../src/partner/partner-client.ts";
import type { PartnerClientOptions } from "../../src/partner/partner-options.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

export const USER_LOGIN = {
  grant: "password",
  username: "gateway@example.com",
  password: "simulated-password",
} as const;
export const CLIENT_LOGIN = {
  grant: "client_credentials",
  clientId: "simulated-client",
  clientSecret: "simulated-client-secret",
} as const;

export interface PartnerFixture {
  readonly clock: ManualClock;
  readonly server: PartnerServer;
  readonly client: PartnerClient;
  /** Everything that was logged, one JSON text a line. */
  readonly logLines: string[];
  readonly log: Logger;
}

/** A simulated Partner API on its own port and a client for it; both end with the test. */
export async function partnerFixture(
  setup: {
    readonly server?: Partial<PartnerServerOptions>;
    readonly client?: Partial<PartnerClientOptions>;
    readonly fetch?: typeof fetch;
  } = {},
): Promise<PartnerFixture> {
  const clock = createManualClock();
  const server = await createPartnerServer({ clock, ...setup.server });
  const { log, logLines } = capturedLog();
  const client = createPartnerClient(
    {
      baseUrl: server.address().url,
      tokenUrl: undefined,
      orgId: SIMULATED_ORG_ID,
      userId: SIMULATED_USER_ID,
      auth: USER_LOGIN,
      timeoutMs: 10_000,
      statusUrl: undefined,
      ...setup.client,
    },
    { clock, log, ...(setup.fetch === undefined ? {} : { fetch: setup.fetch }) },
  );
  onTestFinished(async () => {
    client.close();
    await server.close();
  });
  return { clock, server, client, log, logLines };
}

export function capturedLog(): { log: Logger; logLines: string[] } {
  const logLines: string[] = [];
  const log: Logger = pino({ level: "trace" }, { write: (line: string) => void logLines.push(line) });
  return { log, logLines };
}

export function messages(logLines: readonly string[]): string[] {
  return logLines.map((line) => JSON.parse(line).msg);
}
