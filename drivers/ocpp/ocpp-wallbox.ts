import type { Logger } from "pino";
import type { ChargeTransaction, VehicleState, WallboxCapability } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../../src/ports/wallbox.ts";
import type { WallboxService } from "../../src/ports/wallbox-card.ts";
import { deadManVariant, wallboxCard } from "./box-card.ts";
import { type BoxConfiguration, profileLimits, sampleIntervalMs } from "./box-configuration.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { BoxLink } from "./box-link.ts";
import { createBoxMeasurements } from "./box-measurements.ts";
import { createBoxMemory } from "./box-memory.ts";
import { createBoxSession } from "./box-session.ts";
import { createSettingChanger } from "./box-setup.ts";
import { createBoxTriggers } from "./box-triggers.ts";
import type { Account, CentralSystem } from "./central-system.ts";
import type { ProfilePlan } from "./charging-profile.ts";
import { createIncomingCalls } from "./incoming-calls.ts";
import { changeKey } from "./key-change.ts";
import type { BoxIdentification } from "./model-book.ts";
import { createPhaseSwitch } from "./phase-switch.ts";
import { createProfileWriter, type ProfileWriterOptions } from "./profile-writer.ts";
import { createSelfTest } from "./self-test.ts";
import { createTagCheck } from "./tag-list.ts";
import { createTransactionSteering } from "./transaction-steering.ts";
import type { Transactions } from "./transactions.ts";
import { createUpstream, type Upstream, type UpstreamOptions } from "./upstream/upstream.ts";

export interface OcppWallboxOptions extends ProfileWriterOptions {
  readonly name: string;
  readonly identity: string;
  /** Beyond it no write raises the current; reductions, renewals, floors and retries still go out. */
  readonly maxWritesPerDay: number;
  /** IANA name; the day of the write budget begins at its midnight. UTC when left out. */
  readonly timeZone?: string;
  /** Key of a known model; by default the box says which one it is. */
  readonly model?: string | undefined;
  /** What is known better of this box than of its model. */
  readonly habits?: Partial<BoxHabits>;
  /** How the box must prove itself; only for the card. */
  readonly security?: Account["security"];
  /** Under which tag we start a charge, where the box must be told to. */
  readonly idTag?: string;
  /** A second central system, which hears what the box says and may limit it. */
  readonly upstream?: Omit<UpstreamOptions, "key"> | undefined;
  /** Tags that may charge; empty or left out: everybody. */
  readonly allowedTags?: readonly string[];
}

export interface OcppWallboxDeps {
  readonly centralSystem: Pick<CentralSystem, "register" | "bar" | "passwordChanged" | "pairAnew">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
}

export interface OcppWallbox extends Wallbox, WallboxService {
  readonly name: string;
  /** How the box falls back when the gateway dies; `plain` means that it does not. */
  deadMan(): ProfilePlan;
  /** How often the box did what the specification does not allow, by kind. */
  deviations(): ReadonlyMap<string, number>;
}

const BUSY: ApplyResult = { kind: "deferred", because: "busy" };
const DEFAULT_ID_TAG = "hems-edge";

