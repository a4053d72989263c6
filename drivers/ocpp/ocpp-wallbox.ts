import type { Logger } from "pino";
import type { ChargeTransaction, VehicleState, WallboxCapability } from "../../src/core/site-sample.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { ApplyResult, CurrentCommand, Wallbox } from "../../src/ports/wallbox.ts";
import type { WallboxCard, WallboxService } from "../../src/ports/wallbox-card.ts";
import { wallboxCard } from "./box-card.ts";
import { type BoxConfiguration, profileLimits, sampleIntervalMs } from "./box-configuration.ts";
import { type BoxContext, createBoxContext, DEFAULT_ID_TAG } from "./box-context.ts";
import type { BoxHabits } from "./box-habits.ts";
import type { Station } from "./box-link.ts";
import { type CurrentParts, createBoxSelfTest, createBoxUpstream, createCurrentParts } from "./box-parts.ts";
import { type BoxSession, createBoxSession } from "./box-session.ts";
import { createSettingChanger } from "./box-setup.ts";
import type { Account, CentralSystem } from "./central-system.ts";
import type { ProfilePlan } from "./charging-profile.ts";
import { fallsBackTo } from "./dead-man.ts";
import { createIncomingCalls, type IncomingCalls } from "./incoming-calls.ts";
import { changeKey } from "./key-change.ts";
import type { BoxIdentification } from "./model-book.ts";
import { WALL_JUMP_MS } from "./profile-due.ts";
import type { ProfileWriterOptions } from "./profile-writer.ts";
import type { SelfTest } from "./self-test.ts";
import type { Transactions } from "./transactions.ts";
import type { Upstream, UpstreamOptions } from "./upstream/upstream.ts";

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

/** One connector of an OCPP wallbox that dials in to `centralSystem`. Works as far as the box does. */
export function createOcppWallbox(options: OcppWallboxOptions, deps: OcppWallboxDeps): OcppWallbox {
  const { centralSystem } = deps;
  const box = createBoxContext(options, deps, (now) => vehicleIs(now));
  const { memory, log } = box;
  const parts = createCurrentParts(box);
  const { measurements, writer, phaseSwitch, steering } = parts;
  const session = createSession(box, parts);
  const isUsable = () => session.isUsable;
  const calls = createCalls(box, parts);
  const selfTest = createBoxSelfTest(box, parts, { isUsable, centralSystem });
  const upstream = createBoxUpstream(box, parts, isUsable);

  function vehicleIs(now: VehicleState): void {
    if (now === box.vehicle) return;
    log.info({ vehicle: now }, "vehicle state changed");
    const isPauseOver = box.vehicle === "suspended_by_wallbox" && now === "charging";
    box.vehicle = now;
    measurements.vehicleChanged(now);
    writer.vehicleChanged(now);
    steering.vehicleChanged(now);
    if (isPauseOver && !box.habits().keepsLimitInPause) writer.repeat();
  }

  const unregister = centralSystem.register(
    options.identity,
    stationOf(box, parts, { session, calls, upstream }),
  );

  return {
    name: options.name,
    sample() {
      const isConnected = box.link !== undefined;
      return {
        isConnected,
        vehicle: box.vehicle,
        ...measurements.readings(isConnected),
        isFollowing: measurements.isFollowing,
        isContested: measurements.isContested,
        capability: capabilityOf(box, parts, { upstream, selfTest }),
        transaction: runningTransaction(memory.transactions, measurements.energyRegisterWh),
      };
    },
    apply(command) {
      if ((box.link !== undefined && !session.isUsable) || selfTest.isRunning) return Promise.resolve(BUSY);
      const admitted = phaseSwitch.admit(withinUpstream(command, upstream));
      if (admitted === undefined) return Promise.resolve(BUSY);
      steering.wants(admitted.currentA);
      return writer.apply(admitted);
    },
    writesToday: () => memory.budget.count(),
    deadMan: () => memory.book.plan,
    deviations: () => memory.deviations.counts(),
    card: () => cardOf(box, parts, { selfTest, upstream }),
    startSelfTest: () => selfTest.start(),
    startPhaseTest: () => phaseSwitch.startTest(),
    changeKey: () => changeKey(box.link, centralSystem),
    pairAnew: () => centralSystem.pairAnew(options.identity),
    async close() {
      upstream?.stop();
      session.linkDown();
      unregister();
    },
  };
}

function createSession(box: BoxContext, { writer, measurements }: CurrentParts): BoxSession {
  const { clock, log, triggers, habits, memory } = box;

  function learn(configuration: BoxConfiguration): void {
    if (configuration.size === 0) return;
    memory.facts.learn(configuration);
    if (memory.book.learnLimits(profileLimits(configuration))) writer.forget();
    const intervalMs = sampleIntervalMs(configuration);
    if (intervalMs !== undefined) measurements.expectEvery(intervalMs);
  }

  return createBoxSession(box.options.connector, {
    clock,
    writer,
    triggers,
    habits,
    isNew: () => memory.facts.isNew,
    changeSettings: createSettingChanger(log),
    onConfiguration: learn,
    isStatusKnown: () => box.vehicle !== "unknown",
    isMeterStale: () => measurements.isStale(),
  });
}

