import type { Logger } from "pino";
import { isoUtc } from "../../src/core/iso-time.ts";
import { type Clock, delay } from "../../src/ports/clock.ts";
import type { BoxClock } from "./box-clock.ts";
import type { Configuration } from "./configuration.ts";
import { type CallOutcome, createOcppLink } from "./ocpp-link.ts";
import type { Quirks } from "./quirks.ts";
import { createRegistration } from "./registration.ts";
import type { RpcAnswer } from "./rpc-answer.ts";
import type { ConnectorStatus } from "./session.ts";
import { createTransactionQueue, type TransactionMessage } from "./transaction-queue.ts";

export interface CommunicationOptions {
  readonly url: string;
  readonly identity: string;
  readonly password: string | undefined;
  readonly vendor: string;
  readonly model: string;
  readonly callTimeoutMs: number;
  readonly connectorId: number;
  readonly quirks: Quirks;
}

export interface CommunicationDeps {
  readonly clock: Clock;
  readonly boxClock: BoxClock;
  readonly configuration: Configuration;
  readonly log: Logger | undefined;
  status(): ConnectorStatus;
  answer(action: string, payload: unknown): RpcAnswer;
  onLost(): void;
  /** The clock has another time: the profiles may say something else. */
  onTimeSet(): void;
}

export interface CallCounters {
  /** Calls of the central system, by action. */
  readonly received: Readonly<Record<string, number>>;
  /** Calls to the central system, by action. */
  readonly sent: Readonly<Record<string, number>>;
  /** All calls in both directions. */
  readonly calls: number;
  readonly setChargingProfile: number;
}

/** All that the box says to its central system and hears from it. */
export interface Communication {
  readonly isRegistered: boolean;
  readonly queuedMessages: number;
  /** A message about a transaction: arrives sooner or later. */
  queue(message: TransactionMessage): void;
  /** Any other message: lost while the central system is not there. */
  send(action: string, payload: object): void;
  /** StatusNotification, if the status is not the one last told. */
  followStatus(): void;
  /** StatusNotification of the charge point and of its connector. */
  announce(): void;
  boot(): void;
  heartbeat(): void;
  onPowerUp(): void;
  up(): void;
  down(how?: "closed" | "silently"): void;
  setPingInterval(seconds: number): void;
  tick(): void;
  counters(): CallCounters;
}

export function createCommunication(options: CommunicationOptions, deps: CommunicationDeps): Communication {
  const { boxClock, clock, configuration, log } = deps;
  const { connectorId, quirks } = options;
  const { counted, count, counters } = createCounts();
  let toldStatus: ConnectorStatus | undefined;

  const link = createOcppLink(
    {
      url: options.url,
      identity: options.identity,
      password: () => configuration.text("AuthorizationKey") || options.password,
      callTimeoutMs: options.callTimeoutMs,
      hangsUpOnPing: quirks.hangsUpOnPing,
      offersSubprotocol: !quirks.offersNoSubprotocol,
    },
    {
      onOpen: () => registration.onOpen(),
      onClose() {
        registration.onClose();
        queue.pause();
        deps.onLost();
      },
      async onCall(action, payload) {
        count(counted.received, action);
        if (quirks.answerDelayMs > 0) await delay(clock, quirks.answerDelayMs);
        return deps.answer(action, payload);
      },
    },
    { clock, log },
  );
  const queue = createTransactionQueue({
    call,
    attempts: () => configuration.integer("TransactionMessageAttempts"),
    retryIntervalMs: () => configuration.integer("TransactionMessageRetryInterval") * 1000,
    monotonicMs: boxClock.monotonicMs,
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
    monotonicMs: boxClock.monotonicMs,
    onTime(wallMs) {
      boxClock.set(wallMs);
      deps.onTimeSet();
    },
    onRegistered() {
      announce();
      queue.resume();
    },
  });

  function call(action: string, payload: object): Promise<CallOutcome> {
    if (link.isOpen) count(counted.sent, action);
    return link.call(action, payload);
  }

  function send(action: string, payload: object): void {
    if (registration.isRegistered) void call(action, payload);
  }

  function announce(): void {
    tellStatus(0, "Available");
    toldStatus = undefined;
    followStatus();
  }

  function followStatus(): void {
    const status = deps.status();
    if (status === toldStatus || !registration.isRegistered) return;
    toldStatus = status;
    tellStatus(connectorId, status);
  }

  function tellStatus(ofConnectorId: number, status: ConnectorStatus): void {
    const timestamp = isoUtc(boxClock.wallMs());
    send("StatusNotification", { connectorId: ofConnectorId, errorCode: "NoError", status, timestamp });
  }

  return {
    get isRegistered() {
      return registration.isRegistered;
    },
    get queuedMessages() {
      return queue.length;
    },
    queue: queue.push,
    send,
    followStatus,
    announce,
    boot: () => void registration.boot(),
    heartbeat: () => void registration.heartbeat(),
    onPowerUp: registration.onPowerUp,
    up: link.up,
    down: link.down,
    setPingInterval: link.setPingInterval,
    tick() {
      registration.tick();
      queue.tick();
      link.tick();
    },
    counters,
  };
}

/** A hostile central system can invent action names: no more than this many are kept apart. */
const MAX_COUNTED_ACTIONS = 100;

function createCounts() {
  const counted = { received: new Map<string, number>(), sent: new Map<string, number>() };
  return {
    counted,
    count(counts: Map<string, number>, action: string): void {
      const key = counts.size < MAX_COUNTED_ACTIONS || counts.has(action) ? action : "other";
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    counters(): CallCounters {
      const calls = [...counted.received.values(), ...counted.sent.values()].reduce(
        (sum, each) => sum + each,
        0,
      );
      return {
        received: Object.fromEntries(counted.received),
        sent: Object.fromEntries(counted.sent),
        calls,
        setChargingProfile: counted.received.get("SetChargingProfile") ?? 0,
      };
    },
  };
}
