import type { Logger } from "pino";
import { onTestFinished } from "vitest";
import {
  createPartnerServer,
  type PartnerServer,
  type PartnerServerOptions,
  SIMULATED_ORG_ID,
  SIMULATED_USER_ID,
} from "../../simulator/partner/partner-server.ts";
import { createMemoryStateStore } from "../../src/history/memory-state-store.ts";
import { createPartnerClient, type PartnerClient } from "../../src/partner/partner-client.ts";
import type { RemoteSettings } from "../../src/ports/settings.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { createSyncLoop, type SyncLoop } from "../../src/sync/sync-loop.ts";
import { capturedLog, USER_LOGIN } from "../partner/partner-fixture.ts";
import { eventually } from "../support/eventually.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

export interface SyncFixture {
  readonly clock: ManualClock;
  readonly server: PartnerServer;
  readonly store: StateStore;
  readonly log: Logger;
  readonly logLines: string[];
  /** Every call of `applyRemote`, oldest first. */
  readonly applied: RemoteSettings[];
  /** A sync loop for the same server, store and target: call it again to play a restart. */
  boot(): SyncLoop;
  /** Moves the clock on and waits until no request is under way, step by step. */
  pass(durationMs: number, stepMs?: number): Promise<void>;
}

export const POLL_MS = 60_000;

export async function syncFixture(
  setup: { readonly server?: Partial<PartnerServerOptions>; readonly random?: () => number } = {},
): Promise<SyncFixture> {
  const clock = createManualClock();
  const server = await createPartnerServer({ clock, ...setup.server });
  const store = createMemoryStateStore();
  const { log, logLines } = capturedLog();
  const applied: RemoteSettings[] = [];
  const clients: PartnerClient[] = [];
  let inFlight = 0;

  function boot(): SyncLoop {
    const client = createPartnerClient(
      {
        baseUrl: server.address().url,
        tokenUrl: undefined,
        orgId: SIMULATED_ORG_ID,
        userId: SIMULATED_USER_ID,
        auth: USER_LOGIN,
        // Far away: here only the tests decide how long an answer takes.
        timeoutMs: 10 * 86_400_000,
        statusUrl: undefined,
      },
      { clock, log },
    );
    clients.push(client);
    return createSyncLoop(
      { pollMs: POLL_MS, phase: 0 },
      {
        client: counted(client),
        clock,
        log,
        store,
        target: { applyRemote: (settings) => void applied.push(settings) },
        random: setup.random ?? (() => 0.5),
      },
    );
  }

  function counted(client: PartnerClient): PartnerClient {
    const count = async <T>(call: Promise<T>): Promise<T> => {
      inFlight++;
      try {
        return await call;
      } finally {
        inFlight--;
      }
    };
    return {
      ...client,
      getChargingConfig: () => count(client.getChargingConfig()),
      putChargingConfig: (update) => count(client.putChargingConfig(update)),
      latestDeviceUpdate: () => count(client.latestDeviceUpdate()),
      pushStatus: (status) => count(client.pushStatus(status)),
    };
  }

  onTestFinished(async () => {
    for (const client of clients) client.close();
    await server.close();
  });

  return {
    clock,
    server,
    store,
    log,
    logLines,
    applied,
    boot,
    async pass(durationMs, stepMs = 1_000) {
      for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
        await clock.advance(Math.min(stepMs, durationMs - passedMs));
        await eventually(() => inFlight === 0);
      }
      await clock.advance(0);
    },
  };
}
