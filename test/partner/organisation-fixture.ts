import { onTestFinished } from "vitest";
import {
  createPartnerServer,
  type PartnerServer,
  type PartnerServerOptions,
  SIMULATED_ORG_ID,
} from "../../simulator/partner/partner-server.ts";
import { seededId, type UserSeed } from "../../simulator/partner/seed.ts";
import {
  createPartnerConnection,
  type PartnerConnection,
  type PartnerConnectionOptions,
} from "../../src/partner/partner-connection.ts";
import type { PartnerResult } from "../../src/partner/partner-error.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { CLIENT_LOGIN, capturedLog } from "./partner-fixture.ts";

export const ANNA = seededId("anna");
export const BEN = seededId("ben");
export const HOME = seededId("anna's home");
export const CAR = seededId("anna's car");
export const BOX = seededId("anna's box");
export const INVERTER = seededId("anna's inverter");
export const PUMP = seededId("anna's pump");

const THRESHOLDS = { hems_min_export_to_start_w: 4_000, hems_max_import_before_stopping_w: 500 };

export const ANNA_SEED: UserSeed = {
  user: {
    id: ANNA,
    email: "anna@example.com",
    external_user_id: "cust_1",
    first_name: "Anna",
    country: "AT",
    zip_code: "1010",
  },
  mode: "hems",
  buildings: [{ id: HOME, name: "Home", country: "AT" }],
  devices: [
    {
      kind: "electric_vehicle",
      id: CAR,
      policy: {
        mon: { charge_percentage: 80, charge_deadline: "07:30" },
        timezone: "Europe/Vienna",
      },
      sessions: Array.from({ length: 120 }, (_, index) => ({
        plug_in_time: `2026-0${1 + (index % 9)}-11T18:00:00Z`,
        unplug_time: index === 0 ? null : "2026-11-11T06:00:00Z",
        energy_charged_kwh: index,
      })),
    },
    { kind: "wallbox", id: BOX, minBandW: 4_140, thresholds: THRESHOLDS },
    { kind: "inverter", id: INVERTER },
    { kind: "heat_pump", id: PUMP },
  ],
};

export const BEN_SEED: UserSeed = { user: { id: BEN, email: "ben@example.com" } };

export const ANNA_LOGIN = { grant: "password", username: "anna@example.com", password: "annas" } as const;
export const ADMIN_LOGIN = {
  grant: "password",
  username: "admin@example.com",
  password: "simulated-admin-password",
} as const;

export interface OrganisationFixture {
  readonly clock: ManualClock;
  readonly server: PartnerServer;
  readonly api: PartnerConnection;
  readonly logLines: string[];
  /** A further connection to the same server. */
  connect(
    options?: Partial<PartnerConnectionOptions>,
    deps?: { readonly fetch?: typeof fetch },
  ): PartnerConnection;
}

/** A simulated Partner API with two users, and a connection with the organisation's client credentials. */
export async function organisationFixture(
  setup: {
    readonly server?: Partial<PartnerServerOptions>;
    readonly connection?: Partial<PartnerConnectionOptions>;
  } = {},
): Promise<OrganisationFixture> {
  const clock = createManualClock();
  const server = await createPartnerServer({
    clock,
    users: [ANNA_SEED, BEN_SEED],
    logins: [
      {
        username: ANNA_LOGIN.username,
        password: ANNA_LOGIN.password,
        caller: { role: "user", userId: ANNA },
      },
    ],
    ...setup.server,
  });
  const { log, logLines } = capturedLog();
  const connections: PartnerConnection[] = [];

  function connect(
    options: Partial<PartnerConnectionOptions> = {},
    deps: { readonly fetch?: typeof fetch } = {},
  ): PartnerConnection {
    const connection = createPartnerConnection(
      {
        baseUrl: server.address().url,
        tokenUrl: undefined,
        orgId: SIMULATED_ORG_ID,
        auth: CLIENT_LOGIN,
        timeoutMs: 10_000,
        largestBodyBytes: 1_000_000,
        pace: { concurrency: 8, perSecond: 1_000 },
        retries: 0,
        ...setup.connection,
        ...options,
      },
      { clock, log, random: () => 0.5, ...deps },
    );
    connections.push(connection);
    return connection;
  }

  onTestFinished(async () => {
    for (const connection of connections) connection.close();
    await server.close();
  });
  return { clock, server, logLines, connect, api: connect() };
}

/** The value of a call that must succeed. */
export async function success<T>(result: Promise<PartnerResult<T>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(`${settled.error.kind}: ${settled.error.detail}`);
  return settled.value;
}
