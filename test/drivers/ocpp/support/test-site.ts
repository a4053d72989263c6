import type { SetChargingProfileRequest } from "ocpp-ts";
import { pino } from "pino";
import {
  type CentralSystem,
  type CentralSystemOptions,
  createCentralSystem,
} from "../../../../drivers/ocpp/central-system.ts";
import {
  createOcppWallbox,
  type OcppWallbox,
  type OcppWallboxOptions,
} from "../../../../drivers/ocpp/ocpp-wallbox.ts";
import type { StateStore } from "../../../../src/ports/state-store.ts";
import type { CurrentCommand } from "../../../../src/ports/wallbox.ts";
import { eventually } from "../../../support/eventually.ts";
import { createLoopbackWatch } from "../../../support/loopback-watch.ts";
import { createManualClock, type ManualClock } from "../../../support/manual-clock.ts";
import { createMemoryStore } from "./memory-store.ts";
import { dialIn, type ScriptedBox, type ScriptedBoxOptions } from "./scripted-box.ts";

export const HORIZON_MS = 600_000;
export const CALL_TIMEOUT_MS = 45_000;

export interface TestSite {
  readonly clock: ManualClock;
  readonly port: number;
  readonly centralSystem: CentralSystem;
  readonly wallbox: OcppWallbox;
  readonly store: StateStore;
  /** Messages that were logged at info or above. */
  readonly logged: { readonly level: number; readonly msg: string }[];
  dial(options?: ScriptedBoxOptions): Promise<ScriptedBox>;
  /** Dials in, boots, reports the status, and waits for the end of the set-up. */
  dialReady(status?: string, options?: ScriptedBoxOptions): Promise<ScriptedBox>;
  close(): Promise<void>;
}

export interface TestSiteOptions {
  readonly wallbox?: Partial<OcppWallboxOptions>;
  readonly central?: Partial<CentralSystemOptions>;
  readonly store?: StateStore;
  readonly clock?: ManualClock;
  readonly neighbours?: () => string;
}

/** A central system on a free port with one wallbox driver, on a clock that the test moves. */
export async function createTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  const loopback = createLoopbackWatch();
  const clock = options.clock ?? createManualClock(undefined, loopback.quiet);
  const store = options.store ?? createMemoryStore();
  const logged: TestSite["logged"] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const centralSystem = createCentralSystem(
    {
      host: "127.0.0.1",
      port: 0,
      callTimeoutMs: CALL_TIMEOUT_MS,
      pingIntervalMs: 30_000,
      accounts: [{ identity: "BOX1" }],
      handshakeBurst: 1_000,
      ...options.central,
    },
    { clock, log, store, ...(options.neighbours !== undefined && { neighbours: options.neighbours }) },
  );
  const wallbox = createOcppWallbox(
    {
      name: "wallbox",
      identity: "BOX1",
      connector: 1,
      phases: 3,
      minCurrentA: 6,
      maxCurrentA: 16,
      stepA: 0.1,
      floorCurrentA: 6,
      horizonMs: HORIZON_MS,
      maxWritesPerDay: 400,
      ...options.wallbox,
    },
    { centralSystem, clock, log, store },
  );
  const listening = await centralSystem.start();
  if (!listening.ok) throw new Error(listening.fault.detail);
  const { port } = listening;

  return {
    clock,
    port,
    centralSystem,
    wallbox,
    store,
    logged,
    dial: (box) => dialIn(port, box),
    async dialReady(status = "Charging", box = {}) {
      const scripted = await dialIn(port, box);
      await scripted.boot();
      await scripted.status(status);
      // The last step of the set-up.
      await eventually(() =>
        scripted.calls("TriggerMessage").some((call) => call.requestedMessage === "MeterValues"),
      );
      return scripted;
    },
    async close() {
      await wallbox.close();
      await centralSystem.close();
      loopback.close();
    },
  };
}

export function command(currentA: number, isUrgent = false): CurrentCommand {
  return { currentA, phases: 3, isUrgent };
}

export function profiles(box: ScriptedBox): readonly SetChargingProfileRequest[] {
  return box.calls("SetChargingProfile") as unknown as readonly SetChargingProfileRequest[];
}

/** `0:6` for stack level and limit of each profile that was sent, in order. */
export function sentLimits(box: ScriptedBox): readonly string[] {
  return profiles(box).map(({ csChargingProfiles: { stackLevel, chargingSchedule } }) => {
    const limits = chargingSchedule.chargingSchedulePeriod.map((period) => period.limit);
    return `${stackLevel}:${limits.join(">")}`;
  });
}