function createCalls(box: BoxContext, parts: CurrentParts): IncomingCalls {
  const { options, clock, memory, habits } = box;
  const { writer, measurements, phaseSwitch } = parts;
  const { book, models, deviations, transactions } = memory;

  function bootSeen(identification: BoxIdentification): void {
    const hasNewHabits = models.bootSeen(identification);
    book.firmwareSeen(identification.firmware);
    if (!hasNewHabits) return;
    if (book.useHabits(models.habits)) writer.forget();
    const { pingIntervalMs } = models.habits;
    if (pingIntervalMs !== undefined) box.link?.setPingInterval(pingIntervalMs);
  }

  /** With its clock the box moves every time in the profiles that it holds: they are written anew, once it has the answer. */
  function timeTold(wallOffsetMs: number): void {
    const before = box.toldWallOffsetMs;
    box.toldWallOffsetMs = wallOffsetMs;
    if (before === undefined || Math.abs(wallOffsetMs - before) <= WALL_JUMP_MS) return;
    calls.restart();
    measurements.clockSet();
    clock.setTimeout(() => writer.repeat(), 0);
  }

  const calls: IncomingCalls = createIncomingCalls(options.connector, {
    clock,
    deviations,
    transactions,
    isTagAllowed: box.tags.isAllowed,
    onBoot: bootSeen,
    onTimeTold: timeTold,
    onVehicle: box.vehicleIs,
    onBoxTime: measurements.timeSeen,
    onTransactionStarted() {
      writer.transactionStarted();
      if (box.vehicle === "unknown") box.vehicleIs("connected");
      // Their times count from this moment.
      if (book.kind === "Relative" || habits().profilePurpose === "TxProfile") writer.repeat();
    },
    onTransactionStopped: () => box.vehicle !== "absent" && box.vehicleIs("finishing"),
    onMeterValues(payload) {
      measurements.take(payload);
      phaseSwitch.measured();
    },
  });
  return calls;
}

function stationOf(
  box: BoxContext,
  { steering, measurements }: CurrentParts,
  talk: {
    readonly session: BoxSession;
    readonly calls: IncomingCalls;
    readonly upstream: Upstream | undefined;
  },
): Station {
  const { log } = box;
  const { session, calls, upstream } = talk;
  return {
    onConnected(link) {
      log.info("wallbox connected");
      box.link = link;
      calls.restart();
      session.linkUp(link);
      steering.linkUp(link);
    },
    onDisconnected(link) {
      if (box.link !== link) return;
      log.warn("wallbox disconnected");
      box.link = undefined;
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
    verdict: (idTag) => upstream?.verdict(idTag),
  };
}

/** What another central system allows; it never raises anything. */
function withinUpstream(command: CurrentCommand, upstream: Upstream | undefined): CurrentCommand {
  const limitA = upstream?.limitA();
  if (limitA === undefined || command.currentA <= limitA) return command;
  return { ...command, currentA: limitA, isUrgent: true };
}

function capabilityOf(
  box: BoxContext,
  { phaseSwitch, writer }: CurrentParts,
  { upstream, selfTest }: { readonly upstream: Upstream | undefined; readonly selfTest: SelfTest },
): WallboxCapability {
  const { options } = box;
  const minCurrentA = box.minCurrentA();
  const upstreamA = upstream?.limitA() ?? options.maxCurrentA;
  return {
    minCurrentA,
    maxCurrentA: Math.max(minCurrentA, Math.min(options.maxCurrentA, upstreamA)),
    ratedCurrentA: options.maxCurrentA,
    stepA: options.stepA,
    phases: phaseSwitch.activePhases,
    canSwitchPhases: phaseSwitch.canSwitch,
    isModulating: writer.isModulating,
    fallsBackTo: writer.isModulating
      ? fallsBackTo(box.memory.book.plan, box.habits(), selfTest.last)
      : "rating",
  };
}

function cardOf(
  box: BoxContext,
  { phaseSwitch, measurements, steering }: CurrentParts,
  { selfTest, upstream }: { readonly selfTest: SelfTest; readonly upstream: Upstream | undefined },
): WallboxCard {
  const { options } = box;
  return wallboxCard({
    ...box.memory,
    name: options.name,
    identity: options.identity,
    isConnected: box.link !== undefined,
    protocol: box.link?.protocol,
    floorCurrentA: box.floorCurrentA(),
    horizonMs: options.horizonMs,
    triggers: box.triggers.answers(),
    installedPhases: options.phases,
    phaseSwitch,
    selfTest: selfTest.last,
    security: options.security ?? "open",
    upstream,
    clockErrorMs: measurements.clockErrorMs,
    needsReplug: steering.needsReplug,
  });
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
    // What starts a charge by itself or by us names nobody.
    idTag: [undefined, "", DEFAULT_ID_TAG].includes(session?.idTag) ? undefined : session?.idTag,
    startedWallMs: session?.startedWallMs,
    energyWh: session === undefined ? undefined : energyWh,
  };
}
