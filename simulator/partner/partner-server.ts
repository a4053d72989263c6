import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../src/ports/clock.ts";
import { type ChargingUpdate, createChargingAccounts, type UpdateOutcome } from "./charging-account.ts";
import { chargingEndpoints, type StatusIntake } from "./charging-endpoints.ts";
import { deviceEndpoints } from "./device-endpoints.ts";
import { createFaultBox, type FaultInjection, type PartnerFault } from "./faults.ts";
import { onboardingEndpoints } from "./onboarding-endpoints.ts";
import { createOrganisation, type Organisation } from "./organisation.ts";
import { createPartnerRoutes, type PartnerCounters } from "./partner-routes.ts";
import { createRecordStore } from "./record-store.ts";
import type { UnavailableModes } from "./records.ts";
import { seedUser, type UserSeed } from "./seed.ts";
import { createTokenDesk, type Login, type TokenDeskSeed } from "./token-desk.ts";
import { buildingEndpoints, contractEndpoints, userEndpoints } from "./user-endpoints.ts";
import type { WireChargingConfig, WireHealthWarning, WireMode, WireStatus, WireThresholds } from "./wire.ts";
import { DEVICE_KINDS } from "./wire-devices.ts";

/** One charging device of the gateway's user, as the cloud keeps it. */
export interface AccountDevice {
  readonly deviceId: string;
  /** `wallbox` or `electric_vehicle`. */
  readonly deviceType: string;
  /** The account's mode by default. */
  readonly mode?: WireMode;
  /** Smallest sum of both thresholds with which the device does not flap, W. */
  readonly minBandW: number;
}

/** The user to whom the gateway under test belongs. What is named here is so, whatever the devices would say. */
export interface GatewayUserSeed {
  readonly username?: string;
  readonly password?: string;
  readonly mode?: WireMode;
  /** Null: the user has none, and none can be set. */
  readonly thresholds?: WireThresholds | null;
  readonly devices?: readonly AccountDevice[];
  /** Why a mode cannot be chosen; a mode that is not named is available. */
  readonly unavailable?: UnavailableModes;
  readonly healthWarning?: WireHealthWarning | null;
}

export interface PartnerServerOptions extends GatewayUserSeed, TokenDeskSeed {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly clock: Clock;
  readonly orgId?: string;
  readonly userId?: string;
  /** Further users of the organisation; one with the gateway's id takes its place. */
  readonly users?: readonly UserSeed[];
  /** Further logins; the gateway's user, an administrator and the client are always there. */
  readonly logins?: readonly Login[];
  /** SQLite file that keeps the state; in memory without it. */
  readonly stateFile?: string;
  /** True: field names of an earlier state of the same version of the API. */
  readonly isOlder?: boolean;
  /** False: `/oauth2/token/` takes forms only. */
  readonly takesJsonAtOauth?: boolean;
  readonly statusIntake?: StatusIntake;
}

/** The Partner API with its published rules, over real HTTP. What names no user speaks of the gateway's. */
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
  /** All users and devices, to look at and to change behind the API's back. */
  readonly organisation: Organisation;
  /** Pulls the plug: no listener and no connection any more. State and tokens stay. */
  pull(): Promise<void>;
  /** Listens again, on the same port. */
  plug(): Promise<void>;
  close(): Promise<void>;
}

export const SIMULATED_ORG_ID = "3d6f0a3e-6a55-4b0c-9b7e-0c6c2a1f9d01";
export const SIMULATED_USER_ID = "b0f7c9de-21aa-4c3c-8f0d-5e2a7e4d8c02";
export const SIMULATED_ADMIN: Login = {
  username: "admin@example.com",
  password: "simulated-admin-password",
  caller: { role: "admin", userId: "admin" },
};

const DEFAULT_DEVICE: AccountDevice = {
  deviceId: "6f1c1a52-9d0e-4c57-8a9e-4f6f5e0f2b11",
  deviceType: "wallbox",
  minBandW: 1_380,
};

