import type { Logger } from "pino";
import type { PhaseCurrentsA } from "../../src/core/units.ts";
import { type Clock, delay } from "../../src/ports/clock.ts";
import { createConfiguration } from "./configuration.ts";
import type { ChargePointHardware } from "./hardware.ts";
import { createMetering } from "./metering.ts";
import { createOcppLink } from "./ocpp-link.ts";
import { ocppTime } from "./ocpp-time.ts";
import type { ChargingContext, InstalledProfile } from "./profile-limit.ts";
import { createProfileStack, NOMINAL_STACK, type ProfileStackOptions } from "./profile-stack.ts";
import { CONFORMING, type Quirks } from "./quirks.ts";
import { createRegistration } from "./registration.ts";
import { createRequestHandler, type TriggeredMessage } from "./requests.ts";
import type { RpcAnswer } from "./rpc-answer.ts";
import { type ConnectorStatus, createSession } from "./session.ts";
import { createTransactionQueue } from "./transaction-queue.ts";

export interface ChargePointOptions {
  /** Endpoint of the central system without the identity: `ws://host:port/path`. */
  readonly url: string;
  readonly identity: string;
  /** Basic authentication (OCPP security profile 1); none when absent. */
  readonly password?: string | undefined;
  readonly vendor: string;
  readonly model: string;
  readonly hardware: ChargePointHardware;
  readonly clock: Clock;
  readonly log?: Logger | undefined;
  readonly quirks?: Partial<Quirks> | undefined;
  readonly meterIntervalMs?: number | undefined;
  /** From power-up until the box dials. */
  readonly bootDurationMs?: number | undefined;
  readonly callTimeoutMs?: number | undefined;
  readonly profileStack?: Partial<ProfileStackOptions> | undefined;
  /** Brings the hardware up to this monotonic time, where a house around it does so; otherwise the box does. */
  readonly advanceTo?: ((monotonicMs: number) => void) | undefined;
}

export interface ChargePointState {
  readonly isPowered: boolean;
  /** The central system has accepted this box on the present connection. */
  readonly isConnected: boolean;
  readonly status: ConnectorStatus;
  readonly transactionId: number | undefined;
  readonly isInTransaction: boolean;
  /** What the profiles allow now, A per phase; undefined when none limits. */
  readonly limitA: number | undefined;
  readonly offeredCurrentA: number;
  readonly phaseCurrentsA: PhaseCurrentsA;
  readonly powerW: number;
  readonly energyWh: number;
  readonly profiles: readonly InstalledProfile[];
  /** Messages about transactions that wait for the central system. */
  readonly queuedMessages: number;
}

export interface ChargePointCounters {
  /** Calls of the central system, by action. */
  readonly received: Readonly<Record<string, number>>;
  /** Calls to the central system, by action. */
  readonly sent: Readonly<Record<string, number>>;
  /** All calls in both directions. */
  readonly calls: number;
  readonly setChargingProfile: number;
}

/** A simulated OCPP 1.6J wallbox: real protocol, real profile stacking, on the given hardware and clock. */
export interface ChargePoint {
  readonly identity: string;
  state(): ChargePointState;
  counters(): ChargePointCounters;
  plugInCar(): void;
  unplugCar(): void;
  /** Mains off: the socket dies, the contactor opens; flash (profiles, open transaction) survives. */
  pull(): void;
  /** Mains on: boots and dials. */
  plug(): void;
  /** Network only: the box charges on by its profiles. `silently` leaves the peer a half-open connection. */
  cutLink(how?: "closed" | "silently"): void;
  restoreLink(): void;
  /** Ends the simulation; the charge point cannot be used afterwards. */
  close(): void;
}

const CONNECTOR_ID = 1;
const STEP_MS = 1_000;
const CALL_TIMEOUT_MS = 60_000;
const BOOT_DURATION_MS = 3_000;
const METER_INTERVAL_MS = 10_000;

