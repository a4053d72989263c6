import type { Logger } from "pino";
import type { VehicleState, WallboxCapability } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { Wallbox } from "../../src/ports/wallbox.ts";
import { type BoxConfiguration, profileLimits, sampleIntervalMs } from "./box-configuration.ts";
import type { BoxLink } from "./box-link.ts";
import { createBoxMeasurements } from "./box-measurements.ts";
import { createBoxSession } from "./box-session.ts";
import { createSettingChanger } from "./box-setup.ts";
import { createBoxTriggers } from "./box-triggers.ts";
import type { CentralSystem } from "./central-system.ts";
import type { ProfilePlan } from "./charging-profile.ts";
import { createDeviationLog } from "./deviation-log.ts";
import { createIncomingCalls } from "./incoming-calls.ts";
import { createPlanBook } from "./profile-plan.ts";
import { createProfileWriter, type ProfileWriterOptions } from "./profile-writer.ts";
import { createTransactions } from "./transactions.ts";
import { createWriteBudget } from "./write-budget.ts";

export interface OcppWallboxOptions extends ProfileWriterOptions {
  readonly name: string;
  readonly identity: string;
  /** Beyond it no write raises the current; reductions, renewals, floors and retries still go out. */
  readonly maxWritesPerDay: number;
  /** IANA name; the day of the write budget begins at its midnight. UTC when left out. */
  readonly timeZone?: string;
}

export interface OcppWallboxDeps {
  readonly centralSystem: Pick<CentralSystem, "register">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
}

export interface OcppWallbox extends Wallbox {
  /** How the box falls back when the gateway dies; `plain` means that it does not. */
  deadMan(): ProfilePlan;
  /** How often the box did what the specification does not allow, by kind. */
  deviations(): ReadonlyMap<string, number>;
}

/** One connector of an OCPP 1.6J wallbox that dials in to `centralSystem`. Works as far as the box does. */
export function createOcppWallbox(options: OcppWallboxOptions, deps: OcppWallboxDeps): OcppWallbox {
  const { clock, store } = deps;
  const log = deps.log.child({ wallbox: options.name });
  const key = `wallbox/${options.name}`;
  const deviations = createDeviationLog(log);
  const transactions = createTransactions(`${key}/transactions`, deps);
  const book = createPlanBook(`${key}/profiles`, { store, log });
  const triggers = createBoxTriggers(clock);
  const budget = createWriteBudget(
    {
      key: `${key}/writes`,
      maxWritesPerDay: options.maxWritesPerDay,
      timeZone: options.timeZone ?? "UTC",
    },
    deps,
  );
  let link: BoxLink | undefined;
  let vehicle: VehicleState = "unknown";
  let capability = capabilityOf(options, true);

  const measurements = createBoxMeasurements(options, {
    clock,
    log,
    deviations,
    askForMeter: () => void triggers.request("MeterValues", options.connector),
    askForStatus: () => void triggers.request("StatusNotification", options.connector),
    onCharging: () => vehicleIs("charging"),
    onNotFollowed: () => writer.repeat(),
  });
  const writer = createProfileWriter(options, {
    clock,
    log,
    budget,
    book,
    onLimitConfirmed: (limitA) => measurements.limitConfirmed(limitA),
  });
  const session = createBoxSession(options.connector, {
    clock,
    writer,
    triggers,
    changeSettings: createSettingChanger(log),
    onConfiguration: learn,
    isStatusKnown: () => vehicle !== "unknown",
    isMeterStale: () => measurements.isStale(),
  });
  const calls = createIncomingCalls(options.connector, {
    clock,
    deviations,
    transactions,
    onBoot: (firmware) => book.firmwareSeen(firmware),
    onVehicle: vehicleIs,
    onTransactionStarted: () => vehicle === "unknown" && vehicleIs("connected"),
    onTransactionStopped: () => vehicle !== "absent" && vehicleIs("finishing"),
    onMeterValues: (payload) => measurements.take(payload),
  });

  function vehicleIs(now: VehicleState): void {
    if (now === vehicle) return;
    log.info({ vehicle: now }, "vehicle state changed");
    vehicle = now;
    measurements.vehicleChanged(now);
    writer.vehicleChanged(now);
  }

  function learn(configuration: BoxConfiguration): void {
    if (configuration.size === 0) return;
    if (book.learnLimits(profileLimits(configuration))) writer.forget();
    const intervalMs = sampleIntervalMs(configuration);
    if (intervalMs !== undefined) measurements.expectEvery(intervalMs);
  }

  const unregister = deps.centralSystem.register(options.identity, {
    onConnected(newLink) {
      log.info("wallbox connected");
      link = newLink;
      calls.restart();
      session.linkUp(newLink);
    },
    onDisconnected(oldLink) {
      if (link !== oldLink) return;
      log.warn("wallbox disconnected");
      link = undefined;
      session.linkDown();
      measurements.linkDown();
    },
    onCall(action, payload) {
      const answer = calls.answer(action, payload);
      session.heard(action === "BootNotification");
      return answer;
    },
  });

  return {
    name: options.name,
    sample() {
      if (capability.isModulating !== writer.isModulating) {
        capability = capabilityOf(options, writer.isModulating);
      }
      const isConnected = link !== undefined;
      return {
        isConnected,
        vehicle,
        ...measurements.readings(isConnected),
        isFollowing: measurements.isFollowing,
        capability,
      };
    },
    apply(command) {
      if (link !== undefined && !session.isUsable) {
        return Promise.resolve({ kind: "deferred", because: "busy" });
      }
      return writer.apply(command);
    },
    writesToday: () => budget.count(),
    deadMan: () => book.plan,
    deviations: () => deviations.counts(),
    async close() {
      session.linkDown();
      unregister();
    },
  };
}

function capabilityOf(options: OcppWallboxOptions, isModulating: boolean): WallboxCapability {
  const { minCurrentA, maxCurrentA, stepA, phases } = options;
  return { minCurrentA, maxCurrentA, stepA, phases, canSwitchPhases: false, isModulating };
}