/** Resolves when the server listens; rejects when it cannot. */
export async function createPartnerServer(options: PartnerServerOptions): Promise<PartnerServer> {
  const { clock } = options;
  const host = options.host ?? "127.0.0.1";
  const userId = options.userId ?? SIMULATED_USER_ID;
  const store = createRecordStore(options.stateFile);
  const accounts = createChargingAccounts({ store, clock });
  const tokens = createTokenDesk(options, clock);
  const faults = createFaultBox(clock);
  const counters: PartnerCounters = {
    requests: 0,
    configPulls: 0,
    configPuts: 0,
    statusPushes: 0,
    tokenGrants: 0,
  };
  let statusIntake = options.statusIntake ?? "accept";
  const deps = { store, clock, isOlder: options.isOlder ?? false };
  const seeds = [...(options.users ?? []), gatewayUser(options, userId)];
  store.transaction(() => {
    for (const seed of seeds) seedUser(store, seed, clock.wallMs());
    return true;
  });
  for (const login of loginsOf(options, userId)) tokens.addLogin(login);
  const app = createPartnerRoutes(
    { orgId: options.orgId ?? SIMULATED_ORG_ID, takesJsonAtOauth: options.takesJsonAtOauth ?? true },
    {
      ...deps,
      tokens,
      faults,
      counters,
      endpoints: [
        ...userEndpoints(deps),
        ...buildingEndpoints(deps),
        ...contractEndpoints(deps),
        ...deviceEndpoints(deps),
        ...chargingEndpoints({ accounts, counters, statusIntake: () => statusIntake }),
        ...onboardingEndpoints(deps),
      ],
    },
  );
  await app.ready();

  let server: Server | undefined = await listening(app.routing, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  async function pull(): Promise<void> {
    const pulled = server;
    server = undefined;
    if (pulled !== undefined) await closed(pulled);
  }

  /** The gateway's user is always there. */
  function config(): WireChargingConfig {
    return accounts.config(userId) as WireChargingConfig;
  }

  function update(change: ChargingUpdate): UpdateOutcome {
    return accounts.update(userId, change) ?? { ok: false, detail: "no such user" };
  }

  return {
    address: () => ({ host, port, url: `http://${host}:${port}` }),
    counters: () => ({ ...counters }),
    config,
    lastStatus: () => store.get("user", userId)?.status,
    setMode: (mode) => update({ smart_charging_mode: mode }),
    setThresholds: update,
    setStatusIntake(intake) {
      statusIntake = intake;
    },
    revokeAccessTokens: tokens.revokeAccessTokens,
    revokeRefreshTokens: tokens.revokeRefreshTokens,
    inject: faults.inject,
    heal: faults.heal,
    organisation: createOrganisation({ store, clock }),
    pull,
    async plug() {
      server ??= await listening(app.routing, host, port);
    },
    async close() {
      await pull();
      await app.close();
      store.close();
    },
  };
}

function gatewayUser(options: GatewayUserSeed, userId: string): UserSeed {
  const { mode = "hems", devices = [DEFAULT_DEVICE], thresholds } = options;
  return {
    user: { id: userId, email: usernameOf(options) },
    mode,
    devices: devices.map((device) => ({
      kind: DEVICE_KINDS.find((kind) => kind === device.deviceType) ?? "wallbox",
      id: device.deviceId,
      mode: device.mode ?? mode,
      minBandW: device.minBandW,
      ...(thresholds === undefined ? {} : { thresholds }),
    })),
    forced: { unavailable: options.unavailable ?? {}, healthWarning: options.healthWarning ?? null },
  };
}

function loginsOf(options: PartnerServerOptions, userId: string): readonly Login[] {
  const gateway: Login = {
    username: usernameOf(options),
    password: options.password ?? "simulated-password",
    caller: { role: "user", userId },
  };
  return [gateway, SIMULATED_ADMIN, ...(options.logins ?? [])];
}

function usernameOf({ username }: GatewayUserSeed): string {
  return username ?? "gateway@example.com";
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