/** Powers up at once, with the network there. `url` must be a WebSocket address, otherwise it throws. */
export function createChargePoint(options: ChargePointOptions): ChargePoint {
  const { clock, hardware, log } = options;
  const quirks: Quirks = { ...CONFORMING, ...options.quirks };
  const rules: ProfileStackOptions = {
    ...NOMINAL_STACK,
    ...(quirks.wattsOnly && { units: ["W"] }),
    ...options.profileStack,
  };
  const stack = createProfileStack(rules);
  const configuration = createConfiguration(
    {
      meterIntervalS: Math.round((options.meterIntervalMs ?? METER_INTERVAL_MS) / 1000),
      maxStackLevel: rules.maxStackLevel,
      maxPeriods: rules.maxPeriods,
      maxProfiles: rules.maxProfiles,
      rateUnits: rules.units.map((unit) => (unit === "A" ? "Current" : "Power")).join(","),
    },
    (key) => {
      if (key === "WebSocketPingInterval") link.setPingInterval(configuration.integer(key));
    },
  );
  const received = new Map<string, number>();
  const sent = new Map<string, number>();
  const monotonicMs = () => clock.monotonicMs();
  let wallOffsetMs = clock.wallMs() - clock.monotonicMs() + quirks.clockErrorMs;
  const wallMs = () => clock.monotonicMs() + wallOffsetMs;

  const link = createOcppLink(
    {
      url: options.url,
      identity: options.identity,
      password: () => configuration.text("AuthorizationKey") || options.password,
      callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
    },
    { onOpen, onClose, onCall },
    { clock, log },
  );

  function call(action: string, payload: object) {
    if (link.isOpen) count(sent, action);
    return link.call(action, payload);
  }

  const queue = createTransactionQueue({
    call,
    attempts: () => configuration.integer("TransactionMessageAttempts"),
    retryIntervalMs: () => configuration.integer("TransactionMessageRetryInterval") * 1000,
    monotonicMs,
  });
  const session = createSession({
    connectorId: CONNECTOR_ID,
    hardware,
    configuration,
    endsTransactionAtZero: quirks.endsTransactionAtZero,
    monotonicMs,
    wallMs,
    send: queue.push,
    onTransactionEnd() {
      stack.endTransaction(CONNECTOR_ID);
      saveProfiles();
    },
  });
  const metering = createMetering({
    connectorId: CONNECTOR_ID,
    hardware,
    configuration,
    session,
    samplesWhenIdle: quirks.idleMeterValues,
    monotonicMs,
    wallMs,
    queue: queue.push,
    send: sendIfRegistered,
  });
  const registration = createRegistration({
    bootRequest: {
      chargePointVendor: options.vendor,
      chargePointModel: options.model,
      chargePointSerialNumber: options.identity.slice(0, 25),
      firmwareVersion: "1.0.0",
    },
    configuration,
    bootsOnReconnect: !quirks.noBootOnReconnect,
    call,
    monotonicMs,
    onTime(toldMs) {
      if (quirks.clockErrorMs === 0) wallOffsetMs = toldMs - clock.monotonicMs();
    },
    onRegistered() {
      announceStatus(0);
      announceStatus(CONNECTOR_ID);
      queue.resume();
    },
  });
  const answer = createRequestHandler({
    stack,
    configuration,
    session,
    quirks,
    ratedCurrentA: hardware.maxCurrentA,
    wallMs,
    context,
    onProfilesChanged() {
      saveProfiles();
      obey();
    },
    reboot(kind) {
      session.restart(kind === "Soft" ? "SoftReset" : "HardReset");
      powerDown();
      powerUp();
    },
    trigger,
  });

  let flash = stack.snapshot();
  let isPowered = false;
  let isNetworkUp = true;
  let bootsAtMs: number | undefined;
  let isRunning = false;
  let announcedStatus: ConnectorStatus | undefined;
  let advancedToMs = clock.monotonicMs();
  let nextStepMs = clock.monotonicMs() + STEP_MS;

  function saveProfiles(): void {
    flash = stack.snapshot();
  }

  function context(): ChargingContext {
    return { connectorId: CONNECTOR_ID, phases: hardware.phases, transaction: session.transaction };
  }

  function profileLimitA(): number | undefined {
    return quirks.ignoresAcceptedProfiles ? undefined : stack.limitA(wallMs(), context());
  }

  function catchUp(): void {
    const nowMs = clock.monotonicMs();
    if (options.advanceTo !== undefined) options.advanceTo(nowMs);
    else if (nowMs > advancedToMs) hardware.advance(nowMs - advancedToMs);
    advancedToMs = nowMs;
  }

  /** Hands the limit in force to the hardware. */
  function obey(): void {
    catchUp();
    const mayCharge = isRunning && session.transaction !== undefined;
    hardware.allow(
      mayCharge ? Math.min(profileLimitA() ?? hardware.maxCurrentA, hardware.maxCurrentA) : undefined,
    );
  }

  function step(): void {
    nextStepMs += STEP_MS;
    timer = clock.setTimeout(step, nextStepMs - clock.monotonicMs());
    catchUp();
    if (bootsAtMs !== undefined && clock.monotonicMs() >= bootsAtMs) boot();
    if (!isRunning) return;
    session.step(profileLimitA());
    obey();
    if (session.status !== announcedStatus) announceStatus(CONNECTOR_ID);
    metering.tick();
    registration.tick();
    queue.tick();
    link.tick();
  }

  function powerUp(): void {
    if (isPowered) return;
    isPowered = true;
    bootsAtMs = clock.monotonicMs() + (options.bootDurationMs ?? BOOT_DURATION_MS);
  }

  function powerDown(): void {
    isPowered = false;
    isRunning = false;
    bootsAtMs = undefined;
    link.down();
    obey();
  }

  function boot(): void {
    bootsAtMs = undefined;
    isRunning = true;
    stack.restore(flash);
    session.restart("PowerLoss");
    registration.onPowerUp();
    if (isNetworkUp) link.up();
  }

  function onOpen(): void {
    announcedStatus = undefined;
    registration.onOpen();
  }

  function onClose(): void {
    registration.onClose();
    queue.pause();
    if (!quirks.losesProfilesOnLinkLoss) return;
    stack.reset();
    saveProfiles();
  }

  async function onCall(action: string, payload: unknown): Promise<RpcAnswer> {
    count(received, action);
    if (quirks.answerDelayMs > 0) await delay(clock, quirks.answerDelayMs);
    return answer(action, payload);
  }

  function sendIfRegistered(action: string, payload: object): void {
    if (registration.isRegistered) void call(action, payload);
  }

  function announceStatus(connectorId: number): void {
    const status = connectorId === 0 ? "Available" : session.status;
    if (connectorId !== 0 && registration.isRegistered) announcedStatus = status;
    const timestamp = ocppTime(wallMs());
    sendIfRegistered("StatusNotification", { connectorId, errorCode: "NoError", status, timestamp });
  }

  function trigger(message: TriggeredMessage): void {
    switch (message) {
      case "BootNotification":
        void registration.boot();
        return;
      case "Heartbeat":
        void registration.heartbeat();
        return;
      case "MeterValues":
        metering.sample("Trigger");
        return;
      case "StatusNotification":
        announceStatus(0);
        announceStatus(CONNECTOR_ID);
    }
  }

  let timer = clock.setTimeout(step, STEP_MS);
  powerUp();

  return {
    identity: options.identity,
    state: () => ({
      isPowered,
      isConnected: registration.isRegistered,
      status: session.status,
      transactionId: session.transaction?.id,
      isInTransaction: session.transaction !== undefined,
      limitA: profileLimitA(),
      offeredCurrentA: hardware.offeredCurrentA,
      phaseCurrentsA: hardware.phaseCurrentsA,
      powerW: hardware.powerW,
      energyWh: hardware.energyWh,
      profiles: stack.profiles,
      queuedMessages: queue.length,
    }),
    counters() {
      const calls = [...received.values(), ...sent.values()].reduce((sum, each) => sum + each, 0);
      return {
        received: Object.fromEntries(received),
        sent: Object.fromEntries(sent),
        calls,
        setChargingProfile: received.get("SetChargingProfile") ?? 0,
      };
    },
    plugInCar: () => hardware.car.plugIn(),
    unplugCar: () => hardware.car.unplug(),
    pull: powerDown,
    plug: powerUp,
    cutLink(how) {
      isNetworkUp = false;
      link.down(how);
    },
    restoreLink() {
      isNetworkUp = true;
      if (isRunning) link.up();
    },
    close() {
      clock.clearTimeout(timer);
      isNetworkUp = false;
      powerDown();
    },
  };
}

function count(counts: Map<string, number>, action: string): void {
  if (counts.size < 100 || counts.has(action)) counts.set(action, (counts.get(action) ?? 0) + 1);
}