/** One connector of an OCPP 1.6J wallbox that dials in to `centralSystem`. Works as far as the box does. */
export function createOcppWallbox(options: OcppWallboxOptions, deps: OcppWallboxDeps): OcppWallbox {
  const { clock, store } = deps;
  const { connector } = options;
  const log = deps.log.child({ wallbox: options.name });
  const key = `wallbox/${options.name}`;
  const timeZone = options.timeZone ?? "UTC";
  const idTag = options.idTag ?? DEFAULT_ID_TAG;
  const memory = createBoxMemory(
    {
      key,
      timeZone,
      modelKey: options.model,
      overrides: options.habits ?? {},
      maxWritesPerDay: options.maxWritesPerDay,
    },
    { clock, store, log },
  );
  const { deviations, transactions, models, facts, book, budget } = memory;
  const triggers = createBoxTriggers(clock);
  const habits = () => models.habits;
  const minCurrentA = () => Math.max(options.minCurrentA, habits().minCurrentA ?? 0);
  let link: BoxLink | undefined;
  let vehicle: VehicleState = "unknown";

  const phaseSwitch = createPhaseSwitch(
    { key: `${key}/phases`, installed: options.phases, minCurrentA: options.minCurrentA, timeZone },
    {
      clock,
      log,
      store,
      habits,
      write: (currentA) => isWritten({ currentA, phases: phaseSwitch.activePhases, isUrgent: true }),
      forgetProfiles: () => writer.forget(),
      phaseCurrentsA: () => measurements.readings(link !== undefined).phaseCurrentsA?.value,
    },
  );
  const measurements = createBoxMeasurements(
    {
      phases: () => phaseSwitch.activePhases,
      maxCurrentA: options.maxCurrentA,
      floorCurrentA: options.floorCurrentA,
    },
    {
      clock,
      log,
      deviations,
      askForMeter: () => void triggers.request("MeterValues", connector),
      askForStatus: () => void triggers.request("StatusNotification", connector),
      onCharging: () => vehicleIs("charging"),
      onNotFollowed() {
        steering.pauseIgnored();
        writer.repeat();
      },
      onClockCorrected: () => writer.repeat(),
    },
  );
  const steering = createTransactionSteering(
    { connector, idTag },
    { clock, log, habits, openTransactionId: () => transactions.openId },
  );
  const writer = createProfileWriter(options, {
    clock,
    log,
    budget,
    book,
    habits,
    transaction: () =>
      transactions.openId === undefined
        ? undefined
        : { id: transactions.openId, startedWallMs: transactions.session?.startedWallMs },
    boxClockErrorMs: () => measurements.profileClockErrorMs,
    numberPhases: () => phaseSwitch.numberPhases(),
    activePhases: () => phaseSwitch.activePhases,
    onLimitConfirmed: (limitA) => measurements.limitConfirmed(limitA),
  });
  const session = createBoxSession(connector, {
    clock,
    writer,
    triggers,
    habits,
    isNew: () => facts.isNew,
    changeSettings: createSettingChanger(log),
    onConfiguration: learn,
    isStatusKnown: () => vehicle !== "unknown",
    isMeterStale: () => measurements.isStale(),
  });
  const calls = createIncomingCalls(connector, {
    clock,
    deviations,
    transactions,
    isTagAllowed: createTagCheck({ allowed: options.allowedTags ?? [], ours: idTag }, log),
    onBoot: bootSeen,
    onVehicle: vehicleIs,
    onTransactionStarted() {
      if (vehicle === "unknown") vehicleIs("connected");
      // Their times count from this moment.
      if (book.kind === "Relative" || habits().profilePurpose === "TxProfile") writer.repeat();
    },
    onTransactionStopped: () => vehicle !== "absent" && vehicleIs("finishing"),
    onMeterValues(payload) {
      measurements.take(payload);
      phaseSwitch.measured();
    },
  });
  const selfTest = createSelfTest(`${key}/self-test`, {
    clock,
    log,
    store,
    floorCurrentA: () => floorCurrentA(),
    measured() {
      const reading = measurements.readings(link !== undefined).phaseCurrentsA;
      return reading === undefined ? undefined : { currentA: Math.max(...reading.value), atMs: reading.atMs };
    },
    isConnected: () => link !== undefined && session.isUsable,
    obstacle() {
      const isHopeless = deadManVariant(book.plan, habits()) === "C";
      return isHopeless ? "this wallbox takes no expiring limit: there is nothing to test" : undefined;
    },
    writeLast: (horizonMs) => writer.writeLast(horizonMs),
    release: () => writer.release(),
    bar: (durationMs) => deps.centralSystem.bar(options.identity, durationMs),
    askForMeter: () => void triggers.request("MeterValues", connector),
  });

  const upstream: Upstream | undefined =
    options.upstream === undefined
      ? undefined
      : createUpstream(
          { ...options.upstream, key: `${key}/upstream` },
          {
            clock,
            log,
            store,
            box: () => (session.isUsable ? link : undefined),
            phases: () => phaseSwitch.activePhases,
            session: () => transactions.session,
            onLimit: () => log.info({ limitA: upstream?.limitA() }, "upstream limit changed"),
          },
        );

  /** What another central system allows; it never raises anything. */
  function withinUpstream(command: CurrentCommand): CurrentCommand {
    const limitA = upstream?.limitA();
    if (limitA === undefined || command.currentA <= limitA) return command;
    return { ...command, currentA: limitA, isUrgent: true };
  }

  function floorCurrentA(): number {
    return options.floorCurrentA < minCurrentA() ? 0 : options.floorCurrentA;
  }

  function capabilityNow(): WallboxCapability {
    const limitA = upstream?.limitA() ?? options.maxCurrentA;
    const maxCurrentA = Math.max(minCurrentA(), Math.min(options.maxCurrentA, limitA));
    return {
      minCurrentA: minCurrentA(),
      maxCurrentA,
      stepA: options.stepA,
      phases: phaseSwitch.activePhases,
      canSwitchPhases: phaseSwitch.canSwitch,
      isModulating: writer.isModulating,
    };
  }

  async function isWritten(command: Parameters<Wallbox["apply"]>[0]): Promise<boolean> {
    const result = await writer.apply(command);
    return result.kind === "written" || result.kind === "unchanged";
  }

  function vehicleIs(now: VehicleState): void {
    if (now === vehicle) return;
    log.info({ vehicle: now }, "vehicle state changed");
    vehicle = now;
    measurements.vehicleChanged(now);
    writer.vehicleChanged(now);
    steering.vehicleChanged(now);
  }

  function bootSeen(identification: BoxIdentification): void {
    const hasNewHabits = models.bootSeen(identification);
    book.firmwareSeen(identification.firmware);
    if (!hasNewHabits) return;
    if (book.useHabits(models.habits)) writer.forget();
    const { pingIntervalMs } = models.habits;
    if (pingIntervalMs !== undefined) link?.setPingInterval(pingIntervalMs);
  }

  function learn(configuration: BoxConfiguration): void {
    if (configuration.size === 0) return;
    facts.learn(configuration);
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
      steering.linkUp(newLink);
    },
    onDisconnected(oldLink) {
      if (link !== oldLink) return;
      log.warn("wallbox disconnected");
      link = undefined;
      session.linkDown();
      steering.linkDown();
      measurements.linkDown();
    },
    onCall(action, payload) {
      const answer = calls.answer(action, payload);
      session.heard(action === "BootNotification");
      upstream?.boxSaid(action, payload, answer);
      return answer;
    },
  });

  return {
    name: options.name,
    sample() {
      const isConnected = link !== undefined;
      return {
        isConnected,
        vehicle,
        ...measurements.readings(isConnected),
        isFollowing: measurements.isFollowing,
        capability: capabilityNow(),
        transaction: runningTransaction(transactions, measurements.energyRegisterWh),
      };
    },
    apply(command) {
      if ((link !== undefined && !session.isUsable) || selfTest.isRunning) return Promise.resolve(BUSY);
      const admitted = phaseSwitch.admit(withinUpstream(command));
      if (admitted === undefined) return Promise.resolve(BUSY);
      steering.wants(admitted.currentA);
      return writer.apply(admitted);
    },
    writesToday: () => budget.count(),
    deadMan: () => book.plan,
    deviations: () => deviations.counts(),
    card: () =>
      wallboxCard({
        ...memory,
        name: options.name,
        identity: options.identity,
        isConnected: link !== undefined,
        protocol: link?.protocol,
        floorCurrentA: floorCurrentA(),
        horizonMs: options.horizonMs,
        triggers: triggers.answers(),
        installedPhases: options.phases,
        phaseSwitch,
        selfTest: selfTest.last,
        security: options.security ?? "open",
        upstream,
        clockErrorMs: measurements.clockErrorMs,
        needsReplug: steering.needsReplug,
      }),
    startSelfTest: () => selfTest.start(),
    startPhaseTest: () => phaseSwitch.startTest(),
    changeKey: () => changeKey(link, deps.centralSystem),
    pairAnew: () => deps.centralSystem.pairAnew(options.identity),
    async close() {
      upstream?.stop();
      session.linkDown();
      unregister();
    },
  };
}

/** A register that is below its start counts the session only. */
function runningTransaction(
  { openId, session }: Transactions,
  registerWh: number | undefined,
): ChargeTransaction | undefined {
  if (openId === undefined) return undefined;
  const startWh = session?.meterStartWh;
  const isLifetime = startWh !== undefined && registerWh !== undefined && registerWh >= startWh;
  const energyWh = isLifetime ? registerWh - startWh : registerWh;
  return {
    id: openId,
    idTag: session?.idTag,
    startedWallMs: session?.startedWallMs,
    energyWh: session === undefined ? undefined : energyWh,
  };
}
