import type { Logger } from "pino";
import type { Clock } from "../../src/ports/clock.ts";
import { createBoxClock } from "./box-clock.ts";
import { type Communication, createCommunication } from "./communication.ts";
import { type Configuration, createConfiguration } from "./configuration.ts";
import { createEnforcement, type Enforcement } from "./enforcement.ts";
import type { ChargePointHardware } from "./hardware.ts";
import { createMetering, type Metering } from "./metering.ts";
import type { ChargingContext } from "./profile-limit.ts";
import { NOMINAL_STACK, type ProfileStackOptions } from "./profile-stack.ts";
import { CONFORMING, type Quirks } from "./quirks.ts";
import { createRequestHandler, type TriggeredMessage } from "./requests.ts";
import { createSession, type Session } from "./session.ts";

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
  /** The box changes between one phase and three as its profiles ask; `hardware` must be able to. */
  readonly switchesPhases?: boolean | undefined;
  /** Brings the hardware up to this monotonic time, where a house around it does so; otherwise the box does. */
  readonly advanceTo?: ((monotonicMs: number) => void) | undefined;
}

/** What only the box as a whole can do. */
export interface Mainboard {
  readonly isRunning: boolean;
  reboot(kind: "Soft" | "Hard"): void;
}

/** The box taken apart; each part knows the others only through what it is handed here. */
export interface ChargePointParts {
  readonly communication: Communication;
  readonly enforcement: Enforcement;
  readonly metering: Metering;
  readonly session: Session;
  /** Hands the limit in force to the hardware. */
  obey(): void;
}

const CONNECTOR_ID = 1;
const CALL_TIMEOUT_MS = 60_000;
const METER_INTERVAL_MS = 10_000;

/** Wires one charge point. `url` must be a WebSocket address, otherwise dialling throws. */
export function createParts(options: ChargePointOptions, mainboard: Mainboard): ChargePointParts {
  const { clock, hardware, log } = options;
  const quirks: Quirks = { ...CONFORMING, ...options.quirks };
  const rules: ProfileStackOptions = {
    ...NOMINAL_STACK,
    ...(quirks.wattsOnly && { units: ["W"] }),
    ...options.profileStack,
  };
  const boxClock = createBoxClock(clock, quirks.clockErrorMs);
  const configuration = createBoxConfiguration(options, rules, quirks, (key) => {
    if (key.toLowerCase() === "websocketpinginterval")
      communication.setPingInterval(configuration.integer(key));
  });
  const context = (): ChargingContext => ({
    connectorId: CONNECTOR_ID,
    phases: hardware.phases,
    transaction: session.transaction,
  });
  const enforcement = createEnforcement({
    hardware,
    rules,
    clock: boxClock,
    ignoresProfiles: quirks.ignoresAcceptedProfiles,
    ignoresZero: quirks.ignoresZero,
    switchesPhases: options.switchesPhases === true && !quirks.ignoresNumberPhases,
    advanceTo: options.advanceTo,
    context,
  });
  const session: Session = createSession({
    connectorId: CONNECTOR_ID,
    hardware,
    configuration,
    endsTransactionAtZero: quirks.endsTransactionAtZero,
    ...boxClock,
    send: (message) => communication.queue(message),
    onTransactionEnd() {
      enforcement.stack.endTransaction(CONNECTOR_ID);
      enforcement.save();
    },
  });
  const obey = () => enforcement.obey(mainboard.isRunning && session.transaction !== undefined);
  const answer = createRequestHandler({
    stack: enforcement.stack,
    configuration,
    session,
    quirks,
    ratedCurrentA: hardware.maxCurrentA,
    wallMs: boxClock.wallMs,
    context,
    onProfilesChanged() {
      enforcement.save();
      obey();
    },
    reboot: (kind) => mainboard.reboot(kind),
    trigger: (message) => trigger(message, communication, metering),
  });
  const communication = createCommunication(
    {
      url: options.url,
      identity: options.identity,
      password: options.password,
      vendor: options.vendor,
      model: options.model,
      callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
      connectorId: CONNECTOR_ID,
      quirks,
    },
    {
      clock,
      boxClock,
      configuration,
      log,
      status: () => session.status,
      answer,
      onTimeSet: obey,
      onLost: () => quirks.losesProfilesOnLinkLoss && enforcement.forget(),
    },
  );
  const metering = createMetering({
    connectorId: CONNECTOR_ID,
    hardware,
    configuration,
    session,
    samplesWhenIdle: quirks.idleMeterValues,
    sendsNoUnits: quirks.sendsNoUnits,
    ...boxClock,
    queue: communication.queue,
    send: communication.send,
  });
  return { communication, enforcement, metering, session, obey };
}

function createBoxConfiguration(
  options: ChargePointOptions,
  rules: ProfileStackOptions,
  quirks: Quirks,
  onChanged: (key: string) => void,
): Configuration {
  return createConfiguration(
    {
      meterIntervalS: Math.round((options.meterIntervalMs ?? METER_INTERVAL_MS) / 1000),
      maxStackLevel: rules.maxStackLevel,
      maxPeriods: rules.maxPeriods,
      maxProfiles: rules.maxProfiles,
      rateUnits: rules.units.map((unit) => (unit === "A" ? "Current" : "Power")).join(","),
      switchesPhases: options.switchesPhases ?? false,
      isFreeVend: !quirks.needsRemoteStart,
      isLowerCase: quirks.lowerCaseKeys,
    },
    onChanged,
  );
}

function trigger(message: TriggeredMessage, communication: Communication, metering: Metering): void {
  switch (message) {
    case "BootNotification":
      communication.boot();
      return;
    case "Heartbeat":
      communication.heartbeat();
      return;
    case "MeterValues":
      metering.sample("Trigger");
      return;
    case "StatusNotification":
      communication.announce();
  }
}
