import { pino } from "pino";
import { type CentralSystem, createCentralSystem } from "../../../../drivers/ocpp/central-system.ts";
import { createOcppWallbox, type OcppWallbox } from "../../../../drivers/ocpp/ocpp-wallbox.ts";
import { createMemoryStateStore } from "../../../../src/history/memory-state-store.ts";
import { createSystemClock } from "../../../../src/service/clock.ts";

/** The driver as the daemon has it, on the real clock, for one box with a password. */
export interface RealSite {
  readonly url: string;
  readonly wallbox: OcppWallbox;
  readonly centralSystem: CentralSystem;
  /** Control says this each half second from now on, A per phase. */
  ask(currentA: number): void;
  close(): Promise<void>;
}

export const IDENTITY = "INTEROP-1";
export const PASSWORD = "interop-password";
const PASS_MS = 500;

export async function createRealSite(): Promise<RealSite> {
  const clock = createSystemClock();
  const deps = { clock, log: pino({ level: "silent" }), store: createMemoryStateStore() };
  const centralSystem = createCentralSystem(
    {
      host: "127.0.0.1",
      port: 0,
      callTimeoutMs: 2_000,
      pingIntervalMs: 1_000,
      accounts: [{ identity: IDENTITY, password: PASSWORD }],
    },
    deps,
  );
  const wallbox = createOcppWallbox(
    {
      name: "interop",
      identity: IDENTITY,
      connector: 1,
      phases: 3,
      minCurrentA: 6,
      maxCurrentA: 16,
      stepA: 0.1,
      floorCurrentA: 6,
      horizonMs: 90_000,
      maxWritesPerDay: 1_000,
    },
    { ...deps, centralSystem },
  );
  const started = await centralSystem.start();
  if (!started.ok) throw new Error(started.fault.detail);
  let asked: number | undefined;
  const passes = setInterval(() => {
    if (asked !== undefined) void wallbox.apply({ currentA: asked, phases: 3, isUrgent: false });
  }, PASS_MS);
  return {
    url: `ws://127.0.0.1:${started.port}`,
    wallbox,
    centralSystem,
    ask(currentA) {
      asked = currentA;
    },
    async close() {
      clearInterval(passes);
      await wallbox.close();
      await centralSystem.close();
    },
  };
}
