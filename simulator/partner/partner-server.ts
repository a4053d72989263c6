import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../src/ports/clock.ts";
import { type AccountSeed, createChargingAccount, type UpdateOutcome } from "./charging-account.ts";
import { createFaultBox, type FaultInjection, type PartnerFault } from "./faults.ts";
import { createPartnerRoutes, type PartnerCounters } from "./partner-routes.ts";
import { createTokenDesk, type TokenDeskSeed } from "./token-desk.ts";
import type { WireChargingConfig, WireMode, WireStatus, WireThresholds } from "./wire.ts";

export interface PartnerServerOptions extends AccountSeed, TokenDeskSeed {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly clock: Clock;
  readonly orgId?: string;
  readonly userId?: string;
  /** False: `/oauth2/token/` takes forms only. */
  readonly takesJsonAtOauth?: boolean;
  readonly statusIntake?: StatusIntake;
}

/** What the status endpoint answers; the published API has none, so a faithful cloud says 404 or 405. */
export type StatusIntake = "accept" | 404 | 405;

/** A Partner API for one user, with charging-config's published rules, over real HTTP. */
export interface PartnerServer {
  address(): { readonly host: string; readonly port: number; readonly url: string };
  counters(): Readonly<PartnerCounters>;
  config(): WireChargingConfig;
  lastStatus(): WireStatus | undefined;
  /** As the user would in the partner's app, by the same rules. */
  setMode(mode: WireMode): UpdateOutcome;
  setThresholds(change: Partial<WireThresholds>): UpdateOutcome;
  setStatusIntake(intake: StatusIntake): void;
  revokeAccessTokens(): void;
  revokeRefreshTokens(): void;
  inject(fault: PartnerFault, injection?: FaultInjection): void;
  heal(): void;
  /** Pulls the plug: no listener and no connection any more. State and tokens stay. */
  pull(): Promise<void>;
  /** Listens again, on the same port. */
  plug(): Promise<void>;
  close(): Promise<void>;
}

export const SIMULATED_ORG_ID = "3d6f0a3e-6a55-4b0c-9b7e-0c6c2a1f9d01";
export const SIMULATED_USER_ID = "b0f7c9de-21aa-4c3c-8f0d-5e2a7e4d8c02";

/** Resolves when the server listens; rejects when it cannot. */
export async function createPartnerServer(options: PartnerServerOptions): Promise<PartnerServer> {
  const host = options.host ?? "127.0.0.1";
  const account = createChargingAccount(options);
  const tokens = createTokenDesk(options, options.clock);
  const faults = createFaultBox(options.clock);
  const counters: PartnerCounters = {
    requests: 0,
    configPulls: 0,
    configPuts: 0,
    statusPushes: 0,
    tokenGrants: 0,
  };
  let statusIntake = options.statusIntake ?? "accept";
  const app = createPartnerRoutes(
    {
      orgId: options.orgId ?? SIMULATED_ORG_ID,
      userId: options.userId ?? SIMULATED_USER_ID,
      takesJsonAtOauth: options.takesJsonAtOauth ?? true,
      statusIntake: () => statusIntake,
    },
    { account, tokens, faults, counters },
  );
  await app.ready();

  let server: Server | undefined = await listening(app.routing, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  async function pull(): Promise<void> {
    const pulled = server;
    server = undefined;
    if (pulled !== undefined) await closed(pulled);
  }

  return {
    address: () => ({ host, port, url: `http://${host}:${port}` }),
    counters: () => ({ ...counters }),
    config: account.config,
    lastStatus: account.lastStatus,
    setMode: (mode) => account.update({ smart_charging_mode: mode }),
    setThresholds: account.update,
    setStatusIntake(intake) {
      statusIntake = intake;
    },
    revokeAccessTokens: tokens.revokeAccessTokens,
    revokeRefreshTokens: tokens.revokeRefreshTokens,
    inject: faults.inject,
    heal: faults.heal,
    pull,
    async plug() {
      server ??= await listening(app.routing, host, port);
    },
    async close() {
      await pull();
      await app.close();
    },
  };
}

function listening(handle: RequestListener, host: string, port: number): Promise<Server> {
  const server = createServer(handle);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
